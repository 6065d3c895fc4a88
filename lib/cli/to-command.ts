import { parseArgs } from 'node:util'
import { CommandProblem } from './command-problem.js'
import { formats } from './formats.js'

import type { Format } from './formats.js'

/** What the command is asked to do. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'routes', readonly module: string, readonly format: Format, readonly check: boolean }

/**
 * The command that the arguments mean.
 *
 * @throws {CommandProblem} when they mean none
 */
export function toCommand (argv: readonly string[]): Command {
  const { values: { help, version, format, check }, positionals: [name, module, ...more] } = parse(argv)
  if (help) return { kind: 'help' }
  if (version) return { kind: 'version' }
  if (name !== 'routes') {
    throw toProblem(name === undefined ? 'no command was given' : `there is no command ${name}`)
  }
  if (module === undefined || more.length > 0) {
    throw toProblem('routes takes one module: the file that exports build()')
  }
  if (!isFormat(format)) {
    throw toProblem(`there is no format ${format}: ${Object.keys(formats).join(', ')}`)
  }
  return { kind: 'routes', module, format, check }
}

function parse (argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'table' },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' }
      }
    })
  } catch (error) {
    throw toProblem((error as Error).message)
  }
}

function toProblem (what: string): CommandProblem {
  return new CommandProblem(`${what}\nfastify-gatekeeper --help says what there is.`)
}

function isFormat (text: string): text is Format {
  return Object.hasOwn(formats, text)
}
