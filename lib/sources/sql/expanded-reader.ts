import { sql } from 'kysely'

import { toDatabase } from './database.js'
import { isSame } from './is-same.js'
import { MAX_DEPTH } from './max-depth.js'
import { nowInSeconds } from './row-reader.js'
import { TABLES } from './tables.js'

import type { Kysely } from 'kysely'
import type { KyselyInstance } from './database.js'
import type { Holder } from './holder.js'
import type { RoleLink } from './role-hierarchy.js'
import type { ReadRows, Row } from './row-reader.js'

/** What can be read so. */
export type Names = 'groups' | 'roles' | 'permissions'
type Rows = Record<string, Record<string, unknown>>

const READERS = Object.freeze({ groups: readGroups, roles: readRoles, permissions: readPermissions })

/**
 * Reads names from the tables that the migrations make, one query for all that leads to them: groups are given; roles are given, or come by groups and by
 * other roles; permissions are given, or come by roles. Ended rows count for nothing.
 *
 * @param links what roles include besides, in every tenant
 */
export function createExpandedReader (instance: KyselyInstance, names: Names, links: readonly RoleLink[]): ReadRows {
  const db = toDatabase(instance)

  return async function readRows ({ issuer, subject, tenant }) {
    const holder = { issuer, subject, tenant: tenant ?? '' }
    const rows = await READERS[names](db, holder, links)
    return rows.filter(row => isSame(row['issuer'], holder.issuer) && isSame(row['subject'], holder.subject) && isSame(row['tenant'], holder.tenant))
  }
}

async function readGroups (db: Kysely<Rows>, holder: Holder): Promise<readonly Row[]> {
  return await selectGiven(db, TABLES.userGroups, holder).execute()
}

async function readRoles (db: Kysely<Rows>, holder: Holder, links: readonly RoleLink[]): Promise<readonly Row[]> {
  return await withRoles(db, holder, links).selectFrom('held').select(['held.issuer', 'held.subject', 'held.tenant', 'held.name']).distinct().execute()
}

async function readPermissions (db: Kysely<Rows>, holder: Holder, links: readonly RoleLink[]): Promise<readonly Row[]> {
  return await withRoles(db, holder, links).selectFrom('held')
    .innerJoin(`${TABLES.rolePermissions} as linked`, join => join.onRef('linked.holder', '=', 'held.name').onRef('linked.tenant', '=', 'held.tenant'))
    .select(['held.issuer', 'held.subject', 'held.tenant', 'linked.name'])
    .union(selectGiven(db, TABLES.userPermissions, holder))
    .execute()
}

/** Roles with the number of steps that led to them. The database drops rows that it has seen, so the number is what ends a cycle. */
function withRoles (db: Kysely<Rows>, holder: Holder, links: readonly RoleLink[]): Kysely<Rows> {
  return db.withRecursive('held', db => selectGiven(db, TABLES.userRoles, holder).clearSelect().select(startAt('given.name'))
    .union(selectGiven(db, TABLES.userGroups, holder)
      .innerJoin(`${TABLES.groupRoles} as linked`, join => join.onRef('linked.holder', '=', 'given.name').onRef('linked.tenant', '=', 'given.tenant'))
      .clearSelect()
      .select(startAt('linked.name')))
    .union(db.selectFrom('held')
      .innerJoin(selectLinks(db, holder, links).as('linked'), join => join.onRef('linked.holder', '=', 'held.name').onRef('linked.tenant', '=', 'held.tenant'))
      .where('held.depth', '<', MAX_DEPTH)
      .select(['held.issuer', 'held.subject', 'held.tenant', 'linked.name', sql<number>`${sql.ref('held.depth')} + 1`.as('depth')]))
  ) as unknown as Kysely<Rows>
}

/** The columns that roles are followed in. A text of any length, since parameters are: PostgreSQL wants the two parts of a recursion to agree in that. */
function startAt (name: 'given.name' | 'linked.name') {
  return ['given.issuer', 'given.subject', 'given.tenant', sql<unknown>`coalesce(${sql.ref(name)}, '')`.as('name'), sql<number>`0`.as('depth')] as const
}

/** What roles include: as the table says, whose columns say how texts are compared, and as the options do. */
function selectLinks (db: Pick<Kysely<Rows>, 'selectFrom' | 'selectNoFrom'>, { tenant }: Holder, links: readonly RoleLink[]) {
  const stored = db.selectFrom(TABLES.roleRoles).select(['holder', 'name', 'tenant']).where('tenant', '=', tenant)
  return links.reduce((query, link) => query.unionAll(db.selectNoFrom([sql<unknown>`${link.holder}`.as('holder'), sql<unknown>`${link.name}`.as('name'), sql<unknown>`${tenant}`.as('tenant')])), stored)
}

function selectGiven (db: Pick<Kysely<Rows>, 'selectFrom'>, table: string, { issuer, subject, tenant }: Holder) {
  return db.selectFrom(`${table} as given`)
    .select(['given.issuer', 'given.subject', 'given.tenant', 'given.name'])
    .where('given.issuer', '=', issuer)
    .where('given.subject', '=', subject)
    .where('given.tenant', '=', tenant)
    .where(eb => eb.or([eb('given.expires_at', 'is', null), eb('given.expires_at', '>', nowInSeconds())]))
}
