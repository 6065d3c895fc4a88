import t from 'tap'

import { proveApiKeyStore } from './api-key-store.js'
import { proveCredentialsRepository } from './credentials-repository.js'
import { proveNamesProvider } from './names-provider.js'
import { proveSqlDirectory } from './sql-directory.js'
import { proveReferenceTables } from './sql-reference.js'
import { proveSqlTables } from './sql-tables.js'
import { createIdentity } from '../fixtures/create-identity.js'
import { createContext } from '../fixtures/provider-context.js'
import { createName } from '../fixtures/databases/server.js'
import { sqlApiKeys, sqlCredentials, sqlGroups, sqlPermissions, sqlProfile, sqlRoles } from '../../lib/sources/sql/index.js'

import type { DatabaseKind, OpenDatabase } from '../fixtures/databases/server.js'
import type { Identity } from '../../lib/index.js'
import type { StoredApiKey } from '../../lib/providers/api-key/index.js'

const ISSUER = 'https://issuer.example'
const OTHER = 'https://other.example'
const alice = createIdentity()
const bob = createIdentity({ subject: 'bob' })

/** What must not be taken for one another, whatever a collation takes them for; and what must stay a value. */
const ALIKE = ['alice', 'Alice', 'ALICE', 'alice ', ' alice', 'alicé', 'alice\u0301', 'ali\u0301ce', 'alice\t', 'ａｌｉｃｅ']
const ODD = ["o'brien", '"quoted"', '`ticked`', 'back\\slash', "\\' or 1=1 -- ", "' or '1'='1", '1; drop table held', '%', '_', '$1', '?', ':name', '{}', '[]', 'null', 'true', '0', '007', '名前', '💶', 'a'.repeat(255)]

/** What all that reads from a database has to do, on every kind of database. */
export async function proveSql (kind: DatabaseKind): Promise<void> {
  if (kind.skip !== false) {
    t.test(`${kind.name} is not asked`, { skip: kind.skip }, async () => {})
    return
  }
  const database = await kind.open(t)
  // For what lists all who have a name. Opened before the first test: once tests have run, there can be no more.
  const another = await kind.open(t)
  await proveContracts(kind.name, database)
  proveExactness(kind.name, database)
  proveScope(kind.name, database)
  proveProfile(kind.name, database)
  proveSqlTables(kind, database)
  proveSqlDirectory(kind.name, another)
  proveReferenceTables(kind, database)
}

interface Held { readonly subject: string | null, readonly name: string | null, readonly issuer?: string | null, readonly tenant?: string | null, readonly ends?: number | null }

/** A table of names, as an app may have it; for more rows than a statement holds, several. */
async function createTable ({ db }: OpenDatabase, rows: readonly Held[]): Promise<string> {
  const table = createName()
  await db.schema.createTable(table)
    .addColumn('subject', 'varchar(255)').addColumn('issuer', 'varchar(255)').addColumn('tenant', 'varchar(255)').addColumn('name', 'varchar(255)').addColumn('ends', 'bigint')
    .execute()
  for (let start = 0; start < rows.length; start += 1_000) {
    await db.insertInto(table).values(rows.slice(start, start + 1_000).map(row => ({ issuer: ISSUER, tenant: null, ends: null, ...row }))).execute()
  }
  return table
}

async function proveContracts (name: string, database: OpenDatabase): Promise<void> {
  const { db } = database
  const table = await createTable(database, [{ subject: 'alice', name: 'editor' }, { subject: 'alice', name: 'admin' }, { subject: 'carol', name: 'owner' }])
  for (const whose of [{ issuer: ISSUER }, { issuerColumn: 'issuer' }]) {
    const title = `${name}, by ${Object.keys(whose).join()}`
    const options = { db, table, ...whose }
    const [groups, roles, permissions] = [sqlGroups(options), sqlRoles(options), sqlPermissions(options)]
    proveNamesProvider(title, { kind: 'groups', fetch: (...asked) => groups.fetchGroups(...asked), known: [alice, ['editor', 'admin']], unknown: bob })
    proveNamesProvider(title, { kind: 'roles', fetch: (...asked) => roles.fetchRoles(...asked), known: [alice, ['editor', 'admin']], unknown: bob })
    proveNamesProvider(title, { kind: 'permissions', fetch: (...asked) => permissions.fetchPermissions(...asked), known: [alice, ['editor', 'admin']], unknown: bob })
  }
  proveCredentialsRepository(`${name}: sqlCredentials`, async () => await createCredentials(database))
  proveApiKeyStore(`${name}: sqlApiKeys`, async (_t, records) => await createKeys(database, records))
}

