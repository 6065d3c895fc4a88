import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'

import { createDeferred } from '../fixtures/deferred.js'
import { mariadb } from '../fixtures/databases/mariadb.js'
import { postgres } from '../fixtures/databases/postgres.js'
import { run } from '../fixtures/databases/server.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { startTcpProxy } from '../fixtures/tcp-proxy.js'
import { requireGroups } from '../../lib/index.js'
import { connect, sqlGroups } from '../../lib/sources/sql/index.js'

import type { Test } from 'tap'
import type { TcpProxy } from '../fixtures/tcp-proxy.js'
import type { Database, PoolOptions } from '../../lib/sources/sql/index.js'
import type { AuthPluginOptions } from '../../lib/index.js'

const issuer = handIssuer()
const MAX_CONNECTIONS = 4

async function open (t: Test, kind: typeof postgres, pool: PoolOptions = {}, plugin: Partial<AuthPluginOptions> = {}) {
  const { db, url } = await kind.open(t)
  await db.schema.createTable('held').addColumn('subject', 'varchar(255)').addColumn('name', 'varchar(255)').execute()
  await db.insertInto('held').values([{ subject: 'alice', name: 'staff' }, { subject: 'bob', name: 'guest' }]).execute()
  const address = new URL(url as string)
  const proxy = await startTcpProxy(t, address.hostname, Number(address.port))
  address.port = String(proxy.port)
  const connected = connect(address.href, { maxConnections: MAX_CONNECTIONS, acquireTimeoutMs: 1_000, queryTimeoutMs: 1_000, ...pool })
  const groupsProvider = sqlGroups({ db: connected, table: 'held', issuer: issuer.url })
  const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider, ...plugin }, app => app.get('/staff', { preHandler: [requireGroups('staff')] }, async () => 'ok'))
  const tokens = new Map(['alice', 'bob'].map(sub => [sub, bearer(issuer.token({ sub }))]))
  const ask = async (who = 'alice') => (await app.inject({ url: '/staff', headers: tokens.get(who) ?? {} })).statusCode
  return { app, ask, db, connected, proxy }
}

/** Asks until it is so; the test's own time ends the wait. */
async function waitUntil (isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await sleep(50)
}

/** Takes the table of names away from all others, in a transaction of the test's own. */
async function lockTable (kind: typeof postgres, db: Database) {
  const [locked, released] = [createDeferred<void>(), createDeferred<void>()]
  let isHeld = true
  const transaction = db.connection().execute(async function hold (connection) {
    await run(connection, kind === postgres ? 'begin; lock table held in access exclusive mode' : 'lock tables held write')
    locked.resolve()
    await released.promise
    isHeld = false
    await run(connection, kind === postgres ? 'rollback' : 'unlock tables')
  })
  await locked.promise
  return {
    isHeld: () => isHeld,
    release: async () => {
      released.resolve()
      await transaction
    }
  }
}

/** Takes one of the pool's connections, as an app may. */
async function takeConnection (db: Database) {
  const [taken, returned] = [createDeferred<void>(), createDeferred<void>()]
  const work = db.connection().execute(async function hold (connection) {
    await run(connection, 'select 1')
    taken.resolve()
    await returned.promise
  })
  await taken.promise
  return {
    giveBack: async () => {
      returned.resolve()
      await work
    }
  }
}

/** How many sessions the server has of those that came through the proxy. */
async function countSessions (kind: typeof postgres, db: Database, { usedPorts }: TcpProxy): Promise<number> {
  const statement = kind === postgres ? 'select client_port as port from pg_stat_activity where datname = current_database()' : "select substring_index(host, ':', -1) as port from information_schema.processlist where db = database()"
  const { rows } = await sql.raw<{ readonly port: unknown }>(statement).execute(db)
  return rows.filter(({ port }) => usedPorts.has(Number(port))).length
}

