import { sql } from 'kysely'

import { closerOf } from './closer.js'
import { assertOptions } from './common-options.js'
import { toDatabase } from './database.js'
import { sqlCredentialsOptionsSchema } from './record-options.js'
import { createRecordReader } from './record-reader.js'
import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'

import type { SqlCredentialsOptions } from './record-options.js'
import type { CredentialsRepository, StoredCredentials } from '../../../types/credentials.js'

const COLUMNS = Object.freeze({ username: 'username', id: 'id', passwordHash: 'password_hash', name: 'display_name', email: 'email' })

/** A repository of credentials in a database. */
export interface SqlCredentials extends CredentialsRepository {
  /** Closes an instance of `connect(…)`; the app's own stays open. */
  close (): Promise<void>
}

/**
 * Keeps who signs in with a password in a database, for `basic(…)`. Hashes that are outdated are replaced there. Groups, roles and permissions are those of
 * `sqlGroups` and its kin, with the issuer `urn:fastify-gatekeeper:basicAuth`.
 *
 * Costs one query for every sign-in. Names are compared code point by code point, whatever the collation.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong
 * @see docs/sql.md
 * @example authenticators: [basic(sqlCredentials({ db }), { realm: 'books' })]
 */
export function sqlCredentials (options: SqlCredentialsOptions): SqlCredentials {
  assertOptions<SqlCredentialsOptions>('sqlCredentials', sqlCredentialsOptionsSchema, options)
  const { db, table = 'gatekeeper_credentials' } = options
  const columns = Object.freeze({ ...COLUMNS, ...options.columns })
  const find = createRecordReader({ db, table, columns, key: 'username' })

  async function findByUsername (username: string): Promise<StoredCredentials | null> {
    // No column of text holds a NUL, and PostgreSQL fails when it is asked for one.
    const [record, ...others] = username.includes('\0') ? [] : await find(username)
    if (others.length > 0) {
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
    }
    return record === undefined ? null : toStored(record)
  }

  async function updateHash (username: string, from: string, to: string): Promise<void> {
    const [user, hash] = [sql.id(columns.username), sql.id(columns.passwordHash)]
    await toDatabase(db).updateTable(table).set({ [columns.passwordHash]: to }).where(user, '=', username).where(hash, '=', from).execute()
  }

  return Object.freeze({ findByUsername, updateHash, close: closerOf(db) })
}

/** Without what it was found by. A number that is an id is its digits. */
function toStored ({ username, id, ...record }: Readonly<Record<string, unknown>>): StoredCredentials {
  return { id: typeof id === 'number' || typeof id === 'bigint' ? String(id) : id, ...record } as StoredCredentials
}
