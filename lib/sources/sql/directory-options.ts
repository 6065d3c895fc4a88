import { Type } from '@sinclair/typebox'

import { column, table, text } from './common-options.js'

import type { CacheControl } from '../cache/cached.js'
import type { OneOrMore } from '../../../types/units.js'

/** A table of the app's own that gives users names, as a directory writes it. */
export interface DirectoryTable {
  /** The table, with its schema before a point where it needs one. */
  readonly table: string
  /** Its column that says whose row it is. Default `'subject'`. */
  readonly userColumn?: string
  /** Its column with the name. Default `'name'`. */
  readonly nameColumn?: string
  /** Its column with the user's issuer. */
  readonly issuerColumn?: string
  /** Whose users the table is about, where it has no column that says so. Where neither is given, a change has the caches forget everybody. */
  readonly issuer?: OneOrMore<string>
  /** Its column with the tenant that a row counts in. Then a grant must name one. Default: it has none. */
  readonly tenantColumn?: string
  /** Its column that says when a row ends, in seconds since 1970, or `NULL`. Default: it has none, and no grant can end. */
  readonly expiresColumn?: string
  /** Its column with a text that no other row has, where the database does not make one: then a KSUID of 27 characters is written there. Default: nothing is. */
  readonly idColumn?: string
}

/** The tables of a directory, where they are the app's own. What is absent is not there: asking for it is an error. */
export interface DirectoryTables {
  /** Which groups users are in. */
  readonly groups?: DirectoryTable
  /** Which roles users have. */
  readonly roles?: DirectoryTable
  /** Which permissions users have. */
  readonly permissions?: DirectoryTable
}

/** Options of `sqlDirectory`. */
export interface SqlDirectoryOptions {
  /** What `cached(…)` has made and stands before these tables: told of every change, so that the next question sees it. Default: none. */
  readonly caches?: readonly CacheControl[]
  /** Tables of the app's own, one at least. Default: those that `migrate` makes, with roles that groups and roles have. */
  readonly tables?: DirectoryTables
}

const fn = Type.Function([], Type.Unknown())

const directoryTable = Type.Object({
  table,
  userColumn: Type.Optional(column),
  nameColumn: Type.Optional(column),
  issuerColumn: Type.Optional(column),
  issuer: Type.Optional(Type.Union([text, Type.Array(text, { minItems: 1 })], { description: 'a text, or a list of texts' })),
  tenantColumn: Type.Optional(column),
  expiresColumn: Type.Optional(column),
  idColumn: Type.Optional(column)
}, { additionalProperties: false, description: 'an object with table, and what its columns are called' })

/** What `sqlDirectory` accepts behind the database. */
export const sqlDirectoryOptionsSchema = Type.Object({
  // In a union a member may be inherited: a cache may be an instance of a class.
  caches: Type.Optional(Type.Array(Type.Union([Type.Object({ invalidateUser: fn, clear: fn }), Type.Never()], { description: 'what cached(…) has made' }), {
    description: 'a list of what cached(…) has made'
  })),
  tables: Type.Optional(Type.Object({
    groups: Type.Optional(directoryTable),
    roles: Type.Optional(directoryTable),
    permissions: Type.Optional(directoryTable)
  }, { additionalProperties: false, minProperties: 1, description: 'an object with groups, roles or permissions' }))
}, { additionalProperties: false, description: 'an object with options' })
