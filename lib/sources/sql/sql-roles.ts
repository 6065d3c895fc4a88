import { assertOptions } from './common-options.js'
import { sqlRolesOptionsSchema } from './names-options.js'
import { resolveRoleHierarchy } from './role-hierarchy.js'
import { toNames } from './to-names.js'
import { createUserProvider } from './user-provider.js'

import type { SqlRolesOptions } from './names-options.js'
import type { RolesProvider } from '../../../types/providers.js'

/**
 * Reads the roles of users from a database: those given, those that their groups have, and those that these include, by the tables that
 * `migrate` makes or by `roleHierarchy`. Like `sqlGroups` in all else.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, for a table of which nothing says whose users it is about, and for roles that are more
 * than 16 steps apart
 * @see docs/sql.md
 * @example rolesProvider: sqlRoles({ db, roleHierarchy: { admin: ['editor'], editor: ['reader'] } })
 * @example rolesProvider: sqlRoles({ db, table: 'user_roles', userColumn: 'user_id', nameColumn: 'role', issuer: 'https://login.example.com' })
 */
export function sqlRoles (options: SqlRolesOptions): RolesProvider {
  assertOptions<SqlRolesOptions>('sqlRoles', sqlRolesOptionsSchema, options)
  const { table, nameColumn = 'name' } = options
  const { links, expand } = resolveRoleHierarchy('sqlRoles', options.roleHierarchy)
  return createUserProvider('sqlRoles', options, {
    names: 'roles',
    links,
    columns: { name: nameColumn },
    // Where the tables are those of the migrations, the database has followed the links, in one with its own.
    toAnswer: rows => table === undefined ? toNames(rows) : expand(toNames(rows)),
    toProvider: fetchRoles => ({ fetchRoles })
  })
}
