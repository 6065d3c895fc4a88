import t from 'tap'

import { basicHeader } from '../fixtures/basic-header.js'
import { collectLog } from '../fixtures/collect-log.js'
import { createIdentity } from '../fixtures/create-identity.js'
import { createContext } from '../fixtures/provider-context.js'
import { sqlite } from '../fixtures/databases/sqlite.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser, requireGroups, requirePermissions, requireRoles } from '../../lib/index.js'
import { apiKey, issueApiKey } from '../../lib/providers/api-key/index.js'
import { basic, hashPassword } from '../../lib/providers/basic/index.js'
import { cached, combined, fallback } from '../../lib/sources/cache/index.js'
import { migrate, sqlApiKeys, sqlCredentials, sqlGroups, sqlPermissions, sqlProfile, sqlRoles } from '../../lib/sources/sql/index.js'

import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'
import type { Database } from '../../lib/sources/sql/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()

async function open (t: Test, toOptions: (db: Database) => AuthPluginOptions) {
  const { db, queries } = await sqlite.open(t)
  await db.schema.createTable('held').addColumn('who', 'varchar(255)').addColumn('name', 'varchar(255)').addColumn('tenant', 'varchar(255)').execute()
  await db.insertInto('held').values([{ who: 'alice', name: 'staff', tenant: 'acme' }, { who: 'alice', name: 'book.*', tenant: 'acme' }, { who: 'alice', name: 'guest', tenant: 'other' }]).execute()
  const log = collectLog()
  const app = await openApp(t, { jwtProvider, ...toOptions(db) }, app => {
    app.get('/', async () => 'ok')
    app.get('/groups', async request => await currentUser(request).groups())
    app.get('/profile', async request => await currentUser(request).profile())
    app.get('/staff', { preHandler: [requireGroups('staff')] }, async () => 'ok')
    app.post('/books', { preHandler: [requirePermissions('book.create'), requirePermissions('book.*')] }, async () => 'ok')
  }, { logger: log.logger })
  queries.length = 0
  return { app, db, log, queries }
}

const whose = { table: 'held', userColumn: 'who', issuer: issuer.url }

t.test('a guard costs one query, however often names are asked for, and a route without one none', async t => {
  const { app, queries } = await open(t, db => ({ groupsProvider: sqlGroups({ db, ...whose }), permissionsProvider: sqlPermissions({ db, ...whose, permissionMatch: 'wildcard' }) }))
  t.equal((await app.inject({ url: '/', headers: bearer(issuer.token()) })).statusCode, 200)
  t.equal(queries.length, 0)
  t.equal((await app.inject({ url: '/staff', headers: bearer(issuer.token()) })).statusCode, 200)
  t.equal(queries.length, 1)
  t.equal((await app.inject({ method: 'POST', url: '/books', headers: bearer(issuer.token()) })).statusCode, 200)
  t.equal(queries.length, 2)
  const refused = await app.inject({ url: '/staff', headers: bearer(issuer.token({ sub: 'bob' })) })
  t.strictSame([refused.statusCode, refused.json().code], [403, 'AUTH_GROUP_MISSING'])
})

t.test('behind a cache a hundred requests at once cost one query, and later ones none', async t => {
  const { app, queries } = await open(t, db => ({ groupsProvider: cached(sqlGroups({ db, ...whose }), { name: 'groups' }) }))
  const ask = async () => (await app.inject({ url: '/staff', headers: bearer(issuer.token()) })).statusCode
  t.strictSame(new Set(await Promise.all(Array.from({ length: 100 }, ask))), new Set([200]))
  t.equal(await ask(), 200)
  t.equal(queries.length, 1)
})

t.test('roles of a table include others as the option says: through cycles, once each, and by no name that objects inherit', async t => {
  const roleHierarchy = JSON.parse('{ "staff": ["editor", "reader"], "editor": ["reader", "staff", "constructor"], "__proto__": ["owner"], "guest": ["__proto__"], "constructor": ["maker"] }')
  const { db, queries } = await open(t, () => ({}))
  const app = await openApp(t, { jwtProvider, rolesProvider: sqlRoles({ db, ...whose, tenantColumn: 'tenant', roleHierarchy }) }, function declare (app) {
    app.get('/roles', async request => [...await currentUser(request).roles()].sort())
    app.get('/read', { preHandler: [requireRoles('reader')] }, async () => 'ok')
    app.get('/prototype', { preHandler: [requireRoles(['toString', 'hasOwnProperty', 'valueOf'])] }, async () => 'ok')
  })
  const ask = async (url: string, tenant: string) => await app.inject({ url, headers: bearer(issuer.token({ tenant })) })
  roleHierarchy.staff.push('owner')
  t.strictSame((await ask('/roles', 'acme')).json(), ['book.*', 'constructor', 'editor', 'maker', 'reader', 'staff'])
  t.strictSame((await ask('/roles', 'other')).json(), ['__proto__', 'guest', 'owner'])
  queries.length = 0
  t.equal((await ask('/read', 'acme')).statusCode, 200)
  t.equal(queries.length, 1)
  t.match((await ask('/read', 'other')).json(), { statusCode: 403, code: 'AUTH_ROLE_MISSING' })
  t.match((await ask('/prototype', 'acme')).json(), { statusCode: 403, code: 'AUTH_ROLE_MISSING' })
  const plain = await openApp(t, { jwtProvider, rolesProvider: sqlRoles({ db, ...whose }) }, app => app.get('/read', { preHandler: [requireRoles('reader')] }, async () => 'ok'))
  t.match((await plain.inject({ url: '/read', headers: bearer(issuer.token()) })).json(), { statusCode: 403, code: 'AUTH_ROLE_MISSING' })
})

