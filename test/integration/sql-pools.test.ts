import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectSocket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Kysely, sql } from 'kysely'
import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { mariadb } from '../fixtures/databases/mariadb.js'
import { postgres } from '../fixtures/databases/postgres.js'
import { connect } from '../../lib/sources/sql/index.js'
import { toExactText } from '../../lib/sources/sql/exact-text.js'

import type { Test } from 'tap'
import type { DatabaseKind } from '../fixtures/databases/server.js'
import type { Database, PoolOptions } from '../../lib/sources/sql/index.js'

interface Server {
  readonly kind: DatabaseKind
  /** Asks which of the server's connections this is. */
  readonly connection: string
  readonly socketName: string
}

const SERVERS: readonly Server[] = [
  { kind: postgres, connection: 'select pg_backend_pid() as id', socketName: '.s.PGSQL.5432' },
  { kind: mariadb, connection: 'select connection_id() as id', socketName: 'mysql.sock' }
]

async function open (t: Test, { kind }: Server, options: PoolOptions = {}, toAddress = async (url: string) => url): Promise<Database> {
  const { url } = await kind.open(t)
  const db = connect(await toAddress(url as string), options)
  t.teardown(() => db.destroy())
  return db
}

async function ask (db: Database, statement: string): Promise<string> {
  const { rows: [row] } = await sql.raw<{ readonly id: unknown }>(statement).execute(db)
  return String(row?.id)
}

/** Where the server listens, as a socket in the file system. */
async function listenInFolder (t: Test, { socketName }: Server, address: string): Promise<string> {
  const { hostname, port, pathname, username, protocol } = new URL(address)
  // Addresses of sockets are short.
  const folder = mkdtempSync(join(tmpdir(), 'sql-'))
  const path = join(folder, socketName)
  const server = createServer(function join (socket) {
    const behind = connectSocket(Number(port), hostname)
    for (const [from, to] of [[socket, behind], [behind, socket]] as const) {
      from.on('error', () => to.destroy()).on('close', () => to.destroy()).pipe(to)
    }
  }).listen(path)
  await once(server, 'listening')
  t.teardown(function remove () {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const parameter = protocol === 'mysql:' ? `unix_socket=${path}` : `host=${folder}`
  return `${protocol}//${username}@${pathname}?${parameter}`
}

for (const server of SERVERS) {
  const { kind: { name, skip }, connection } = server

  t.test(`${name}: a connection serves again until it is too old`, { skip }, async t => {
    const db = await open(t, server, { maxAgeSeconds: 60, maxConnections: 1 })
    const first = await ask(db, connection)
    t.equal(await ask(db, connection), first)
    if (name === 'MariaDB') {
      const clock = stopClock(t)
      // It was made before the clock stood still.
      clock.advance(61)
      await ask(db, connection)
      t.not(await ask(db, connection), first, 'another one took its place')
    }
  })

  t.test(`${name}: a socket in the file system is an address`, { skip }, async t => {
    const db = await open(t, server, {}, async url => await listenInFolder(t, server, url))
    t.match(await ask(db, connection), /^\d+$/)
  })

  t.test(`${name}: whoever wants TLS is not served without`, { skip }, async t => {
    const db = await open(t, server, { tls: { servername: 'database.example' } })
    await t.rejects(ask(db, connection))
  })
}

t.test('MariaDB: a wrong password opens nothing', { skip: mariadb.skip }, async t => {
  const db = await open(t, SERVERS[1] as Server, {}, async url => url.replace(/\/\/[^@/]*@/, '//nobody:wrong@'))
  await t.rejects(ask(db, 'select 1 as id'), { message: /^Access denied/ })
})

t.test('the binary collation of MySQL counts blanks, and so does that of MariaDB under another name', async t => {
  for (const [version, collation] of [['8.4.6', 'utf8mb4_0900_bin'], ['10.11.19-MariaDB-log', 'utf8mb4_nopad_bin']] as const) {
    const db = new Kysely<never>({ dialect: await answering(version) })
    const { sql: text } = (await toExactText(db))(128).compile(db)
    t.equal(text, `varchar(128) character set utf8mb4 collate ${collation}`)
  }
})

/** A server of MySQL's protocol that says nothing but its version: no machine here has each of them. */
async function answering (version: string) {
  const { MysqlDialect } = await import('kysely')
  const connection = {
    query: (_text: string, _parameters: readonly unknown[], done: (error: unknown, rows: unknown) => void) => { done(null, [{ version }]) },
    release () {}
  }
  return new MysqlDialect({ pool: { getConnection: done => { done(null, connection as never) }, end: done => { done(null) } } })
}
