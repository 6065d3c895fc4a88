import { assertOptions } from './common-options.js'
import { sqlNamesOptionsSchema } from './names-options.js'
import { toNames } from './to-names.js'
import { createUserProvider } from './user-provider.js'

import type { SqlNamesOptions } from './names-options.js'
import type { GroupsProvider } from '../../../types/providers.js'

/**
 * Reads the groups of users from a database: from the tables that `migrate` makes, or from one of the app's own.
 *
 * Costs one query for the first question of a request; behind `cached` none while the answer is fresh. What the database finds is compared again, code point
 * by code point. While it cannot be asked, 503.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, and for a table of which nothing says whose users it is about
 * @see docs/sql.md
 * @example groupsProvider: sqlGroups({ db })
 * @example groupsProvider: sqlGroups({ db, table: 'authz_groups', userColumn: 'username', nameColumn: 'group', issuer: 'https://login.example.com' })
 */
export function sqlGroups (options: SqlNamesOptions): GroupsProvider {
  assertOptions<SqlNamesOptions>('sqlGroups', sqlNamesOptionsSchema, options)
  const { nameColumn = 'name' } = options
  return createUserProvider('sqlGroups', options, { names: 'groups', columns: { name: nameColumn }, toAnswer: toNames, toProvider: fetchGroups => ({ fetchGroups }) })
}
