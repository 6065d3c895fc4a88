import { CommandProblem } from './command-problem.js'

/** Why arguments mean no command, and where to read what there is. */
export class UsageProblem extends CommandProblem {
  constructor (what: string) {
    super(`${what}\nfastify-gatekeeper --help says what there is.`)
  }
}
