import { createKsuid } from './create-ksuid.js'
import { findRows, toConditions } from './grant-rows.js'
import { AUTH_OPTION_INVALID } from '../../../errors.js'

import type { Entry } from './grant-table.js'
import type { Place } from './grant-rows.js'

/**
 * Sees to it that the row is there and ends when it is to. Whether anything had to be done.
 * @throws {AUTH_OPTION_INVALID} when the table keeps something else than it is given
 */
export async function addEntry (place: Place, entry: Entry): Promise<boolean> {
  const { table, cells, expiresAt } = entry
  const rows = await findRows(place, table, cells)
  if (rows.length > 0 && rows.every(row => row.expiresAt === expiresAt)) {
    return false
  }
  await (rows.length > 0 ? renew(place, entry) : insert(place, entry))
  // A database may cut a text that is too long, fill it with blanks, or write another for letters that it does not know.
  const kept = await findRows(place, table, cells)
  if (kept.length === 0 || kept.some(row => row.expiresAt !== expiresAt)) {
    throw new AUTH_OPTION_INVALID(`sqlDirectory.grant: the table ${table.table} does not keep these texts as they are`)
  }
  return true
}

/** Sees to it that the row is not there, however often it was. Whether it was. */
export async function removeEntry (place: Place, { table, cells }: Entry): Promise<boolean> {
  const rows = await findRows(place, table, cells)
  if (rows.length === 0) {
    return false
  }
  await toConditions(place.dialect, table, cells).reduce((query, condition) => query.where(condition), place.db.deleteFrom(table.table)).execute()
  return true
}

async function insert ({ db }: Place, { table: { table, columns }, cells, expiresAt }: Entry): Promise<void> {
  const row = { ...cells, expires: expiresAt, id: columns.id === null ? null : createKsuid() }
  const values = (Object.entries(row) as Array<[keyof typeof row, string | number | null]>).flatMap(([name, value]) => columns[name] === null ? [] : [[columns[name], value] as const])
  await db.insertInto(table).values(Object.fromEntries(values)).execute()
}

/** Only in tables that have a column for the end does a row end otherwise than it is to. */
async function renew ({ db, dialect }: Place, { table, cells, expiresAt }: Entry): Promise<void> {
  const change = { [table.columns.expires as string]: expiresAt }
  await toConditions(dialect, table, cells).reduce((query, condition) => query.where(condition), db.updateTable(table.table).set(change)).execute()
}
