import { Type } from '@sinclair/typebox'

import { column, table } from './common-options.js'
import { userTable } from './names-options.js'

import type { UserTable } from './names-options.js'

/** Options of `sqlProfile`. */
export interface SqlProfileOptions extends UserTable {
  /** The table, with its schema before a point where it needs one. */
  readonly table: string
  /** The columns to read; in profiles they have the same names. Dates are given as texts (ISO 8601), and whole numbers beyond JSON's as their digits. */
  readonly columns: readonly string[]
}

/** What `sqlProfile` accepts. */
export const sqlProfileOptionsSchema = Type.Object({
  ...userTable,
  table,
  columns: Type.Array(column, { minItems: 1, uniqueItems: true, description: 'a list of columns' })
}, { additionalProperties: false, description: 'an object with options' })
