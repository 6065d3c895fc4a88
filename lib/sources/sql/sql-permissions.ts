import { assertOptions } from './common-options.js'
import { sqlPermissionsOptionsSchema } from './names-options.js'
import { toNames } from './to-names.js'
import { createUserProvider } from './user-provider.js'

import type { SqlPermissionsOptions } from './names-options.js'
import type { PermissionsProvider } from '../../../types/providers.js'

/**
 * Reads the permissions of users from a database: those given, and those that their roles have. Like `sqlGroups` in all else.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, and for a table of which nothing says whose users it is about
 * @see docs/sql.md
 * @example permissionsProvider: sqlPermissions({ db, table: 'authz_permissions', userColumn: 'username', nameColumn: 'permission', issuer: 'https://login.example.com' })
 */
export function sqlPermissions (options: SqlPermissionsOptions): PermissionsProvider {
  assertOptions<SqlPermissionsOptions>('sqlPermissions', sqlPermissionsOptionsSchema, options)
  const { nameColumn = 'name', permissionMatch } = options
  const match = permissionMatch === undefined ? {} : { permissionMatch }
  return createUserProvider('sqlPermissions', options, {
    names: 'permissions', columns: { name: nameColumn }, toAnswer: toNames, toProvider: fetchPermissions => ({ ...match, fetchPermissions })
  })
}