for (const kind of [postgres, mariadb]) {
  t.test(`${kind.name}: cut off in the middle of 300 requests a second, answers are right or 503, and all is well again by itself`, { skip: kind.skip }, async t => {
    const { ask, db, proxy } = await open(t, kind)
    const wrong: unknown[] = []
    const seen = { right: 0, unavailable: 0 }
    const asking: Array<Promise<void>> = []
    const askOne = async (who: string): Promise<void> => {
      const status = await ask(who)
      if (status === 503) seen.unavailable++
      else if (status === (who === 'alice' ? 200 : 403)) seen.right++
      else wrong.push([who, status])
    }
    for (let tick = 0; tick < 750; tick++) {
      proxy.state = tick >= 200 && tick < 350 ? 'cut' : tick >= 450 && tick < 550 ? 'hang' : 'open'
      asking.push(...['alice', 'bob', 'alice', 'bob', 'alice', 'bob'].map(askOne))
      await sleep(20)
    }
    await Promise.all(asking)
    t.strictSame(wrong, [])
    t.ok(seen.right > 0 && seen.unavailable > 0, JSON.stringify(seen))
    for (let tries = 0; tries < 20 && await ask() === 503;) tries++
    t.strictSame([await ask('alice'), await ask('bob')], [200, 403], 'without a restart')
    t.ok(proxy.clients <= MAX_CONNECTIONS, `${proxy.clients} connections`)
    // A server that has nothing to say to a session that was cut off may take a while to end it.
    await waitUntil(async () => await countSessions(kind, db, proxy) <= MAX_CONNECTIONS)
  })

  t.test(`${kind.name}: a query that hangs and a pool that is exhausted are 503 in time, and their connections are given up`, { skip: kind.skip }, async t => {
    const { ask, proxy } = await open(t, kind, { maxConnections: 1, acquireTimeoutMs: 60_000, queryTimeoutMs: 60_000 }, { providerTimeoutMs: 2_000 })
    t.equal(await ask(), 200)
    proxy.state = 'hang'
    t.strictSame(await Promise.all([ask(), ask(), ask()]), [503, 503, 503], 'by the plugin\'s own time')
    proxy.state = 'cut'
    proxy.state = 'open'
    const again = await open(t, kind, { maxConnections: 1 })
    again.proxy.state = 'hang'
    t.strictSame(await Promise.all([again.ask(), again.ask()]), [503, 503], 'by the pool\'s')
    again.proxy.state = 'open'
    t.strictSame(await Promise.all([again.ask(), again.ask()]), [200, 200])
    t.equal(again.proxy.clients, 1)
  })

  t.test(`${kind.name}: a query that waits for a lock and a pool without a connection are 503 while they last; after that nothing is left over`, { skip: kind.skip }, async t => {
    const { app, ask, db, connected, proxy } = await open(t, kind, { maxConnections: 2, acquireTimeoutMs: 60_000, queryTimeoutMs: 60_000 }, { providerTimeoutMs: 1_000 })
    t.equal(await ask(), 200)
    const lock = await lockTable(kind, db)
    // Each answer comes while its query still waits, so it is the plugin's own time that has ended.
    t.strictSame(await Promise.all(['alice', 'bob', 'alice', 'bob'].map(ask)), [503, 503, 503, 503])
    t.ok(lock.isHeld())
    await lock.release()
    await waitUntil(async () => await ask('alice') === 200 && await ask('bob') === 403)

    const held = await Promise.all([1, 2].map(async () => await takeConnection(connected)))
    t.strictSame(await Promise.all([ask(), ask(), ask()]), [503, 503, 503], 'the app has both connections itself')
    for (const { giveBack } of held) await giveBack()
    await waitUntil(async () => await ask('alice') === 200 && await ask('bob') === 403)
    t.equal(await countSessions(kind, db, proxy), 2)
    await app.close()
    await waitUntil(async () => await countSessions(kind, db, proxy) === 0)
  })

  t.test(`${kind.name}: a pool of connect is closed with the app, and one of the app's own is not`, { skip: kind.skip }, async t => {
    const { app, connected, db, proxy, ask } = await open(t, kind)
    t.equal(await ask(), 200)
    t.equal(proxy.clients, 1)
    await sqlGroups({ db, table: 'held', issuer: issuer.url }).close?.()
    await app.close()
    await t.rejects(connected.selectFrom('held').selectAll().execute())
    t.equal((await db.selectFrom('held').selectAll().execute()).length, 2)
  })

  t.test(`${kind.name}: connections that are too old are replaced, and transactions end with their connection`, { skip: kind.skip }, async t => {
    const { connected, proxy } = await open(t, kind, { maxConnections: 1, maxAgeSeconds: null })
    await t.rejects(connected.transaction().execute(async function hang (transaction) {
      await transaction.selectFrom('held').selectAll().execute()
      proxy.state = 'hang'
      await transaction.deleteFrom('held').execute()
    }))
    proxy.state = 'open'
    t.equal((await connected.selectFrom('held').selectAll().execute()).length, 2)
    await t.rejects(connected.selectFrom('nothing').selectAll().execute())
    t.equal(proxy.clients, 1, 'what the server refuses costs no connection')
  })
}

t.test('MariaDB: connect is safe where backslashes are no escapes', { skip: mariadb.skip }, async t => {
  const { connected, db } = await open(t, mariadb, { maxConnections: 1 })
  await run(connected, "set session sql_mode = 'NO_BACKSLASH_ESCAPES'")
  const { fetchGroups } = sqlGroups({ db: connected, table: 'held', issuer: issuer.url })
  const rows = await connected.selectFrom('held').selectAll().where('subject', '=', "\\' or 1=1 -- ").execute()
  t.strictSame(rows, [])
  t.type(fetchGroups, 'function')
  t.equal((await db.selectFrom('held').selectAll().execute()).length, 2)
})
