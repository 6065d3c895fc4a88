import { createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { sql } from 'kysely'

import { stopClock } from '../../fixtures/clock.js'
import { mariadb } from '../../fixtures/databases/mariadb.js'
import { postgres } from '../../fixtures/databases/postgres.js'
import { connect } from '../../../lib/sources/sql/index.js'

import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { DatabaseKind } from '../../fixtures/databases/server.js'
import type { Database } from '../../../lib/sources/sql/index.js'

/** What a server of the test's own sees at most of a pool that asks it several things at once, and never gets an answer. */
async function listenTo (options: Options, t: Test): Promise<{ readonly clients: number, readonly first: string, readonly error: string }> {
  let [now, clients, first] = [0, 0, '']
  const server = createServer(function join (socket) {
    clients = Math.max(clients, ++now)
    socket.on('close', () => { now-- })
    socket.on('error', () => {})
    socket.once('data', chunk => { first = chunk.subarray(4, 8).toString('hex') })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const db = connect(`postgresql://app@127.0.0.1:${(server.address() as AddressInfo).port}/app`, { acquireTimeoutMs: 100, ...options })
  const ask = async () => await db.selectFrom('held').selectAll().execute().then(() => 'answered', (error: Error) => error.message)
  const [error = ''] = await Promise.all(Array.from({ length: 12 }, ask))
  return { clients, first, error }
}

/** A server that runs, and what it is asked. */
interface Server {
  readonly kind: DatabaseKind
  /** Which of its connections this is. */
  readonly connection: string
  readonly sleep: (seconds: number) => string
}

const SERVERS: readonly Server[] = [
  { kind: postgres, connection: 'select pg_backend_pid() as id', sleep: seconds => `select pg_sleep(${seconds}) as id` },
  { kind: mariadb, connection: 'select connection_id() as id', sleep: seconds => `select sleep(${seconds}) as id` }
]

async function open (t: Test, { kind }: Server, options: Options): Promise<Database> {
  const { url } = await kind.open(t)
  const db = connect(url as string, options)
  t.teardown(() => db.destroy())
  return db
}

async function ask (db: Database, statement: string): Promise<string> {
  const { rows: [row] } = await sql.raw<{ readonly id: unknown }>(statement).execute(db)
  return String(row?.id)
}

const toAnswered = (): string => 'answered'
const toFailed = (): string => 'failed'

/** What becomes of a query while another one has the only connection, for a while. */
function waitForTurn (server: Server): Row['observe'] {
  return async function observe (options, t) {
    const db = await open(t, server, options)
    let outcome = Promise.resolve('nobody asked')
    await db.connection().execute(async function hold (held) {
      await ask(held, server.connection)
      outcome = ask(db, server.connection).then(toAnswered, toFailed)
      await Promise.race([outcome, sleep(1_500)])
    })
    return await outcome
  }
}

/** What becomes of a query that takes a second. */
function askSlowly (server: Server): Row['observe'] {
  return async (options, t) => await ask(await open(t, server, options), server.sleep(1)).then(toAnswered, toFailed)
}

/** Whether the server has one connection before and after so many seconds in which nobody asks it anything. */
function isSameAfter (seconds: number, server: Server): Row['observe'] {
  return async function observe (options, t) {
    const clock = stopClock(t)
    const db = await open(t, server, options)
    const first = await ask(db, server.connection)
    clock.advance(seconds)
    // A connection that has grown too old may serve once more, and is given up then.
    await ask(db, server.connection)
    return await ask(db, server.connection) === first
  }
}

/** The rows that real servers show. */
function serverRows (server: Server): readonly Row[] {
  const { kind: { skip } } = server
  const old = { maxConnections: 1, idleSeconds: 86_400 }
  return [
    { option: 'acquireTimeoutMs', beside: { maxConnections: 1 }, observe: waitForTurn(server), value: 500, without: 'answered', with: 'failed', skip },
    { option: 'queryTimeoutMs', observe: askSlowly(server), value: 200, without: 'answered', with: 'failed', skip },
    { option: 'maxAgeSeconds', beside: old, observe: isSameAfter(4_000, server), value: null, without: false, with: true, skip }
  ]
}

export const poolRows: readonly Row[] = [
  { option: 'maxConnections', observe: async (options, t) => (await listenTo(options, t)).clients, value: 2, without: 10, with: 2 },
  ...SERVERS.flatMap(serverRows),
  // MariaDB's driver looks for idle connections by a clock of its own.
  { option: 'idleSeconds', beside: { maxAgeSeconds: null }, observe: isSameAfter(20, SERVERS[0] as Server), value: 10, without: true, with: false, skip: postgres.skip },
  // The first words of PostgreSQL's protocol: its version, or a question for TLS.
  { option: 'tls', observe: async (options, t) => (await listenTo(options, t)).first, value: true, without: '00030000', with: '04d2162f' }
]
