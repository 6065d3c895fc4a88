import { parseArguments } from './parse-arguments.js'
import { UsageProblem } from './usage-problem.js'
import { formats } from './formats.js'
import { grantsCommands, toGrantsCommand } from './to-grants-command.js'
import { toIssueKey } from './issue-key.js'
import { toMigrate } from './migrate-database.js'

import type { Format } from './formats.js'
import type { GrantsCommand } from './to-grants-command.js'
import type { IssueKeyCommand } from './issue-key.js'
import type { MigrateCommand } from './migrate-database.js'

const OPTIONS = {
  format: { type: 'string', default: 'table' },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' }
} as const

/** What the command is asked to do. */
export type Command =
  | { readonly kind: 'help' | 'version' | 'hash-password' }
  | GrantsCommand
  | IssueKeyCommand
  | MigrateCommand
  | { readonly kind: 'routes', readonly module: string, readonly format: Format, readonly check: boolean }

/**
 * The command that the arguments mean.
 *
 * @throws {CommandProblem} when they mean none
 */
export function toCommand (argv: readonly string[]): Command {
  if (argv[0] === 'issue-key') return toIssueKey(argv.slice(1))
  if (argv[0] === 'migrate') return toMigrate(argv.slice(1))
  if (grantsCommands.includes(argv[0] as string)) return toGrantsCommand(argv)
  const { values: { help, version, format, check }, positionals: [name, ...more] } = parseArguments(argv, OPTIONS)
  if (help) return { kind: 'help' }
  if (version) return { kind: 'version' }
  switch (name) {
    case 'routes': return toRoutes(more, format, check)
    case 'hash-password': return toHashPassword(more)
    default: throw new UsageProblem(name === undefined ? 'no command was given' : `there is no command ${name}`)
  }
}

function toRoutes ([module, ...more]: readonly string[], format: string, check: boolean): Command {
  if (module === undefined || more.length > 0) {
    throw new UsageProblem('routes takes one module: the file that exports build()')
  }
  if (!isFormat(format)) {
    throw new UsageProblem(`there is no format ${format}: ${Object.keys(formats).join(', ')}`)
  }
  return { kind: 'routes', module, format, check }
}

function toHashPassword ({ length }: readonly string[]): Command {
  if (length > 0) {
    throw new UsageProblem('hash-password takes no arguments: it asks for the password, or reads it from standard input')
  }
  return { kind: 'hash-password' }
}

function isFormat (text: string): text is Format {
  return Object.hasOwn(formats, text)
}
