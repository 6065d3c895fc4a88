import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'

import { assertInstalled } from './assert-installed.js'
import { own } from './closer.js'
import { assertOptions } from './common-options.js'
import { poolOptionsSchema } from './connect-options.js'
import { createMysqlPool } from './mysql-pool.js'
import { parseDatabaseUrl } from './parse-database-url.js'
import { toPoolSettings } from './pool-settings.js'
import { createPostgresPool } from './postgres-pool.js'

import type { PoolOptions } from './connect-options.js'
import type { Database } from './database.js'

/**
 * A Kysely instance with a pool of its own, for apps that have none. It connects when it is first asked, and is closed with the app that uses it.
 *
 * Needs the package `pg` for PostgreSQL, and `mysql2` for MySQL and MariaDB.
 *
 * @param url as SQLAlchemy writes it: `postgresql+asyncpg://user:password@host:5432/database`; the driver behind `+` counts for nothing
 * @throws {AUTH_OPTION_INVALID} for an address that is none, for options that are unknown or wrong, and where the package is missing
 * @see docs/sql.md
 * @example const db = connect('postgresql://app:secret@localhost/app', { maxConnections: 5 })
 */
export function connect (url: string, pool: PoolOptions = {}): Database {
  return connectTo(url, pool, 'connect: the address')
}

/** {@link connect}, for an address that errors call something else. */
export function connectTo (url: unknown, pool: PoolOptions, name: string): Database {
  const address = parseDatabaseUrl(url, name)
  assertOptions<PoolOptions>('connect', poolOptionsSchema, pool)
  const settings = toPoolSettings(pool, address.tls)
  if (address.server === 'postgres') {
    assertInstalled('pg', name)
    return own(new Kysely({ dialect: new PostgresDialect({ pool: () => createPostgresPool(address, settings) }) }))
  }
  assertInstalled('mysql2', name)
  return own(new Kysely({ dialect: new MysqlDialect({ pool: () => createMysqlPool(address, settings) }) }))
}
