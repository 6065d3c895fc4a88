import { sql } from 'kysely'

import { toDatabase } from './database.js'
import { isSame } from './is-same.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { Holder } from './holder.js'
import type { UserTable } from './names-options.js'

/** A row by the aliases that it was asked for under. */
export type Row = Readonly<Record<string, unknown>>

/** Asks a database for the rows of somebody: one query. */
export type ReadRows = (holder: Holder) => Promise<readonly Row[]>

/**
 * Reads the rows of users from one table.
 *
 * Values go as parameters and names of columns as quoted identifiers: no text of anybody's becomes SQL.
 *
 * @param factory how an error calls whose options they are
 * @param columns what to read, each under an alias
 * @throws {AUTH_OPTION_INVALID} when nothing says whose users the table is about
 */
export function createRowReader (factory: string, options: UserTable & { readonly table: string }, columns: Readonly<Record<string, string>>): ReadRows {
  const { db, table, userColumn = 'subject', issuerColumn, tenantColumn, expiresColumn } = options
  const issuers = toIssuers(factory, options)
  const keys = Object.entries({ subject: userColumn, issuer: issuerColumn, tenant: tenantColumn })
    .flatMap(([part, column]) => column === undefined ? [] : [{ part: part as keyof Holder, column: sql.id('held', column) }])
  const selection = [...keys.map(({ part, column }) => column.as(part)), ...Object.entries(columns).map(([alias, column]) => sql.id('held', column).as(alias))]
  const all = toDatabase(db).selectFrom(`${table} as held`).select(selection)
  const expiry = expiresColumn === undefined ? null : sql.id('held', expiresColumn)

  return async function readRows (holder) {
    if (issuers !== null && !issuers.includes(holder.issuer)) {
      return []
    }
    const present = expiry === null ? all : all.where(eb => eb.or([eb(expiry, 'is', null), eb(expiry, '>', nowInSeconds())]))
    const rows: readonly Row[] = await keys.reduce((query, { part, column }) => query.where(column, '=', holder[part]), present).execute()
    // Compared again: a database finds what its collation takes for the same.
    return rows.filter(row => keys.every(({ part }) => isSame(row[part], holder[part])))
  }
}

/** The time that rows end at is of whole seconds. */
export function nowInSeconds (): number {
  return Math.floor(Date.now() / 1000)
}

function toIssuers (factory: string, { issuer, issuerColumn }: UserTable): readonly string[] | null {
  if (issuer === undefined && issuerColumn === undefined) {
    throw new AUTH_OPTION_INVALID(`${factory}.issuer is missing: whose users the table is about is said by issuer, or by issuerColumn`)
  }
  if (issuer !== undefined && issuerColumn !== undefined) {
    throw new AUTH_OPTION_INVALID(`${factory}.issuer must not stand beside issuerColumn: one of them says whose users the table is about`)
  }
  return issuer === undefined ? null : Object.freeze([issuer].flat())
}