async function createCredentials ({ db }: OpenDatabase) {
  const table = createName()
  await db.schema.createTable(table)
    .addColumn('username', 'varchar(255)').addColumn('id', 'integer').addColumn('password_hash', 'varchar(255)').addColumn('display_name', 'varchar(255)').addColumn('email', 'varchar(255)')
    .execute()
  await db.insertInto(table).values([
    { username: 'alice', id: 7, password_hash: 'old', display_name: 'Alice', email: null },
    { username: 'bob', id: 8, password_hash: 'old', display_name: null, email: null }
  ]).execute()
  return { repository: sqlCredentials({ db, table }), username: 'alice', id: '7' }
}

async function createKeys ({ db }: OpenDatabase, records: readonly StoredApiKey[]) {
  const table = createName()
  await ['owner', 'kind', 'display_name', 'scopes', 'group_names', 'role_names', 'permission_names']
    .reduce((builder, column) => builder.addColumn(column, 'varchar(255)'), db.schema.createTable(table).addColumn('digest', 'varchar(64)'))
    .addColumn('expires_at', 'bigint').addColumn('revoked', 'smallint').execute()
  for (const { owner, digest, kind = null, name = null, scopes, groups, roles, permissions, expiresAt = null, revoked = false } of records) {
    const [s, g, r, p] = [scopes, groups, roles, permissions].map(list => list === undefined ? null : JSON.stringify(list))
    await db.insertInto(table).values({
      owner, digest, kind, display_name: name, scopes: s, group_names: g, role_names: r, permission_names: p, expires_at: expiresAt, revoked: revoked ? 1 : 0
    }).execute()
  }
  return sqlApiKeys({ db, table })
}

function proveExactness (name: string, database: OpenDatabase): void {
  const { db } = database
  const groupsOf = async (table: string, subject: string) => [...await sqlGroups({ db, table, issuerColumn: 'issuer' }).fetchGroups(createIdentity({ subject }), createContext())].sort()

  t.test(`${name} tells users apart code point by code point, and takes no name for a command`, async t => {
    const subjects = [...ALIKE, ...ODD]
    const table = await createTable(database, subjects.map(subject => ({ subject, name: `of ${subject}`.slice(0, 255) })))
    for (const subject of subjects) t.strictSame(await groupsOf(table, subject), [`of ${subject}`.slice(0, 255)], subject)
    for (const stranger of ['alicE', 'alice  ', "' or ''='", '*', 'x'.repeat(4_000), '\ud800']) t.strictSame(await groupsOf(table, stranger), [], stranger)
  })

  t.test(`${name} gives names as they are stored, each once`, async t => {
    const names = [...ALIKE, ...ODD]
    const table = await createTable(database, [...names, ...names].map(name => ({ subject: 'alice', name })))
    t.strictSame(await groupsOf(table, 'alice'), [...names].sort())
  })

  t.test(`${name} gives ten thousand names`, async t => {
    const names = Array.from({ length: 10_000 }, (_, index) => `group ${index}`)
    const table = await createTable(database, names.map(name => ({ subject: 'alice', name })))
    t.strictSame(await groupsOf(table, 'alice'), [...names].sort())
  })

  t.test(`${name} takes NULL for nobody and for nothing`, async t => {
    const table = await createTable(database, [{ subject: null, name: 'a' }, { subject: 'alice', name: null }, { subject: 'alice', name: 'b', issuer: null }, { subject: 'alice', name: 'c' }])
    t.strictSame(await groupsOf(table, 'alice'), ['c'])
    for (const subject of ['null', 'NULL', 'undefined']) t.strictSame(await groupsOf(table, subject), [], subject)
  })
}

