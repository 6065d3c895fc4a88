import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { CommandProblem } from './command-problem.js'
import { isAuthError } from '../errors.js'
import { describeError } from '../util/describe-error.js'

import type { KyselyInstance } from '../sources/sql/index.js'

/** What the command is asked to do to a database. */
export interface MigrateCommand {
  readonly kind: 'migrate'
  /** The file that exports the instance; `null`: the environment says where the database is. */
  readonly module: string | null
  readonly json: boolean
}

/**
 * The command that the arguments behind `migrate` mean.
 *
 * @throws {CommandProblem} when they mean none
 */
export function toMigrate (argv: readonly string[]): MigrateCommand | { readonly kind: 'help' } {
  const { help, db = null, json = false } = parse(argv)
  return help ? { kind: 'help' } : { kind: 'migrate', module: db, json }
}

/**
 * Makes the tables, or brings them up to date. The text says which steps were taken.
 *
 * @throws {CommandProblem} when there is no database, or it fails
 */
export async function migrateDatabase ({ module, json }: MigrateCommand): Promise<string> {
  const steps = await perform(module)
  if (json) {
    return `${JSON.stringify({ migrated: steps })}\n`
  }
  return steps.length === 0 ? 'There was nothing to do.\n' : steps.map(step => `${step}\n`).join('')
}

async function perform (module: string | null): Promise<readonly string[]> {
  // Not before it is needed: others of the commands do without a database.
  const { migrate, sqlFromEnv } = await import('../sources/sql/index.js')
  const db = await attempt(async () => module === null ? sqlFromEnv() : await load(module))
  try {
    return await attempt(async () => await migrate(db))
  } finally {
    await db.destroy()
  }
}

async function load (module: string): Promise<KyselyInstance> {
  const exported = await import(pathToFileURL(resolve(module)).href) as { readonly db?: Partial<KyselyInstance>, readonly default?: Partial<KyselyInstance> }
  const db = exported.db ?? exported.default
  if (typeof db?.selectFrom !== 'function' || typeof db.destroy !== 'function') {
    throw new CommandProblem(`${module} must export a Kysely instance, as db or by default`)
  }
  return db as KyselyInstance
}

/** Errors of drivers hold addresses: of those only name and code are told. */
async function attempt<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CommandProblem) {
      throw error
    }
    const { name, code } = describeError(error) ?? { name: null, code: null }
    throw new CommandProblem(isAuthError(error) ? error.message : `the database could not be migrated: ${[name, code].filter(word => word !== null).join(' ')}`)
  }
}

function parse (argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: { db: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values
  } catch (error) {
    throw new CommandProblem(`${(error as Error).message}\nfastify-gatekeeper --help says what there is.`)
  }
}
