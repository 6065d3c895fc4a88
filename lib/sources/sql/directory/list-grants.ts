import { assertOptions } from '../common-options.js'
import { holderQuerySchema, nameQuerySchema } from '../grant-options.js'
import { nowInSeconds } from '../row-reader.js'
import { checkText } from './check-text.js'
import { findRows } from './grant-rows.js'
import { isRecord } from '../../../util/is-record.js'
import { AUTH_OPTION_INVALID } from '../../../errors.js'

import type { Cells, GrantTable } from './grant-table.js'
import type { GrantRow, Place } from './grant-rows.js'
import type { Grant, GrantHolder, GrantQuery } from '../grant-options.js'
import type { Count } from '../../../../types/units.js'

/** A question to one table. */
export interface Look { readonly table: GrantTable, readonly cells: Cells }

/**
 * The tables that a question is for, and what to look for there.
 * @throws {AUTH_OPTION_INVALID} naming what is missing, wrong, or not to be had of these tables
 */
export function toLooks (query: GrantQuery, tables: readonly GrantTable[]): readonly Look[] {
  const isOfHolder = isRecord(query) && 'holder' in query
  assertOptions<GrantQuery>('sqlDirectory.list', isOfHolder ? holderQuerySchema : nameQuerySchema, query)
  const wanted = tables.filter(({ holderKind, kind }) => 'holder' in query ? holderKind === query.holder.kind : kind === query.kind)
  if (wanted.length === 0) {
    throw new AUTH_OPTION_INVALID(`sqlDirectory.list: there is no table with such ${isOfHolder ? 'holders' : 'names'}`)
  }
  return wanted.map(table => ({ table, cells: toCells(query, table) }))
}

/** What of the rows counts now, in an order that does not change. */
export async function listGrants (place: Place, looks: readonly Look[]): Promise<readonly Grant[]> {
  const found: Grant[][] = []
  for (const { table, cells } of looks) {
    const rows = await findRows(place, table, cells)
    found.push(rows.filter(({ expiresAt }) => expiresAt === null || expiresAt > nowInSeconds()).map(row => toGrant(table, row)))
  }
  const sorted = found.flat().map(grant => [JSON.stringify([grant.holder.kind, grant.kind, grant.name, grant.holder, grant.tenant]), grant] as const)
  return sorted.sort(([a], [b]) => a < b ? -1 : Number(a > b)).map(([, grant]) => grant)
}

function toCells (query: GrantQuery, table: GrantTable): Cells {
  const tenant = toTenant(query.tenant ?? null, table)
  return 'holder' in query
    ? { ...toHolderCells(query.holder, table), tenant, name: null }
    : { issuer: null, holder: null, tenant, name: check('name', query.name, table.limits.name) }
}

function toTenant (tenant: string | null, { columns, limits }: GrantTable): string | null {
  if (tenant !== null && columns.tenant === null) {
    throw new AUTH_OPTION_INVALID('sqlDirectory.list.tenant is for tables with a tenantColumn')
  }
  return tenant === null ? null : check('tenant', tenant, limits.tenant)
}

/** A user without an issuer is one of whichever. */
function toHolderCells (holder: GrantHolder, { columns, issuers, limits }: GrantTable): Pick<Cells, 'issuer' | 'holder'> {
  if (holder.kind !== 'user') {
    return { issuer: null, holder: check('holder.name', holder.name, limits.holder) }
  }
  const { subject, issuer } = holder
  if (issuer !== undefined && columns.issuer === null && issuers?.includes(issuer) !== true) {
    throw new AUTH_OPTION_INVALID('sqlDirectory.list.holder.issuer is none whose users the table is about')
  }
  return { issuer: issuer === undefined ? null : check('holder.issuer', issuer, limits.issuer), holder: check('holder.subject', subject, limits.holder) }
}

function check (path: string, value: string, max: Count): string {
  return checkText(`sqlDirectory.list.${path}`, value, { max, isNew: false })
}

function toGrant ({ holderKind, kind, issuers }: GrantTable, { issuer, holder, tenant, name, expiresAt }: GrantRow): Grant {
  const [only, ...others] = issuers ?? []
  const known = issuer ?? (others.length === 0 ? only : undefined)
  return {
    kind,
    name,
    holder: holderKind === 'user' ? { kind: 'user', subject: holder, ...known !== undefined && { issuer: known } } : { kind: holderKind, name: holder },
    tenant: tenant === '' ? null : tenant,
    expiresAt
  }
}
