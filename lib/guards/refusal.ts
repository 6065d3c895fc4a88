import type { AuthError } from '../../types/verdict.js'

/** A no whose error is made when somebody will see it: within a combination that passes nobody does, and to make it takes longer than to judge. */
export class Refusal {
  readonly toError: () => AuthError

  constructor (toError: () => AuthError) {
    this.toError = toError
  }
}
