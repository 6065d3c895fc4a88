import { assertOptions, db as dbSchema } from './common-options.js'
import { toDatabase } from './database.js'
import { dialectOf } from './dialect-of.js'
import { sqlDirectoryOptionsSchema } from './directory-options.js'
import { inTransaction } from './directory/in-transaction.js'
import { listGrants, toLooks } from './directory/list-grants.js'
import { tellCaches } from './directory/tell-caches.js'
import { toEntries } from './directory/to-entries.js'
import { toGrantTables } from './directory/to-grant-tables.js'
import { addEntry, removeEntry } from './directory/write-entry.js'
import { AUTH_DIRECTORY_UNAVAILABLE, AUTH_OPTION_INVALID, isAuthError } from '../../errors.js'
import { describeError } from '../../util/describe-error.js'

import type { KyselyInstance } from './database.js'
import type { SqlDirectoryOptions } from './directory-options.js'
import type { Entry } from './directory/grant-table.js'
import type { Place } from './directory/grant-rows.js'
import type { Grant, GrantQuery } from './grant-options.js'
import type { Count, OneOrMore } from '../../../types/units.js'

/** Writes who has what. */
export interface SqlDirectory {
  /**
   * Gives groups, roles and permissions: all of them or, should anything fail, none. A grant that is there already is there once; it ends when the last call says.
   *
   * Resolves when caches know, to how many of them were not there, or ended otherwise.
   * @throws {AUTH_OPTION_INVALID} for what is missing, wrong, blank, too long or ill-formed, for an end that is over, and for what the tables cannot hold
   * @throws {AUTH_DIRECTORY_UNAVAILABLE} 503, when the database fails, caches being told in any case: call it again
   * @throws {AUTH_DIRECTORY_STALE} 503, when it is done, and a cache could not be told: call it again
   */
  grant (grants: OneOrMore<Grant>): Promise<Count>
  /**
   * Takes groups, roles and permissions: all of them or, should anything fail, none. When they would have ended does not matter.
   *
   * Resolves when caches know, to how many of them were there.
   * @throws {AUTH_OPTION_INVALID} for what is missing, wrong, blank, too long or ill-formed
   * @throws {AUTH_DIRECTORY_UNAVAILABLE} 503, when the database fails: call it again
   * @throws {AUTH_DIRECTORY_STALE} 503, when it is done, and a cache could not be told: call it again
   */
  revoke (grants: OneOrMore<Grant>): Promise<Count>
  /**
   * What somebody was given, or who was given something, as far as it has not ended; what follows from it is not among it. Costs one query for every table that
   * may know of it.
   * @throws {AUTH_OPTION_INVALID} for what is missing, wrong, blank, too long or ill-formed
   * @throws {AUTH_DIRECTORY_UNAVAILABLE} 503, when the database fails
   */
  list (query: GrantQuery): Promise<readonly Grant[]>
}

/**
 * The write side of `sqlGroups`, `sqlRoles` and `sqlPermissions`: who has what, in the tables that `migrate` makes or in those of the app's own.
 *
 * Changes are made in serializable transactions, which are tried again where others write the same at the same time. Texts are compared code point by code point.
 *
 * @param db no transaction: caches are told when one has ended
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, and for a database that is none of PostgreSQL, MySQL, MariaDB and SQLite
 * @see docs/sql.md
 * @example
 * const directory = sqlDirectory(db, { caches: [groups, permissions] })
 * await directory.grant({ kind: 'group', name: 'analyst', holder: { kind: 'user', issuer: 'https://login.example.com', subject: 'bob' } })
 */
export function sqlDirectory (db: KyselyInstance, options: SqlDirectoryOptions = {}): SqlDirectory {
  const place = toPlace(db)
  assertOptions<SqlDirectoryOptions>('sqlDirectory', sqlDirectoryOptionsSchema, options)
  const tables = toGrantTables(options.tables)
  const caches = Object.freeze([...options.caches ?? []])

  async function write (entries: readonly Entry[], one: (place: Place, entry: Entry) => Promise<boolean>): Promise<Count> {
    const changed = await attempt(async () => await inTransaction(place, async place => await writeAll(place, entries, one))).catch(async function tellAnyway (error: unknown): Promise<never> {
      // Where a connection breaks while it commits, nobody knows whether the change is made.
      await tellCaches(caches, entries).catch(function ignore () {})
      throw error
    })
    // Also where nothing had to be done: caches may not have heard of it when it was.
    await tellCaches(caches, entries)
    return changed
  }

  return Object.freeze({
    grant: async (grants: OneOrMore<Grant>) => await write(toEntries('grant', grants, tables), addEntry),
    revoke: async (grants: OneOrMore<Grant>) => await write(toEntries('revoke', grants, tables), removeEntry),
    async list (query: GrantQuery) {
      const looks = toLooks(query, tables)
      return await attempt(async () => await listGrants(place, looks))
    }
  })
}

function toPlace (db: KyselyInstance): Place {
  assertOptions<KyselyInstance>('sqlDirectory.db', dbSchema, db)
  const [database, dialect] = [toDatabase(db), dialectOf(db.getExecutor().adapter)]
  if (dialect === null) {
    throw new AUTH_OPTION_INVALID('sqlDirectory.db must be an instance for PostgreSQL, MySQL, MariaDB or SQLite')
  }
  if (database.isTransaction) {
    throw new AUTH_OPTION_INVALID('sqlDirectory.db must not be a transaction: it makes its own')
  }
  return { db: database, dialect }
}

async function writeAll (place: Place, entries: readonly Entry[], one: (place: Place, entry: Entry) => Promise<boolean>): Promise<Count> {
  let changed = 0
  for (const entry of entries) {
    changed += Number(await one(place, entry))
  }
  return changed
}

/** What the database says stays with the error, as name and code. */
async function attempt<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isAuthError(error) ? error : new AUTH_DIRECTORY_UNAVAILABLE({ reason: 'provider_failed', error: describeError(error) })
  }
}
