import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'

import { mariadb } from '../fixtures/databases/mariadb.js'
import { postgres } from '../fixtures/databases/postgres.js'
import { run } from '../fixtures/databases/server.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { startTcpProxy } from '../fixtures/tcp-proxy.js'
import { requireGroups } from '../../lib/index.js'
import { connect, sqlGroups } from '../../lib/sources/sql/index.js'

import type { Test } from 'tap'
import type { PoolOptions } from '../../lib/sources/sql/index.js'
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

for (const kind of [postgres, mariadb]) {
  t.test(`${kind.name}: cut off in the middle of 300 requests a second, answers are right or 503, and all is well again by itself`, { skip: kind.skip }, async t => {
    const { ask, proxy } = await open(t, kind)
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
