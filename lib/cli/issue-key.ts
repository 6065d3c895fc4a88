import { CommandProblem } from './command-problem.js'
import { parseArguments } from './parse-arguments.js'
import { UsageProblem } from './usage-problem.js'
import { isAuthError } from '../errors.js'
import { appendToKeyFile } from '../providers/api-key/key-file.js'
import { issueApiKey } from '../providers/api-key/issue-api-key.js'

import type { StoredApiKey } from '../../types/api-keys.js'
import type { EpochSeconds } from '../../types/units.js'

const OPTIONS = { prefix: { type: 'string' }, days: { type: 'string' }, file: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const

const SECONDS_PER_DAY = 86_400

/** What the command is asked to issue. */
export interface IssueKeyCommand {
  readonly kind: 'issue-key'
  readonly owner: string
  /** `undefined`: that of `issueApiKey`. */
  readonly prefix: string | undefined
  /** `null`: it does not end. */
  readonly expiresAt: EpochSeconds | null
  /** Where the record is added; `null`: it is printed. */
  readonly file: string | null
}

/**
 * The command that the arguments behind `issue-key` mean.
 *
 * @throws {CommandProblem} when they mean none
 */
export function toIssueKey (argv: readonly string[]): IssueKeyCommand | { readonly kind: 'help' } {
  const { values: { help, prefix, file = null, days }, positionals: [owner, ...more] } = parseArguments(argv, OPTIONS)
  if (help) return { kind: 'help' }
  if (owner === undefined || more.length > 0) {
    throw new UsageProblem('issue-key takes one owner: whose key it is, or what')
  }
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days)) {
    throw new UsageProblem('--days takes a whole number from 1 to 99999')
  }
  return { kind: 'issue-key', owner, prefix, file, expiresAt: days === undefined ? null : Math.floor(Date.now() / 1000) + Number(days) * SECONDS_PER_DAY }
}

/**
 * Issues a key. The text is the key, and its record where there is no file to keep it.
 *
 * @throws {CommandProblem} when it cannot be issued, or kept
 */
export async function issueKey ({ owner, prefix, expiresAt, file }: IssueKeyCommand): Promise<string> {
  const { key, record } = issue({ owner, expiresAt, ...prefix !== undefined && { prefix } })
  if (file === null) {
    return `${key}\n${JSON.stringify(record)}\n`
  }
  await append(file, record)
  return `${key}\n`
}

function issue (options: Parameters<typeof issueApiKey>[0]): ReturnType<typeof issueApiKey> {
  try {
    return issueApiKey(options)
  } catch (error) {
    throw new UsageProblem((error as Error).message.replace(/^issueApiKey\./, ''))
  }
}

async function append (file: string, record: StoredApiKey): Promise<void> {
  try {
    await appendToKeyFile(file, record)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (isAuthError(error)) {
      throw new CommandProblem(message)
    }
    throw new CommandProblem(code === 'EEXIST'
      ? `${file}.new is there: somebody else is adding a key, or was stopped while he did; in that case delete it`
      : `${file} could not be written: ${message}`)
  }
}
