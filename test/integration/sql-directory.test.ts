import t from 'tap'
import { DummyDriver, Kysely, sql, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'

import { collectLog } from '../fixtures/collect-log.js'
import { createDeferred } from '../fixtures/deferred.js'
import { sqlite } from '../fixtures/databases/sqlite.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { requireGroups, requirePermissions } from '../../lib/index.js'
import { cached, combined, memoryStore } from '../../lib/sources/cache/index.js'
import { migrate, sqlDirectory, sqlGroups, sqlPermissions } from '../../lib/sources/sql/index.js'

import type { Test } from 'tap'
import type { FastifyInstance } from 'fastify'
import type { Store } from '../../types/store.js'
import type { Grant, SqlDirectory } from '../../lib/sources/sql/index.js'

const issuer = handIssuer()
const to = (subject: string, kind: Grant['kind'], name: string): Grant => ({ kind, name, holder: { kind: 'user', subject, issuer: issuer.url } })

/** An app whose names are cached for a day, beside who writes them. */
async function open (t: Test, { store, subject }: { readonly store?: Store, readonly subject?: string } = {}) {
  const { db, queries } = await sqlite.open(t)
  await migrate(db)
  const options = { ttlSeconds: 86_400, ...store !== undefined && { store } }
  const where = { db, ...subject !== undefined && { subject } }
  const groups = cached(sqlGroups(where), { name: 'groups', ...options })
  const permissions = cached(combined({ fetchPermissions: () => [] }, sqlPermissions(where)), { name: 'permissions', ...options })
  const directory = sqlDirectory(db, { caches: [groups, permissions] })
  const log = collectLog()
  const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider: groups, permissionsProvider: permissions }, app => {
    app.get('/staff', { preHandler: [requireGroups('staff')] }, async () => 'ok')
    app.post('/books', { preHandler: [requirePermissions('book.create')] }, async () => 'ok')
    app.post('/grants', async request => await directory.grant(request.body as Grant))
  }, { logger: log.logger })
  queries.length = 0
  return { app, db, directory, groups, log, queries }
}

async function ask (app: FastifyInstance, subject: string, path: '/staff' | '/books', claims: object = {}): Promise<number> {
  return (await app.inject({ method: path === '/staff' ? 'GET' : 'POST', url: path, headers: bearer(issuer.token({ sub: subject, ...claims })) })).statusCode
}

t.test('the very next request of a user sees what he was granted and what he was taken, and others stay cached', async t => {
  for (const store of [undefined, memoryStore()]) {
    const { app, directory, queries } = await open(t, store === undefined ? {} : { store })
    t.strictSame([await ask(app, 'alice', '/staff'), await ask(app, 'bob', '/staff')], [403, 403])
    t.equal(await directory.grant(to('bob', 'group', 'staff')), 1)
    t.strictSame([await ask(app, 'alice', '/staff'), await ask(app, 'bob', '/staff')], [403, 200])
    t.equal(await directory.revoke(to('bob', 'group', 'staff')), 1)
    t.equal(await ask(app, 'bob', '/staff'), 403)
    t.equal(queries.filter(query => /^with|^select "given"/.test(query)).length, 4, 'alice was asked about once')
  }
})

t.test('what groups and roles are given, everybody sees at once', async t => {
  const { app, directory } = await open(t)
  await directory.grant([to('bob', 'group', 'staff'), to('alice', 'role', 'author')])
  t.strictSame([await ask(app, 'bob', '/books'), await ask(app, 'alice', '/books')], [403, 403])
  await directory.grant({ kind: 'permission', name: 'book.create', holder: { kind: 'role', name: 'author' } })
  t.strictSame([await ask(app, 'bob', '/books'), await ask(app, 'alice', '/books')], [403, 200])
  await directory.grant({ kind: 'role', name: 'author', holder: { kind: 'group', name: 'staff' } })
  t.strictSame([await ask(app, 'bob', '/books'), await ask(app, 'alice', '/books')], [200, 200])
  await directory.revoke({ kind: 'permission', name: 'book.create', holder: { kind: 'role', name: 'author' } })
  t.strictSame([await ask(app, 'bob', '/books'), await ask(app, 'alice', '/books')], [403, 403])
})

t.test('users whom the tables know by a claim see at once what they are granted', async t => {
  const { app, directory } = await open(t, { subject: 'login' })
  const asBob = async () => await ask(app, '4711', '/books', { login: 'bob' })
  t.equal(await asBob(), 403)
  await directory.grant(to('bob', 'permission', 'book.create'))
  t.equal(await asBob(), 200)
  await directory.revoke(to('bob', 'permission', 'book.create'))
  t.equal(await asBob(), 403)
})

