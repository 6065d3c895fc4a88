import { parseArguments } from './parse-arguments.js'
import { UsageProblem } from './usage-problem.js'
import { openDatabase } from './open-database.js'

const OPTIONS = { db: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

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
  const { values: { help, db = null, json = false }, positionals } = parseArguments(argv, OPTIONS)
  if (!help && positionals.length > 0) {
    throw new UsageProblem('migrate takes no arguments: --db names a file that exports a Kysely instance')
  }
  return help ? { kind: 'help' } : { kind: 'migrate', module: db, json }
}

/**
 * Makes the tables, or brings them up to date. The text says which steps were taken.
 *
 * @throws {CommandProblem} when there is no database, or it fails
 */
export async function migrateDatabase ({ module, json }: MigrateCommand): Promise<string> {
  const steps = await openDatabase(module, 'the database could not be migrated', async ({ db, sql }) => await sql.migrate(db))
  if (json) {
    return `${JSON.stringify({ migrated: steps })}\n`
  }
  return steps.length === 0 ? 'There was nothing to do.\n' : steps.map(step => `${step}\n`).join('')
}

/** Arguments are never quoted: one may be an address with a password. */
