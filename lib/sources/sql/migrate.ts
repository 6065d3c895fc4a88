import { Migrator } from 'kysely'

import { toDatabase } from './database.js'
import { migrations } from './migrations.js'

import type { KyselyInstance } from './database.js'

/**
 * Makes the tables of this package, or brings them up to date. Does nothing where nothing is to be done. Who calls it at the same time, on whichever machine,
 * waits for the first.
 *
 * @returns the names of the steps that were taken
 * @throws what the database fails with
 * @see docs/sql.md
 * @example await migrate(db)
 */
export async function migrate (db: KyselyInstance): Promise<readonly string[]> {
  const migrator = new Migrator({
    db: toDatabase(db),
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'gatekeeper_migrations',
    migrationLockTableName: 'gatekeeper_migrations_lock'
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) {
    throw error
  }
  return results.map(({ migrationName }) => migrationName)
}