t.test('an answer that was on its way when a grant was revoked is not kept', async t => {
  const { db } = await sqlite.open(t)
  await migrate(db)
  const { fetchGroups } = sqlGroups({ db })
  const [asked, go] = [createDeferred<undefined>(), createDeferred<undefined>()]
  const groups = cached({
    async fetchGroups (...question: Parameters<typeof fetchGroups>) {
      const answer = await fetchGroups(...question)
      asked.resolve(undefined)
      await go.promise
      return answer
    }
  }, { name: 'groups' })
  const directory = sqlDirectory(db, { caches: [groups] })
  await directory.grant(to('bob', 'group', 'staff'))
  const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider: groups }, app => { app.get('/staff', { preHandler: [requireGroups('staff')] }, async () => 'ok') })
  const early = ask(app, 'bob', '/staff')
  await asked.promise
  await directory.revoke(to('bob', 'group', 'staff'))
  const late = ask(app, 'bob', '/staff')
  go.resolve(undefined)
  t.strictSame([await early, await late, await ask(app, 'bob', '/staff')], [200, 403, 403])
})

t.test('caches hear of a change when it is made, never before, nor of one that is refused; when the database fails, nobody knows whether it is made', async t => {
  const { db } = await sqlite.open(t)
  await migrate(db)
  const heard: unknown[] = []
  const hear = async (what: unknown): Promise<void> => { heard.push([what, (await sqlDirectory(db).list({ kind: 'group', name: 'staff' })).length]) }
  const directory = sqlDirectory(db, { caches: [{ invalidateUser: async (issuer, subject) => { await hear([issuer, subject]) }, clear: async () => { await hear('all') } }] })
  await directory.grant([to('bob', 'group', 'staff'), to('eve', 'group', 'staff'), to('bob', 'role', 'editor')])
  t.strictSame(heard.splice(0), [[[issuer.url, 'bob'], 2], [[issuer.url, 'eve'], 2]])
  await directory.grant(to('bob', 'group', 'staff'))
  t.strictSame(heard.splice(0), [[[issuer.url, 'bob'], 2]], 'nobody knows whether they were told the first time')
  await directory.revoke({ kind: 'role', name: 'editor', holder: { kind: 'group', name: 'staff' } })
  t.strictSame(heard.splice(0), [['all', 2]])
  await directory.grant([])
  await t.rejects(directory.grant(to('bob', 'group', ' ')), { code: 'AUTH_OPTION_INVALID' })
  t.strictSame(heard, [])
  await db.schema.dropTable('gatekeeper_user_roles').execute()
  await t.rejects(directory.grant([to('bob', 'group', 'other'), to('bob', 'role', 'editor')]), { code: 'AUTH_DIRECTORY_UNAVAILABLE' })
  t.strictSame(heard, [[[issuer.url, 'bob'], 2]])
})

t.test('a table that says whose users it is about has the caches forget them under each issuer, and one that does not, everybody', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('members').addColumn('subject', 'varchar(255)').addColumn('name', 'varchar(255)').execute()
  const heard: unknown[] = []
  const caches = [{ invalidateUser: async (...user: readonly string[]) => { heard.push(user) }, clear: async () => { heard.push('all') } }]
  const bob: Grant = { kind: 'group', name: 'staff', holder: { kind: 'user', subject: 'bob' } }
  await sqlDirectory(db, { caches, tables: { groups: { table: 'members', issuer: ['https://a.example', 'https://b.example'] } } }).grant(bob)
  t.strictSame(heard.splice(0), [['https://a.example', 'bob'], ['https://b.example', 'bob']])
  await sqlDirectory(db, { caches, tables: { groups: { table: 'members' } } }).grant(bob)
  t.strictSame(heard, ['all'])
})

t.test('a cache that cannot be told is an error that says that the change is made, and the others are told', async t => {
  let isDown = true
  const down: Store = { ...memoryStore(), set: async () => { if (isDown) throw Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }) } }
  const { app, db, groups, log } = await open(t)
  const broken = cached(sqlGroups({ db }), { name: 'broken', store: down })
  const directory = sqlDirectory(db, { caches: [broken, groups] })
  t.equal(await ask(app, 'bob', '/staff'), 403)
  const stale = { code: 'AUTH_DIRECTORY_STALE', statusCode: 503, cause: { reason: 'provider_failed', error: { name: 'Error', code: 'ECONNREFUSED' } } }
  await t.rejects(directory.grant(to('bob', 'group', 'staff')), stale)
  t.equal(await ask(app, 'bob', '/staff'), 200)
  isDown = false
  t.equal(await directory.grant(to('bob', 'group', 'staff')), 0)
  await db.schema.dropTable('gatekeeper_user_groups').execute()
  isDown = true
  const response = await app.inject({ method: 'POST', url: '/grants', headers: bearer(issuer.token()), payload: to('bob', 'group', 'staff') })
  t.match(response.json(), { statusCode: 503, code: 'AUTH_DIRECTORY_UNAVAILABLE' })
  t.match(log.of('request could not be judged').at(-1), { code: 'AUTH_DIRECTORY_UNAVAILABLE', reason: 'provider_failed', error: { code: 'SQLITE_ERROR' } })
  t.notMatch(JSON.stringify(log.lines), /secret|gatekeeper_user_groups/)
})