function proveScope (name: string, database: OpenDatabase): void {
  const { db } = database
  const inTenant = (tenant?: unknown, members: Partial<Identity> = {}) => createIdentity({ claims: tenant === undefined ? {} : { tenant }, ...members })

  t.test(`${name} never lets two issuers with one subject meet`, async t => {
    const table = await createTable(database, [{ subject: 'alice', name: 'ours' }, { subject: 'alice', name: 'theirs', issuer: OTHER }, { subject: 'alice', name: 'similar', issuer: ISSUER.toUpperCase() }])
    const { fetchGroups } = sqlGroups({ db, table, issuerColumn: 'issuer' })
    t.strictSame(await fetchGroups(alice, createContext()), ['ours'])
    t.strictSame(await fetchGroups(createIdentity({ issuer: OTHER }), createContext()), ['theirs'])
    t.strictSame(await sqlGroups({ db, table, issuer: [OTHER, 'https://third.example'] }).fetchGroups(alice, createContext()), [])
  })

  t.test(`${name} asks within a tenant only, and without one not at all`, async t => {
    const table = await createTable(database, [{ subject: 'alice', name: 'a', tenant: 'acme' }, { subject: 'alice', name: 'A', tenant: 'ACME' }, { subject: 'alice', name: 'none' }, { subject: 'alice', name: 'blank', tenant: '' }])
    const { fetchGroups } = sqlGroups({ db, table, issuer: ISSUER, tenantColumn: 'tenant' })
    t.strictSame(await fetchGroups(inTenant('acme'), createContext()), ['a'])
    t.strictSame(await fetchGroups(inTenant('ACME'), createContext()), ['A'])
    t.strictSame(await fetchGroups(inTenant('other'), createContext()), [])
    const before = database.queries.length
    for (const tenant of [undefined, null, '', 7, ['acme'], { acme: true }]) {
      await t.rejects(async () => await fetchGroups(inTenant(tenant), createContext()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503, cause: { reason: 'claim_missing' } })
    }
    t.equal(database.queries.length, before)
  })

  t.test(`${name} forgets what has ended`, async t => {
    const now = Math.floor(Date.now() / 1000)
    const table = await createTable(database, [{ subject: 'alice', name: 'past', ends: now - 1 }, { subject: 'alice', name: 'future', ends: now + 600 }, { subject: 'alice', name: 'always' }])
    t.strictSame([...await sqlGroups({ db, table, issuer: ISSUER, expiresColumn: 'ends' }).fetchGroups(alice, createContext())].sort(), ['always', 'future'])
  })

  t.test(`${name} says that a column is not there before anybody asks`, async t => {
    const table = await createTable(database, [])
    await t.resolves(sqlGroups({ db, table, issuer: ISSUER }).warmUp?.() as Promise<void>)
    await t.rejects(sqlGroups({ db, table, issuer: ISSUER, nameColumn: 'missing"` column' }).warmUp?.() as Promise<void>)
  })
}

function proveProfile (name: string, database: OpenDatabase): void {
  const { db } = database

  t.test(`${name} gives the columns of a user as his profile`, async t => {
    const table = await createTable(database, [{ subject: 'alice', name: 'Alice', tenant: null, ends: 5 }, { subject: 'twice', name: 'a' }, { subject: 'twice', name: 'b' }])
    const { fetchProfile } = sqlProfile({ db, table, issuer: ISSUER, columns: ['name', 'tenant'] })
    t.strictSame(await fetchProfile(alice, createContext()), { name: 'Alice', tenant: null })
    t.strictSame(await fetchProfile(bob, createContext()), {})
    await t.rejects(async () => await fetchProfile(createIdentity({ subject: 'twice' }), createContext()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  })
}
