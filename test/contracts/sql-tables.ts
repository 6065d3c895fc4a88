import t from 'tap'

import { createIdentity } from '../fixtures/create-identity.js'
import { createContext } from '../fixtures/provider-context.js'
import { migrate, sqlApiKeys, sqlCredentials, sqlGroups, sqlPermissions, sqlRoles } from '../../lib/sources/sql/index.js'

import type { DatabaseKind, OpenDatabase } from '../fixtures/databases/server.js'

const ISSUER = 'https://issuer.example'
const OTHER = 'https://other.example'

interface Given { readonly subject?: string, readonly issuer?: string, readonly tenant?: string, readonly name: string, readonly expires_at?: number }

/** What the tables that `migrate` makes have to do, on every kind of database. They are made once: each test has users and names of its own. */
export function proveSqlTables (kind: DatabaseKind, database: OpenDatabase): void {
  const { db, queries } = database
  const give = async (what: 'groups' | 'roles' | 'permissions', ...rows: readonly Given[]) => await db.insertInto(`gatekeeper_user_${what}`).values(rows.map(row => ({ issuer: ISSUER, subject: 'alice', tenant: '', expires_at: null, ...row }))).execute()
  const link = async (what: 'group_roles' | 'role_roles' | 'role_permissions', pairs: Readonly<Record<string, string>>, tenant = '') => await db.insertInto(`gatekeeper_${what}`).values(Object.entries(pairs).map(([holder, name]) => ({ holder, name, tenant }))).execute()

  async function namesOf (subject: string, { tenant, issuer = ISSUER, ...claims }: Readonly<Record<string, string>> = {}): Promise<readonly (readonly string[])[]> {
    const identity = createIdentity({ subject, issuer, claims: { ...claims, ...tenant !== undefined && { tenant } } })
    const options = { db, ...tenant !== undefined && { tenant: 'tenant' } }
    const answers = [sqlGroups(options).fetchGroups(identity, createContext()), sqlRoles(options).fetchRoles(identity, createContext()), sqlPermissions(options).fetchPermissions(identity, createContext())]
    return (await Promise.all(answers)).map(names => [...names].sort())
  }

  t.test(`${kind.name} is migrated once, however many machines start at once`, async t => {
    const all = await Promise.all([migrate(db), migrate(db), migrate(db)])
    t.strictSame(all.flat(), ['2026-11-first-tables'])
    t.strictSame(await migrate(db), [])
    t.strictSame(await namesOf('alice'), [[], [], []])
  })

  t.test(`${kind.name} gives what is granted, by groups and by roles, each in one query`, async t => {
    await give('groups', { name: 'staff' }, { name: 'staff', subject: 'Alice' }, { name: 'press', issuer: OTHER })
    await give('roles', { name: 'reader' })
    await give('permissions', { name: 'profile.read' })
    await link('group_roles', { staff: 'editor', press: 'speaker', Staff: 'nobody', 'staff ': 'nobody' })
    await link('role_roles', { editor: 'author', author: 'commenter', commenter: 'editor', Editor: 'nobody' })
    await link('role_permissions', { reader: 'book.read', author: 'book.create', commenter: 'profile.read', nobody: 'everything' })
    queries.length = 0
    t.strictSame(await namesOf('alice'), [['staff'], ['author', 'commenter', 'editor', 'reader'], ['book.create', 'book.read', 'profile.read']])
    t.equal(queries.length, 3)
    t.strictSame(await namesOf('alice', { issuer: OTHER }), [['press'], ['speaker'], []])
    t.strictSame(await namesOf('ALICE'), [[], [], []])
    t.strictSame(await namesOf('alice '), [[], [], []])
  })

  t.test(`${kind.name} tells users, groups and roles of its tables apart code point by code point, and takes none for a command`, async t => {
    const texts = ['café', 'cafe\u0301', 'Café', 'cafe', 'café ', ' café', 'ｃａｆｅ', 'straße', 'strasse', 'STRASSE', "o'brien", '"quoted"', '`ticked`', 'back\\slash', "\\' or 1=1 -- ", "' or '1'='1", "'; drop table gatekeeper_user_roles; --", '%', '_', '$1', '?', ':name', 'null', '007', '名前', '💶'.repeat(60)]
    await give('groups', ...texts.map(text => ({ subject: `user ${text}`, name: text })))
    await link('group_roles', Object.fromEntries(texts.map(text => [text, `of ${text}`])))
    await link('role_roles', Object.fromEntries(texts.map(text => [`of ${text}`, `by ${text}`])))
    await link('role_permissions', Object.fromEntries(texts.map(text => [`by ${text}`, `may ${text}`])))
    for (const text of texts) t.strictSame(await namesOf(`user ${text}`), [[text], [`by ${text}`, `of ${text}`], [`may ${text}`]], text)
    for (const stranger of ['user CAFE', 'user café  ', "user ' or ''='", 'user x'.padEnd(4_000, 'x'), 'user \ud800']) t.strictSame(await namesOf(stranger), [[], [], []], stranger)
  })

  t.test(`${kind.name} gives ten thousand groups, and the roles and permissions that come by them, each once`, async t => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `group ${index}`)
    for (let start = 0; start < groups.length; start += 1_000) {
      await give('groups', ...groups.slice(start, start + 1_000).map(name => ({ subject: 'many', name })))
      await link('group_roles', Object.fromEntries(groups.slice(start, start + 1_000).map((group, index) => [group, `role ${start + index >> 1}`])))
    }
    await link('role_permissions', { 'role 0': 'one.read', 'role 4999': 'one.read', 'role 5000': 'none.read' })
    t.strictSame(await namesOf('many'), [[...groups].sort(), Array.from({ length: 5_000 }, (_, index) => `role ${index}`).sort(), ['one.read']])
  })

  t.test(`${kind.name} follows roles to a depth, and no further`, async t => {
    await give('roles', { subject: 'deep', name: 'step 0' })
    await link('role_roles', Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`step ${index}`, `step ${index + 1}`])))
    const [, roles] = await namesOf('deep')
    t.strictSame(roles, Array.from({ length: 17 }, (_, index) => `step ${index}`).sort())
  })

  t.test(`${kind.name} follows what the options say of roles together with what its tables say, in one query`, async t => {
    const roleHierarchy = { chief: ['captain', 'Deputy'], mate: ['cook'], cook: ['chief'], "o'brien": ['x'], constructor: ['y'] }
    await give('groups', { subject: 'hal', name: 'bridge' })
    await give('roles', { subject: 'hal', name: 'chief' }, { subject: 'shy', name: 'CHIEF' }, { subject: 'shy', name: 'chief ' }, { subject: 'shy', name: 'toString' }, { subject: 'hal', name: 'chief', tenant: 'sea' })
    await link('role_roles', { captain: 'mate', deputy: 'nothing', Deputy: 'clerk' })
    await link('role_permissions', { clerk: 'file.read', cook: 'fire.make', nothing: 'nothing.do' })
    const ask = async (subject: string, tenant?: string) => {
      const identity = createIdentity({ subject, claims: tenant === undefined ? {} : { tenant } })
      const options = { db, roleHierarchy, ...tenant !== undefined && { tenant: 'tenant' } }
      const answers = [sqlRoles(options).fetchRoles(identity, createContext()), sqlPermissions(options).fetchPermissions(identity, createContext())]
      return (await Promise.all(answers)).map(names => [...names].sort())
    }
    queries.length = 0
    t.strictSame(await ask('hal'), [['Deputy', 'captain', 'chief', 'clerk', 'cook', 'mate'], ['file.read', 'fire.make']])
    t.equal(queries.length, 2)
    t.strictSame(await ask('shy'), [['CHIEF', 'chief ', 'toString'], []])
    t.strictSame(await ask('hal', 'sea'), [['Deputy', 'captain', 'chief'], []], 'in every tenant')
    t.strictSame(await namesOf('hal'), [['bridge'], ['chief'], []], 'and not without the option')
  })

  t.test(`${kind.name} keeps tenants apart, in what is granted and in what it leads to`, async t => {
    await give('groups', { subject: 'tom', name: 'crew', tenant: 'acme' }, { subject: 'tom', name: 'crew', tenant: 'other' }, { subject: 'tom', name: 'crew' })
    await link('group_roles', { crew: 'pilot' }, 'acme')
    await link('role_permissions', { pilot: 'fly' }, 'acme')
    await link('role_permissions', { pilot: 'sink' }, 'other')
    t.strictSame(await namesOf('tom', { tenant: 'acme' }), [['crew'], ['pilot'], ['fly']])
    t.strictSame(await namesOf('tom', { tenant: 'other' }), [['crew'], [], []])
    t.strictSame(await namesOf('tom', { tenant: 'ACME' }), [[], [], []])
    t.strictSame(await namesOf('tom'), [['crew'], [], []])
    await t.rejects(async () => await sqlRoles({ db, tenant: 'tenant' }).fetchRoles(createIdentity({ subject: 'tom' }), createContext()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  })

  t.test(`${kind.name} forgets grants that have ended, and what they led to`, async t => {
    const now = Math.floor(Date.now() / 1000)
    await give('groups', { subject: 'eve', name: 'temps', expires_at: now - 1 }, { subject: 'eve', name: 'guests', expires_at: now + 600 })
    await link('group_roles', { temps: 'temp', guests: 'guest' })
    t.strictSame(await namesOf('eve'), [['guests'], ['guest'], []])
  })

  t.test(`${kind.name} refuses what is there already, and texts that do not fit`, async t => {
    await give('groups', { subject: 'uma', name: 'one' })
    await t.rejects(give('groups', { subject: 'uma', name: 'one' }))
    await t.resolves(give('groups', { subject: 'uma', name: 'One' }, { subject: 'uma', name: 'one ' }, { subject: 'Uma', name: 'one' }))
    t.strictSame((await namesOf('uma'))[0], ['One', 'one', 'one '])
  })

  t.test(`${kind.name} has tables for passwords and keys`, async t => {
    await db.insertInto('gatekeeper_credentials').values([{ username: 'alice', id: '7', password_hash: 'hash' }, { username: 'Alice', id: '8', password_hash: 'hash' }]).execute()
    t.strictSame(await sqlCredentials({ db }).findByUsername('alice'), { id: '7', passwordHash: 'hash' })
    t.equal(await sqlCredentials({ db }).findByUsername('ALICE'), null)
    const digest = 'a'.repeat(64)
    await db.insertInto('gatekeeper_api_keys').values({ digest, owner: 'billing', scopes: '["read"]', expires_at: 4_102_444_800 }).execute()
    t.strictSame(await sqlApiKeys({ db }).findByDigest(digest), { digest, owner: 'billing', scopes: ['read'], expiresAt: 4_102_444_800, revoked: false })
  })
}