t.test('a directory may be taken apart, and what it was given may change later', async t => {
  const { db } = await sqlite.open(t)
  await migrate(db)
  const { grant, list }: SqlDirectory = sqlDirectory(db)
  const mine = { kind: 'group' as Grant['kind'], name: 'staff', holder: { kind: 'user' as const, subject: 'bob', issuer: issuer.url } }
  const granted = grant(mine)
  Object.assign(mine, { name: 'admins' })
  t.equal(await granted, 1)
  t.strictSame((await list({ holder: mine.holder })).map(({ name }) => name), ['staff'])
})

t.test('options that are unknown or wrong are refused, naming the path', async t => {
  const { db } = await sqlite.open(t)
  class OtherAdapter {}
  const dialect = { createAdapter: () => new OtherAdapter() as never, createDriver: () => new DummyDriver(), createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db), createQueryCompiler: () => new SqliteQueryCompiler() }
  const wrong: ReadonlyArray<readonly [unknown, unknown, RegExp]> = [
    [{}, {}, /^sqlDirectory\.db must be a Kysely instance/],
    [undefined, {}, /^sqlDirectory\.db is missing/],
    [new Kysely({ dialect }), {}, /^sqlDirectory\.db must be an instance for PostgreSQL, MySQL, MariaDB or SQLite/],
    [db, { cache: [] }, /^sqlDirectory\.cache is not an option/],
    [db, { caches: [{ clear: async () => {} }] }, /^sqlDirectory\.caches\.0 must be what cached\(…\) has made/],
    [db, { tables: {} }, /^sqlDirectory\.tables must be an object with groups, roles or permissions/],
    [db, { tables: { groups: {} } }, /^sqlDirectory\.tables\.groups\.table is missing/],
    [db, { tables: { groups: { table: 'g', subject: 'login' } } }, /^sqlDirectory\.tables\.groups\.subject is not an option/],
    [db, { tables: { roles: { table: 'g', issuer: 'https://a.example', issuerColumn: 'iss' } } }, /^sqlDirectory\.tables\.roles\.issuer must not stand beside issuerColumn/]
  ]
  for (const [instance, options, message] of wrong) t.throws(() => sqlDirectory(instance as never, options as never), { code: 'AUTH_OPTION_INVALID', message })
  await db.transaction().execute(async transaction => { t.throws(() => sqlDirectory(transaction), { code: 'AUTH_OPTION_INVALID', message: /must not be a transaction/ }) })
})

t.test('a table that holds something else than texts is no answer', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('members').addColumn('subject', 'varchar(255)').addColumn('name', 'blob').execute()
  await db.insertInto('members').values({ subject: 'bob', name: Buffer.from('staff') }).execute()
  const directory = sqlDirectory(db, { tables: { groups: { table: 'members' } } })
  await t.rejects(directory.list({ holder: { kind: 'user', subject: 'bob' } }), { code: 'AUTH_DIRECTORY_UNAVAILABLE', statusCode: 503, cause: { reason: 'provider_answer' } })
})

t.test('what others write at the same time is waited for, but not for ever', async t => {
  const { db } = await sqlite.open(t)
  await db.schema.createTable('members').addColumn('subject', 'varchar(255)').addColumn('name', sql`varchar(255) collate nocase`).execute()
  await db.schema.createIndex('one_of_a_kind').on('members').columns(['subject', 'name']).unique().execute()
  const directory = sqlDirectory(db, { tables: { groups: { table: 'members' } } })
  const staff: Grant = { kind: 'group', name: 'staff', holder: { kind: 'user', subject: 'bob' } }
  t.equal(await directory.grant(staff), 1)
  await t.rejects(directory.grant({ ...staff, name: 'STAFF' }), { code: 'AUTH_DIRECTORY_UNAVAILABLE', statusCode: 503, cause: { error: { code: 'SQLITE_CONSTRAINT_UNIQUE' } } })
  t.strictSame((await directory.list({ holder: staff.holder })).map(({ name }) => name), ['staff'])
})
