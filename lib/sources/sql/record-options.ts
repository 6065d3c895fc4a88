import { Type } from '@sinclair/typebox'

import { column, db, table } from './common-options.js'

import type { KyselyInstance } from './database.js'

/** Options of `sqlCredentials`. */
export interface SqlCredentialsOptions {
  /** The app's own Kysely instance, or that of `connect(…)`. */
  readonly db: KyselyInstance
  /** The table, with its schema before a point where it needs one. Default `'gatekeeper_credentials'`. */
  readonly table?: string
  /** What its columns are called, where they are called something else. `null`: it has no such column. */
  readonly columns?: CredentialsColumns
}

/** The columns of a table of credentials. */
export interface CredentialsColumns {
  /** What people type to sign in. Default `'username'`. */
  readonly username?: string
  /** Who it is, for good. Default `'id'`. */
  readonly id?: string
  /** What `hashPassword` made. Default `'password_hash'`. */
  readonly passwordHash?: string
  /** What to call him. Default `'display_name'`. */
  readonly name?: string | null
  /** Default `'email'`. */
  readonly email?: string | null
}

/** Options of `sqlApiKeys`. */
export interface SqlApiKeysOptions {
  /** The app's own Kysely instance, or that of `connect(…)`. */
  readonly db: KyselyInstance
  /** The table, with its schema before a point where it needs one. Default `'gatekeeper_api_keys'`. */
  readonly table?: string
  /** What its columns are called, where they are called something else. `null`: it has no such column. */
  readonly columns?: ApiKeyColumns
}

/** The columns of a table of API keys. */
export interface ApiKeyColumns {
  /** SHA-256 of the key, in lower-case hexadecimal digits. Default `'digest'`. */
  readonly digest?: string
  /** Whose key it is. Default `'owner'`. */
  readonly owner?: string
  /** Default `'kind'`. */
  readonly kind?: string | null
  /** What to call the owner. Default `'display_name'`. */
  readonly name?: string | null
  /** A list as JSON. Default `'scopes'`. */
  readonly scopes?: string | null
  /** A list as JSON. Default `'group_names'`. */
  readonly groups?: string | null
  /** A list as JSON. Default `'role_names'`. */
  readonly roles?: string | null
  /** A list as JSON. Default `'permission_names'`. */
  readonly permissions?: string | null
  /** Seconds since 1970. Default `'expires_at'`. */
  readonly expiresAt?: string | null
  /** 1 or true: it is refused. Default `'revoked'`. */
  readonly revoked?: string | null
}

const needed = Type.Optional(column)
const dispensable = Type.Optional(Type.Union([column, Type.Null()], { description: 'the name of a column, or null' }))

/** What `sqlCredentials` accepts. */
export const sqlCredentialsOptionsSchema = Type.Object({
  db,
  table: Type.Optional(table),
  columns: Type.Optional(Type.Object({
    username: needed, id: needed, passwordHash: needed, name: dispensable, email: dispensable
  }, { additionalProperties: false, description: 'an object with the names of columns' }))
}, { additionalProperties: false, description: 'an object with options' })

/** What `sqlApiKeys` accepts. */
export const sqlApiKeysOptionsSchema = Type.Object({
  db,
  table: Type.Optional(table),
  columns: Type.Optional(Type.Object({
    digest: needed,
    owner: needed,
    kind: dispensable,
    name: dispensable,
    scopes: dispensable,
    groups: dispensable,
    roles: dispensable,
    permissions: dispensable,
    expiresAt: dispensable,
    revoked: dispensable
  }, { additionalProperties: false, description: 'an object with the names of columns' }))
}, { additionalProperties: false, description: 'an object with options' })
