import { assertOptions } from './common-options.js'
import { sqlNamesOptionsSchema } from './names-options.js'
import { toNames } from './to-names.js'
import { createUserProvider } from './user-provider.js'

import type { SqlNamesOptions } from './names-options.js'
import type { RolesProvider } from '../../../types/providers.js'

/**
 * Reads the roles of users from a database: those given, those that their groups have, and those that these include. Like `sqlGroups` in all else.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, and for a table of which nothing says whose users it is about
 * @see docs/sql.md
 * @example rolesProvider: sqlRoles({ db, table: 'user_roles', userColumn: 'user_id', nameColumn: 'role', issuer: 'https://login.example.com' })
 */
export function sqlRoles (options: SqlNamesOptions): RolesProvider {
  assertOptions<SqlNamesOptions>('sqlRoles', sqlNamesOptionsSchema, options)
  const { nameColumn = 'name' } = options
  return createUserProvider('sqlRoles', options, { names: 'roles', columns: { name: nameColumn }, toAnswer: toNames, toProvider: fetchRoles => ({ fetchRoles }) })
}
