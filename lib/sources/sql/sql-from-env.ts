import { connectTo } from './connect.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { PoolOptions } from './connect-options.js'
import type { Database } from './database.js'

/** An environment as `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * {@link connect} with address and pool from the variables of the Python package: `AUTHZ_SQLALCHEMY_DATABASE_URI`, and where wanted `AUTHZ_POOL_SIZE`,
 * `AUTHZ_MAX_OVERFLOW` (added to the size; -1 adds nothing: no pool is without a limit), `AUTHZ_POOL_TIMEOUT_IN_SECONDS` and `AUTHZ_POOL_RECYCLE_IN_SECONDS`
 * (-1: never). Its other variables count for nothing.
 *
 * @param overrides options that count in place of those of the environment
 * @throws {AUTH_OPTION_INVALID} naming the variable or the option that is missing or wrong
 * @see docs/sql.md
 * @example const db = sqlFromEnv()
 */
export function sqlFromEnv (env: Environment = process.env, overrides: PoolOptions = {}): Database {
  const [size, timeout] = ['AUTHZ_POOL_SIZE', 'AUTHZ_POOL_TIMEOUT_IN_SECONDS'].map(variable => readNumber(env, variable, /^\d{0,9}$/))
  const [overflow, recycle] = ['AUTHZ_MAX_OVERFLOW', 'AUTHZ_POOL_RECYCLE_IN_SECONDS'].map(variable => readNumber(env, variable, /^(?:-1|\d{0,9})$/))
  const options: PoolOptions = {
    ...size !== undefined && { maxConnections: size + Math.max(overflow ?? 0, 0) },
    ...timeout !== undefined && { acquireTimeoutMs: timeout * 1000 },
    ...recycle !== undefined && { maxAgeSeconds: recycle === -1 ? null : recycle },
    ...overrides
  }
  return connectTo(env['AUTHZ_SQLALCHEMY_DATABASE_URI'], options, 'AUTHZ_SQLALCHEMY_DATABASE_URI')
}

/** Empty is as if it were absent. */
function readNumber (env: Environment, variable: string, pattern: RegExp): number | undefined {
  const text = env[variable]?.trim() ?? ''
  if (!pattern.test(text)) {
    throw new AUTH_OPTION_INVALID(`${variable} must be a whole number`)
  }
  return text === '' ? undefined : Number(text)
}
