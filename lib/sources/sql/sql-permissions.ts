import { assertOptions } from './common-options.js'
import { sqlPermissionsOptionsSchema } from './names-options.js'
import { resolveRoleHierarchy } from './role-hierarchy.js'
import { toNames } from './to-names.js'
import { createUserProvider } from './user-provider.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { SqlPermissionsOptions } from './names-options.js'
import type { PermissionsProvider } from '../../../types/providers.js'

/**
 * Reads the permissions of users from a database: those given, and those that their roles have, of which `roleHierarchy` may say what
 * they include. Like `sqlGroups` in all else.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, for a table of which nothing says whose users it is about, and for roles that are more
 * than 16 steps apart
 * @see docs/sql.md
 * @example permissionsProvider: sqlPermissions({ db, table: 'authz_permissions', userColumn: 'username', nameColumn: 'permission', issuer: 'https://login.example.com' })
 */
export function sqlPermissions (options: SqlPermissionsOptions): PermissionsProvider {
  assertOptions<SqlPermissionsOptions>('sqlPermissions', sqlPermissionsOptionsSchema, options)
  const { table, nameColumn = 'name', roleHierarchy, permissionMatch } = options
  if (table !== undefined && roleHierarchy !== undefined) {
    throw new AUTH_OPTION_INVALID('sqlPermissions.roleHierarchy is for the tables that migrate makes: the option table names one that says nothing of roles')
  }
  const { links } = resolveRoleHierarchy('sqlPermissions', roleHierarchy)
  const match = permissionMatch === undefined ? {} : { permissionMatch }
  return createUserProvider('sqlPermissions', options, {
    names: 'permissions', links, columns: { name: nameColumn }, toAnswer: toNames, toProvider: fetchPermissions => ({ ...match, fetchPermissions })
  })
}
