import { sql } from 'kysely'

import { toDatabase } from './database.js'

import type { KyselyInstance } from './database.js'

/** Where records of one kind stand. */
export interface RecordTable {
  readonly db: KyselyInstance
  readonly table: string
  /** What the members of a record are called there; `null`: they are not there. */
  readonly columns: Readonly<Record<string, string | null>>
  /** The member by which records are found. */
  readonly key: string
}

/** Asks for the records whose key is this text, exactly: one query. */
export type FindRecords = (key: string) => Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>

/** Reads records by their key. Members that are `NULL` are left out. */
export function createRecordReader ({ db, table, columns, key }: RecordTable): FindRecords {
  const members = Object.entries(columns).flatMap(([member, column], index) => column === null ? [] : [{ member, alias: `c${index}`, column: sql.id('kept', column) }])
  const found = members.filter(({ member }) => member === key).map(({ column }) => column)
  const all = toDatabase(db).selectFrom(`${table} as kept`).select(members.map(({ alias, column }) => column.as(alias)))

  return async function findRecords (text) {
    const rows: ReadonlyArray<Readonly<Record<string, unknown>>> = await found.reduce((query, column) => query.where(column, '=', text), all).execute()
    const records = rows.map(row => Object.fromEntries(members.flatMap(({ member, alias }) => row[alias] === null ? [] : [[member, row[alias]]])))
    // Compared again: a database finds what its collation takes for the same.
    return records.filter(record => record[key] === text)
  }
}
