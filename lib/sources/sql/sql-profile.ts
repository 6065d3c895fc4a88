import { assertOptions } from './common-options.js'
import { sqlProfileOptionsSchema } from './profile-options.js'
import { createUserProvider } from './user-provider.js'
import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../errors.js'

import type { SqlProfileOptions } from './profile-options.js'
import type { Row } from './row-reader.js'
import type { Profile, ProfileProvider } from '../../../types/providers.js'

/**
 * Reads what else is known of users from a database: the columns listed, of the one row of a user. `{}` where he has none; 503 where he has several.
 * Like `sqlGroups` in all else.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, and for a table of which nothing says whose users it is about
 * @see docs/sql.md
 * @example profileProvider: sqlProfile({ db, table: 'people', userColumn: 'id', columns: ['department', 'locale'], issuer: 'https://login.example.com' })
 */
export function sqlProfile (options: SqlProfileOptions): ProfileProvider {
  assertOptions<SqlProfileOptions>('sqlProfile', sqlProfileOptionsSchema, options)
  const members = options.columns.map((column, index) => [`c${index}`, column] as const)

  function toAnswer ([row, ...others]: readonly Row[]): Profile {
    if (others.length > 0) {
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_answer' })
    }
    return row === undefined ? {} : Object.fromEntries(members.map(([alias, column]) => [column, toPlain(row[alias])]))
  }

  return createUserProvider('sqlProfile', options, { names: null, columns: Object.fromEntries(members), toAnswer, toProvider: fetchProfile => ({ fetchProfile }) })
}

/** Profiles are plain data, as JSON has it. */
function toPlain (value: unknown): unknown {
  if (value instanceof Date) {
    return value.toISOString()
  }
  return typeof value === 'bigint' ? String(value) : value
}
