import type { GrantHolder, GrantKind } from '../grant-options.js'
import type { Count } from '../../../../types/units.js'

/** The columns that tell rows apart. */
export type CellName = 'issuer' | 'holder' | 'tenant' | 'name'

/** A table whose rows say that somebody has something. */
export interface GrantTable {
  readonly table: string
  readonly holderKind: GrantHolder['kind']
  readonly kind: GrantKind
  /** What its columns are called; `null`: it has none. */
  readonly columns: Readonly<Record<CellName | 'expires' | 'id', string | null>>
  /** Whose users it is about; `null`: a column says so, or nothing does. */
  readonly issuers: readonly string[] | null
  /** What stands for no tenant; `null`: a row without one counts for nobody. */
  readonly noTenant: string | null
  /** How long texts may be, in code points. */
  readonly limits: Readonly<Record<CellName, Count>>
}

/** What tells the rows of a grant apart, by columns; `null` where there is no such column. */
export type Cells = Readonly<Record<CellName, string | null>>

/** A grant as the row of a table. */
export interface Entry {
  readonly table: GrantTable
  readonly cells: Cells
  readonly expiresAt: number | null
}
