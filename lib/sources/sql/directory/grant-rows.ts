import { sql } from 'kysely'

import { isSame } from '../is-same.js'
import { exactly } from './exactly.js'
import { AUTH_DIRECTORY_UNAVAILABLE } from '../../../errors.js'

import type { RawBuilder, SqlBool } from 'kysely'
import type { Database } from '../database.js'
import type { Dialect } from '../dialect-of.js'
import type { CellName, Cells, GrantTable } from './grant-table.js'

/** A row, as texts. */
export interface GrantRow {
  readonly issuer: string | null
  readonly holder: string
  readonly tenant: string | null
  readonly name: string
  /** In seconds since 1970; `null`: the row does not end. */
  readonly expiresAt: number | null
}

/** Where rows are looked for, and how texts are compared there. */
export interface Place { readonly db: Database, readonly dialect: Dialect }

/** The conditions that rows are found by; a cell that is `null` says nothing. */
export function toConditions (dialect: Dialect, { columns }: GrantTable, cells: Cells): readonly RawBuilder<SqlBool>[] {
  return (Object.entries(cells) as Array<[CellName, string | null]>)
    .flatMap(([name, text]) => columns[name] === null || text === null ? [] : [exactly(dialect, columns[name], text)])
}

/**
 * The rows with these cells, ended ones among them; rows without a holder or a name are none.
 * @throws {AUTH_DIRECTORY_UNAVAILABLE} 503, for a row that holds something else than texts
 */
export async function findRows ({ db, dialect }: Place, table: GrantTable, cells: Cells): Promise<readonly GrantRow[]> {
  const { id, ...columns } = table.columns
  const selection = Object.entries(columns).flatMap(([alias, column]) => column === null ? [] : [sql.id(column).as(`${alias}_cell`)])
  const found = await toConditions(dialect, table, cells).reduce((query, condition) => query.where(condition), db.selectFrom(table.table).select(selection)).execute()
  return found
    .filter(row => row['holder_cell'] !== null && row['name_cell'] !== null)
    // Compared again: what the database takes for the text is one thing, what its driver gives another.
    .filter(row => (Object.entries(cells) as Array<[CellName, string | null]>).every(([name, text]) => text === null || columns[name] === null || isSame(row[`${name}_cell`], text)))
    .map(toRow)
}

function toRow (row: Readonly<Record<string, unknown>>): GrantRow {
  const [issuer, holder, tenant, name] = ['issuer', 'holder', 'tenant', 'name'].map(cell => toText(row[`${cell}_cell`] ?? null)) as [string | null, string, string | null, string]
  const ends = row['expires_cell'] ?? null
  return { issuer, holder, tenant, name, expiresAt: ends === null ? null : Number(ends) }
}

/** A number is its digits, as to the readers. */
function toText (value: unknown): string | null {
  if (value === null || typeof value === 'string') {
    return value
  }
  if (isSame(value, String(value))) {
    return String(value)
  }
  throw new AUTH_DIRECTORY_UNAVAILABLE({ reason: 'provider_answer' })
}
