import { sql } from 'kysely'

import { toDatabase } from './database.js'
import { isSame } from './is-same.js'
import { nowInSeconds } from './row-reader.js'
import { TABLES } from './tables.js'

import type { Kysely } from 'kysely'
import type { KyselyInstance } from './database.js'
import type { Holder } from './holder.js'
import type { ReadRows, Row } from './row-reader.js'

/** How many steps a role is followed to roles that it includes. What is cyclic ends here, too. */
const MAX_DEPTH = 16

/** What can be read so. */
export type Names = 'groups' | 'roles' | 'permissions'
type Rows = Record<string, Record<string, unknown>>

const READERS = Object.freeze({ groups: readGroups, roles: readRoles, permissions: readPermissions })

/**
 * Reads names from the tables that the migrations make, one query for all that leads to them: groups are given; roles are given, or come by groups and by
 * other roles; permissions are given, or come by roles. Ended rows count for nothing.
 */
export function createExpandedReader (instance: KyselyInstance, names: Names): ReadRows {
  const db = toDatabase(instance)

  return async function readRows ({ issuer, subject, tenant }) {
    const holder = { issuer, subject, tenant: tenant ?? '' }
    const rows = await READERS[names](db, holder)
    return rows.filter(row => isSame(row['issuer'], holder.issuer) && isSame(row['subject'], holder.subject) && isSame(row['tenant'], holder.tenant))
  }
}

async function readGroups (db: Kysely<Rows>, holder: Holder): Promise<readonly Row[]> {
  return await selectGiven(db, TABLES.userGroups, holder).execute()
}

async function readRoles (db: Kysely<Rows>, holder: Holder): Promise<readonly Row[]> {
  return await withRoles(db, holder).selectFrom('held').select(['held.issuer', 'held.subject', 'held.tenant', 'held.name']).distinct().execute()
}

async function readPermissions (db: Kysely<Rows>, holder: Holder): Promise<readonly Row[]> {
  return await withRoles(db, holder).selectFrom('held')
    .innerJoin(`${TABLES.rolePermissions} as linked`, join => join.onRef('linked.holder', '=', 'held.name').onRef('linked.tenant', '=', 'held.tenant'))
    .select(['held.issuer', 'held.subject', 'held.tenant', 'linked.name'])
    .union(selectGiven(db, TABLES.userPermissions, holder))
    .execute()
}

/** Roles with the number of steps that led to them. The database drops rows that it has seen, so the number is what ends a cycle. */
function withRoles (db: Kysely<Rows>, holder: Holder): Kysely<Rows> {
  const start = sql<number>`0`.as('depth')
  return db.withRecursive('held', db => selectGiven(db, TABLES.userRoles, holder).select(start)
    .union(selectGiven(db, TABLES.userGroups, holder)
      .innerJoin(`${TABLES.groupRoles} as linked`, join => join.onRef('linked.holder', '=', 'given.name').onRef('linked.tenant', '=', 'given.tenant'))
      .clearSelect()
      .select(['given.issuer', 'given.subject', 'given.tenant', 'linked.name', start]))
    .union(db.selectFrom('held')
      .innerJoin(`${TABLES.roleRoles} as linked`, join => join.onRef('linked.holder', '=', 'held.name').onRef('linked.tenant', '=', 'held.tenant'))
      .where('held.depth', '<', MAX_DEPTH)
      .select(['held.issuer', 'held.subject', 'held.tenant', 'linked.name', sql<number>`${sql.ref('held.depth')} + 1`.as('depth')]))
  ) as unknown as Kysely<Rows>
}

function selectGiven (db: Pick<Kysely<Rows>, 'selectFrom'>, table: string, { issuer, subject, tenant }: Holder) {
  return db.selectFrom(`${table} as given`)
    .select(['given.issuer', 'given.subject', 'given.tenant', 'given.name'])
    .where('given.issuer', '=', issuer)
    .where('given.subject', '=', subject)
    .where('given.tenant', '=', tenant)
    .where(eb => eb.or([eb('given.expires_at', 'is', null), eb('given.expires_at', '>', nowInSeconds())]))
}
