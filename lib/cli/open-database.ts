import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CommandProblem } from './command-problem.js'
import { isAuthError } from '../errors.js'
import { describeError } from '../util/describe-error.js'

import type * as Sql from '../sources/sql/index.js'
import type { KyselyInstance, SqlDirectory } from '../sources/sql/index.js'
import type { DescribedError } from '../util/describe-error.js'

/** A database that a command works on, and what works on databases. */
export interface OpenDatabase {
  readonly db: KyselyInstance
  /** What the file says of tables and caches of its own; `null`: nothing. */
  readonly directory: SqlDirectory | null
  readonly sql: typeof Sql
}

/**
 * Works on the database that the file `module` exports, or that the environment names, and closes it.
 *
 * @param failure how an error begins
 * @throws {CommandProblem} when there is no database, or it fails: errors of drivers hold addresses, of those only name and code are told
 */
export async function openDatabase<T> (module: string | null, failure: string, work: (opened: OpenDatabase) => Promise<T>): Promise<T> {
  // Not before it is needed: others of the commands do without a database.
  const sql = await import('../sources/sql/index.js')
  const opened = await attempt(failure, async () => module === null ? { db: sql.sqlFromEnv(), directory: null } : await load(module))
  try {
    return await attempt(failure, async () => await work({ ...opened, sql }))
  } finally {
    await opened.db.destroy()
  }
}

const FLAGS: ReadonlyMap<string, string> = new Map([['holder', ''], ['holder.issuer', '--issuer'], ['holder.subject', 'the user'], ['holder.name', 'the holder'], ['name', 'the name'], ['tenant', '--tenant'], ['expiresAt', '--days']])

interface Exports { readonly db?: Partial<KyselyInstance>, readonly default?: Partial<KyselyInstance>, readonly directory?: Partial<SqlDirectory> }

async function load (module: string): Promise<Pick<OpenDatabase, 'db' | 'directory'>> {
  if (/^[\w+.-]+:\/\//.test(module)) {
    throw new CommandProblem('--db takes a file; the address of a database belongs into AUTHZ_SQLALCHEMY_DATABASE_URI, where other users do not see it')
  }
  const { db: named, default: unnamed, directory = null } = await import(pathToFileURL(resolve(module)).href) as Exports
  const db = named ?? unnamed
  if (typeof db?.selectFrom !== 'function' || typeof db.destroy !== 'function') {
    throw new CommandProblem(`${module} must export a Kysely instance, as db or by default`)
  }
  if (directory !== null && typeof directory.grant !== 'function') {
    throw new CommandProblem(`${module} exports a directory that is none: it must be what sqlDirectory(db, { … }) returns`)
  }
  return { db: db as KyselyInstance, directory: directory as SqlDirectory | null }
}

async function attempt<T> (failure: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof CommandProblem ? error : new CommandProblem(toMessage(failure, error))
  }
}

function toMessage (failure: string, error: unknown): string {
  if (!isAuthError(error)) {
    return toSentence(failure, describeError(error))
  }
  switch (error.code) {
    case 'AUTH_DIRECTORY_UNAVAILABLE': return toSentence(failure, error.cause.error)
    case 'AUTH_DIRECTORY_STALE': return toSentence('the change is made, but a cache could not be told', error.cause.error)
    default: return toTerms(error.message)
  }
}

function toSentence (what: string, error: DescribedError | null | undefined): string {
  const words = [error?.name, error?.code].filter(word => word != null)
  return `${what}: ${words.length === 0 ? 'for a reason that has no name' : words.join(' ')}`
}

/** What is said of members of an object, as somebody who typed a command knows them. */
function toTerms (message: string): string {
  const [, member = '', rest = message] = /^sqlDirectory\.(?:grant|revoke|list)(?:\.([\w.]+?)|)(?:: | (?=is|must))(.*)$/.exec(message) ?? []
  return `${FLAGS.get(member) ?? member} ${rest}`.trim()
}
