import { TABLES } from '../tables.js'
import { AUTH_OPTION_INVALID } from '../../../errors.js'

import type { GrantTable } from './grant-table.js'
import type { DirectoryTable, DirectoryTables } from '../directory-options.js'
import type { GrantKind } from '../grant-options.js'

/** Of the tables that the migrations make. */
const LIMITS = Object.freeze({ issuer: 255, holder: 255, tenant: 128, name: 128 })

/** Of others nothing is known but that no text of sense is longer. What a column does not keep as it is, is not written. */
const OWN_LIMITS = Object.freeze({ issuer: 1_000, holder: 1_000, tenant: 1_000, name: 1_000 })

const MIGRATED: readonly GrantTable[] = Object.freeze([
  toUserTable(TABLES.userGroups, 'group'),
  toUserTable(TABLES.userRoles, 'role'),
  toUserTable(TABLES.userPermissions, 'permission'),
  toLinkTable(TABLES.groupRoles, 'group', 'role'),
  toLinkTable(TABLES.roleRoles, 'role', 'role'),
  toLinkTable(TABLES.rolePermissions, 'role', 'permission')
])

/**
 * The tables of a directory: those that the migrations make, or else those named.
 * @throws {AUTH_OPTION_INVALID} for one of which two things say whose users it is about
 */
export function toGrantTables (tables: DirectoryTables | undefined): readonly GrantTable[] {
  if (tables === undefined) {
    return MIGRATED
  }
  const named = [['group', tables.groups, 'groups'], ['role', tables.roles, 'roles'], ['permission', tables.permissions, 'permissions']] as const
  return Object.freeze(named.flatMap(([kind, table, option]) => table === undefined ? [] : [toOwnTable(kind, table, option)]))
}

function toUserTable (table: string, kind: GrantKind): GrantTable {
  const columns = Object.freeze({ issuer: 'issuer', holder: 'subject', tenant: 'tenant', name: 'name', expires: 'expires_at', id: null })
  return Object.freeze({ table, holderKind: 'user', kind, columns, issuers: null, noTenant: '', limits: LIMITS })
}

function toLinkTable (table: string, holderKind: 'group' | 'role', kind: GrantKind): GrantTable {
  const columns = Object.freeze({ issuer: null, holder: 'holder', tenant: 'tenant', name: 'name', expires: null, id: null })
  return Object.freeze({ table, holderKind, kind, columns, issuers: null, noTenant: '', limits: { ...LIMITS, holder: LIMITS.name } })
}

function toOwnTable (kind: GrantKind, options: DirectoryTable, option: string): GrantTable {
  const { table, userColumn = 'subject', nameColumn = 'name', issuerColumn = null, issuer, tenantColumn = null, expiresColumn = null, idColumn = null } = options
  if (issuer !== undefined && issuerColumn !== null) {
    throw new AUTH_OPTION_INVALID(`sqlDirectory.tables.${option}.issuer must not stand beside issuerColumn: one of them says whose users the table is about`)
  }
  const columns = Object.freeze({ issuer: issuerColumn, holder: userColumn, tenant: tenantColumn, name: nameColumn, expires: expiresColumn, id: idColumn })
  const issuers = issuer === undefined ? null : Object.freeze([issuer].flat())
  return Object.freeze({ table, holderKind: 'user', kind, columns, issuers, noTenant: null, limits: OWN_LIMITS })
}
