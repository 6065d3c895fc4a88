import { Type } from '@sinclair/typebox'

import { column, db, path, table, text } from './common-options.js'

import type { KyselyInstance } from './database.js'
import type { OneOrMore } from '../../../types/units.js'

/** Where a database keeps what it knows of users. */
export interface UserTable {
  /** The app's own Kysely instance, or that of `connect(…)`. */
  readonly db: KyselyInstance
  /** A table of the app's own, with its schema before a point where it needs one. Default: the tables that `migrate` makes; then of what follows only `subject` and `tenant` are options. */
  readonly table?: string
  /** Its column that says whose row it is. Default `'subject'`. */
  readonly userColumn?: string
  /** Its column with the user's issuer. Needed where `issuer` is absent. */
  readonly issuerColumn?: string
  /** Whose users the table is about, where it has no column that says so: of others it knows nothing. One issuer, or several that have the same users. */
  readonly issuer?: OneOrMore<string>
  /** The claim with what the table knows the user by, by its name or by a path of names. It must say the same in all tokens of a user; without it, 503. Default: the identity's own `subject`. */
  readonly subject?: string | readonly string[]
  /** Its column with the tenant that a row counts in. Then an identity without a tenant is 503. Default: it has none. */
  readonly tenantColumn?: string
  /** The claim with the user's tenant, by its name or by a path of names, where there is a `tenantColumn`. Default `'tenant'`; for the tables that `migrate` makes none: then what is granted without a tenant counts. */
  readonly tenant?: string | readonly string[]
  /** Its column that says when a row ends, in seconds since 1970; `NULL` there means that it does not. Default: it has none. */
  readonly expiresColumn?: string
}

/** Options of `sqlGroups`. */
export interface SqlNamesOptions extends UserTable {
  /** Its column with the name. Default `'name'`. */
  readonly nameColumn?: string
}

/** Which roles include which. */
export interface RoleHierarchyOption {
  /**
   * Which roles include which, 256 times at most: with `{ admin: ['editor'], editor: ['reader'] }` who has `admin` has `editor` and `reader`, too, in
   * every tenant. It counts together with what the tables that `migrate` makes say of roles. 16 steps are followed, and a cycle does no harm. Default: none includes another.
   */
  readonly roleHierarchy?: Readonly<Record<string, readonly string[]>>
}

/** Options of `sqlRoles`. */
export interface SqlRolesOptions extends SqlNamesOptions, RoleHierarchyOption {}

/** Options of `sqlPermissions`. Its `roleHierarchy` is for the tables that `migrate` makes, where permissions come by roles. */
export interface SqlPermissionsOptions extends SqlNamesOptions, RoleHierarchyOption {
  /** `'wildcard'`: a held `user.*` grants `user.create` too. Default `'exact'`. */
  readonly permissionMatch?: 'exact' | 'wildcard'
}

/** What says where users stand. */
export const userTable = {
  db,
  table: Type.Optional(table),
  userColumn: Type.Optional(column),
  issuerColumn: Type.Optional(column),
  issuer: Type.Optional(Type.Union([text, Type.Array(text, { minItems: 1 })], { description: 'a text, or a list of texts' })),
  subject: path,
  tenantColumn: Type.Optional(column),
  tenant: path,
  expiresColumn: Type.Optional(column)
}

const names = { ...userTable, nameColumn: Type.Optional(column) }

const roleHierarchy = Type.Optional(Type.Record(Type.String(), Type.Array(Type.String({ description: 'the name of a role' }), { description: 'a list of roles' }), { description: 'an object of lists of roles' }))

/** What `sqlGroups` accepts. */
export const sqlNamesOptionsSchema = Type.Object(names, { additionalProperties: false, description: 'an object with options' })

/** What `sqlRoles` accepts. */
export const sqlRolesOptionsSchema = Type.Object({ ...names, roleHierarchy }, { additionalProperties: false, description: 'an object with options' })

/** What `sqlPermissions` accepts. */
export const sqlPermissionsOptionsSchema = Type.Object({
  ...names,
  roleHierarchy,
  permissionMatch: Type.Optional(Type.Union([Type.Literal('exact'), Type.Literal('wildcard')], { description: "'exact' or 'wildcard'" }))
}, { additionalProperties: false, description: 'an object with options' })