t.test('permissions are compared exactly, unless the option says that a star counts', async t => {
  const answers = []
  for (const permissionMatch of ['exact', 'wildcard', undefined] as const) {
    const { app } = await open(t, db => ({ permissionsProvider: sqlPermissions({ db, ...whose, ...permissionMatch !== undefined && { permissionMatch } }) }))
    const response = await app.inject({ method: 'POST', url: '/books', headers: bearer(issuer.token()) })
    answers.push([response.statusCode, response.statusCode === 200 ? response.body : response.json().code])
  }
  t.strictSame(answers, [[403, 'AUTH_PERMISSION_MISSING'], [200, 'ok'], [403, 'AUTH_PERMISSION_MISSING']])
})

t.test('a user is found by the claim that is configured, and without it the answer is 503, naming the claim in the log', async t => {
  const { app, log } = await open(t, db => ({ groupsProvider: sqlGroups({ db, ...whose, subject: ['profile', 'login'] }) }))
  const ask = async (claims: object) => (await app.inject({ url: '/groups', headers: bearer(issuer.token({ sub: '7', ...claims })) })).json()
  t.strictSame(await ask({ profile: { login: 'alice' } }), ['staff', 'book.*', 'guest'])
  for (const profile of [undefined, {}, 'alice', { login: '' }, { login: ['alice'] }]) t.match(await ask({ profile }), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  t.match(log.of('a claim that the database knows users by is missing, or it is no text')[0], { expected: 'profile.login' })
})

t.test('two issuers with one subject never meet, and whoever has no tenant is answered with 503', async t => {
  const other = handIssuer('https://other.example')
  const { db } = await sqlite.open(t)
  await migrate(db)
  await db.insertInto('gatekeeper_user_groups').values([
    { issuer: issuer.url, subject: 'alice', tenant: 'acme', name: 'staff' }, { issuer: other.url, subject: 'alice', tenant: 'acme', name: 'press' }, { issuer: issuer.url, subject: 'alice', tenant: '', name: 'everything' }
  ]).execute()
  const app = await openApp(t, { jwtProvider: [jwtProvider, other.provider()], groupsProvider: sqlGroups({ db, tenant: 'tenant' }) }, function declare (app) {
    app.get('/staff', { preHandler: [requireGroups('staff')] }, async request => await currentUser(request).groups())
  })
  const ask = async (who: typeof issuer, claims: Readonly<Record<string, unknown>>) => (await app.inject({ url: '/staff', headers: bearer(who.token(claims)) })).json()
  t.strictSame(await ask(issuer, { tenant: 'acme' }), ['staff'])
  t.match(await ask(other, { tenant: 'acme' }), { statusCode: 403, code: 'AUTH_GROUP_MISSING' })
  for (const claims of [{}, { tenant: '' }, { tenant: null }, { tenant: ['acme'] }]) t.match(await ask(issuer, claims), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
})

t.test('a cache keeps the tenants of one user apart, whatever stands between it and the database', async t => {
  const { db } = await open(t, () => ({}))
  const tenants = sqlGroups({ db, ...whose, tenantColumn: 'tenant' })
  const nobody = { fetchGroups: () => [] }
  for (const provider of [cached(tenants, { name: 'a' }), cached(combined(nobody, tenants), { name: 'b' }), cached(fallback(cached(tenants, { name: 'c' }), nobody), { name: 'd' })]) {
    const ask = async (tenant: string) => await provider.fetchGroups(createIdentity({ issuer: issuer.url, claims: { tenant } }), createContext())
    t.strictSame([await ask('acme'), await ask('other'), await ask('acme')], [['staff', 'book.*'], ['guest'], ['staff', 'book.*']])
  }
})

t.test('people sign in with a password from the database, and machines with a key', async t => {
  const { db, queries } = await sqlite.open(t)
  const { key, record } = issueApiKey({ owner: 'billing', groups: ['staff'] })
  await db.schema.createTable('people').addColumn('login', 'varchar(255)').addColumn('id', 'varchar(255)').addColumn('hash', 'varchar(255)').execute()
  await db.insertInto('people').values([{ login: 'alice', id: 'a-1', hash: await hashPassword('correct horse') }, { login: 'twin', id: 'b', hash: 'x' }, { login: 'twin', id: 'c', hash: 'y' }]).execute()
  await db.schema.createTable('keys').addColumn('hash', 'varchar(64)').addColumn('team', 'varchar(255)').addColumn('member_of', 'varchar(255)').execute()
  await db.insertInto('keys').values([{ hash: record.digest, team: 'billing', member_of: '["staff"]' }, ...[1, 2].map(() => ({ hash: issueApiKey({ owner: 'x' }).record.digest.replace(/./g, 'd'), team: 'x', member_of: null }))]).execute()
  const keys = sqlApiKeys({ db, table: 'keys', columns: { digest: 'hash', owner: 'team', groups: 'member_of', kind: null, name: null, scopes: null, roles: null, permissions: null, expiresAt: null, revoked: null } })
  const people = sqlCredentials({ db, table: 'people', columns: { username: 'login', passwordHash: 'hash', name: null, email: null } })
  const app = await openApp(t, { authenticators: [basic(people), apiKey(keys)] }, app => app.get('/me', async request => [currentUser(request).id, await currentUser(request).groups()]))
  queries.length = 0
  t.strictSame((await app.inject({ url: '/me', headers: basicHeader('alice', 'correct horse') })).json(), ['a-1', []])
  t.strictSame((await app.inject({ url: '/me', headers: { 'x-api-key': key } })).json(), ['billing', ['staff']])
  t.equal(queries.length, 2)
  t.match((await app.inject({ url: '/me', headers: basicHeader('ALICE', 'correct horse') })).json(), { statusCode: 401, code: 'AUTH_PASSWORD_REJECTED' })
  t.match((await app.inject({ url: '/me', headers: basicHeader('twin', 'correct horse') })).json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' }, 'two of one name')
  await t.rejects(keys.findByDigest('d'.repeat(64)), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503 })
})

t.test('what is no list, no number and no truth value in a table of keys makes the key unusable', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('keys').addColumn('digest', 'varchar(64)').addColumn('owner', 'varchar(255)').addColumn('scopes', 'varchar(255)').addColumn('expires_at', 'varchar(255)').addColumn('revoked', 'varchar(255)').execute()
  const { key, record } = issueApiKey({ owner: 'billing' })
  const columns = { kind: null, name: null, groups: null, roles: null, permissions: null }
  const app = await openApp(t, { authenticators: [apiKey(sqlApiKeys({ db, table: 'keys', columns }))] }, app => app.get('/', async () => 'ok'))
  const answerWith = async (row: Readonly<Record<string, unknown>>) => {
    await db.deleteFrom('keys').execute()
    await db.insertInto('keys').values({ digest: record.digest, owner: 'billing', ...row }).execute()
    const { statusCode, body } = await app.inject({ url: '/', headers: { 'x-api-key': key } })
    return statusCode === 200 ? body : JSON.parse(body).code
  }
  t.equal(await answerWith({ scopes: '["read"]', expires_at: '4102444800', revoked: '0' }), 'ok')
  for (const scopes of ['read', '{', '[1]', '"read"']) t.equal(await answerWith({ scopes }), 'AUTH_PROVIDER_UNAVAILABLE', scopes)
  t.equal(await answerWith({ expires_at: 'tomorrow' }), 'AUTH_PROVIDER_UNAVAILABLE')
  t.equal(await answerWith({ expires_at: '1' }), 'AUTH_KEY_REJECTED')
  for (const revoked of ['1', 'true', 'no', '']) t.equal(await answerWith({ revoked }), 'AUTH_KEY_REJECTED', revoked)
})

t.test('profiles are plain data', async t => {
  const { db } = await open(t, () => ({}))
  const profile = await sqlProfile({ db, ...whose, tenantColumn: 'tenant', columns: ['who', 'name'] }).fetchProfile(createIdentity({ issuer: issuer.url, claims: { tenant: 'other' } }), createContext())
  t.strictSame(profile, { who: 'alice', name: 'guest' })
})

t.test('a name that is no text is no answer', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('held').addColumn('subject', 'varchar(255)').addColumn('name', 'integer').execute()
  await db.insertInto('held').values({ subject: 'alice', name: 7 }).execute()
  await t.rejects(async () => await sqlGroups({ db, table: 'held', issuer: 'https://issuer.example' }).fetchGroups(createIdentity(), createContext()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
})
