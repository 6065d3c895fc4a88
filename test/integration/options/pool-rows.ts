import { createServer } from 'node:net'
import { once } from 'node:events'

import { toPoolSettings } from '../../../lib/sources/sql/pool-settings.js'
import { connect } from '../../../lib/sources/sql/index.js'

import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { PoolOptions } from '../../../lib/sources/sql/index.js'

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

/** What the drivers are told, where it takes minutes to be seen. */
async function readSettings (option: keyof PoolOptions, options: Options): Promise<unknown> {
  return toPoolSettings(options, false)[option]
}

export const poolRows: readonly Row[] = [
  { option: 'maxConnections', observe: async (options, t) => (await listenTo(options, t)).clients, value: 2, without: 10, with: 2 },
  { option: 'acquireTimeoutMs', observe: async options => await readSettings('acquireTimeoutMs', options), value: 300, without: 5_000, with: 300 },
  { option: 'queryTimeoutMs', observe: async options => await readSettings('queryTimeoutMs', options), value: 300, without: 5_000, with: 300 },
  { option: 'idleSeconds', observe: async options => await readSettings('idleSeconds', options), value: 5, without: 60, with: 5 },
  { option: 'maxAgeSeconds', observe: async options => await readSettings('maxAgeSeconds', options), value: null, without: 3_600, with: null },
  // The first words of PostgreSQL's protocol: its version, or a question for TLS.
  { option: 'tls', observe: async (options, t) => (await listenTo(options, t)).first, value: true, without: '00030000', with: '04d2162f' }
]
