import { assertOptions } from '../common-options.js'
import { grantSchema } from '../grant-options.js'
import { nowInSeconds } from '../row-reader.js'
import { checkText } from './check-text.js'
import { AUTH_OPTION_INVALID } from '../../../errors.js'

import type { Cells, Entry, GrantTable } from './grant-table.js'
import type { Grant, GrantHolder } from '../grant-options.js'
import type { OneOrMore } from '../../../../types/units.js'

/** What is to be done with grants. */
export type Method = 'grant' | 'revoke'

/**
 * The rows that grants are.
 * @throws {AUTH_OPTION_INVALID} naming what is missing, wrong, or not to be had of these tables
 */
export function toEntries (method: Method, grants: OneOrMore<Grant>, tables: readonly GrantTable[]): readonly Entry[] {
  return Array.isArray(grants)
    ? grants.map((grant: Grant, index) => toEntry(`sqlDirectory.${method}.${index}`, grant, { method, tables }))
    : [toEntry(`sqlDirectory.${method}`, grants as Grant, { method, tables })]
}

interface Terms { readonly method: Method, readonly tables: readonly GrantTable[] }

function toEntry (path: string, grant: Grant, { method, tables }: Terms): Entry {
  assertOptions<Grant>(path, grantSchema, grant)
  const { holder, kind, expiresAt = null } = grant
  const table = tables.find(table => table.holderKind === holder.kind && table.kind === kind)
  if (table === undefined) {
    throw new AUTH_OPTION_INVALID(`${path}.holder: there is no table for what a ${holder.kind} has of ${kind}s`)
  }
  const cells = toCells(path, grant, { table, isNew: method === 'grant' })
  if (method === 'grant') {
    assertEnd(path, expiresAt, table)
  }
  return { table, cells, expiresAt }
}

function toCells (path: string, { holder, name, tenant }: Grant, { table, isNew }: { readonly table: GrantTable, readonly isNew: boolean }): Cells {
  const { limits } = table
  return {
    issuer: toIssuer(`${path}.holder.issuer`, holder, table),
    holder: holder.kind === 'user' ? checkText(`${path}.holder.subject`, holder.subject, { max: limits.holder, isNew: false }) : checkText(`${path}.holder.name`, holder.name, { max: limits.holder, isNew }),
    tenant: toTenant(`${path}.tenant`, tenant ?? null, { table, isNew }),
    name: checkText(`${path}.name`, name, { max: limits.name, isNew })
  }
}

/** `null` where the table has no column for it. */
function toIssuer (path: string, holder: GrantHolder, { columns, issuers, limits }: GrantTable): string | null {
  const issuer = holder.kind === 'user' ? holder.issuer : undefined
  if (columns.issuer !== null) {
    if (issuer === undefined) {
      throw new AUTH_OPTION_INVALID(`${path} is missing: it must be who the user's tokens come from`)
    }
    return checkText(path, issuer, { max: limits.issuer, isNew: false })
  }
  if (issuer !== undefined && issuers?.includes(issuer) !== true) {
    throw new AUTH_OPTION_INVALID(`${path} is none whose users the table is about`)
  }
  return null
}

function toTenant (path: string, tenant: string | null, { table: { columns, noTenant, limits }, isNew }: { readonly table: GrantTable, readonly isNew: boolean }): string | null {
  if (tenant !== null) {
    if (columns.tenant === null) {
      throw new AUTH_OPTION_INVALID(`${path} is for tables with a tenantColumn`)
    }
    return checkText(path, tenant, { max: limits.tenant, isNew })
  }
  if (columns.tenant !== null && noTenant === null) {
    throw new AUTH_OPTION_INVALID(`${path} is missing: a row without one counts for nobody`)
  }
  return noTenant
}

function assertEnd (path: string, expiresAt: number | null, { columns }: GrantTable): void {
  if (expiresAt === null) {
    return
  }
  if (columns.expires === null) {
    throw new AUTH_OPTION_INVALID(`${path}.expiresAt is for tables that say when a row ends`)
  }
  if (expiresAt <= nowInSeconds()) {
    throw new AUTH_OPTION_INVALID(`${path}.expiresAt must not be over`)
  }
}
