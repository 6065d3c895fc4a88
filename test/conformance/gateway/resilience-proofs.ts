import { mkdtempSync } from 'node:fs'
import { createServer, request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { collectLog } from '../../fixtures/collect-log.js'
import { startHostileService } from '../../fixtures/hostile-service.js'
import { listenTo } from '../../fixtures/listen-to.js'
import { openGateway } from '../../fixtures/open-gateway.js'
import { createTlsFiles } from '../../fixtures/tls-files.js'
import { isDegraded } from '../../../lib/providers/gateway/index.js'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Proofs } from './lines.js'
import type { GatewayBreakerEvent, GatewayDecisionEvent } from '../../../lib/providers/gateway/index.js'

const open = (app: FastifyInstance): void => { app.get('/', { config: { auth: 'optional' } }, async request => isDegraded(request) ? 'degraded' : request.user?.id) }

export const resilienceProofs: Proofs<'resilience'> = {
  'a timeout for all and one for connecting; who hangs up ends the check, and that counts against nobody': async t => {
    const slow = await openGateway(t, { timeoutMs: 30, connectTimeoutMs: 20 }, { answer: () => null })
    t.match((await slow.get()).json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' })
    const service = await startHostileService(t)
    const log = collectLog()
    const { app, get } = await openGateway(t, { url: service.origin, breaker: { minFailures: 1 } }, { server: { logger: log.logger } })
    const events = listenTo<GatewayDecisionEvent>(t, 'fastify-gatekeeper:gateway.decision')
    await app.listen({ port: 0, host: '127.0.0.1' })
    service.behaviour = 'slow-head'
    const { port } = app.server.address() as AddressInfo
    for (const headers of [{}, { connection: 'upgrade', upgrade: 'websocket' }]) {
      const sent = ask({ port, host: '127.0.0.1', agent: false, headers: { authorization: 'Bearer good', ...headers } })
      sent.on('error', () => {}).end()
      await service.untilAsked(service.received.length + 1)
      sent.destroy()
      await service.untilSockets(0)
    }
    service.behaviour = 'allow'
    t.equal((await get()).body, 'alice', 'the breaker has not opened')
    t.strictSame(events.map(({ outcome, reason }) => [outcome, reason]), [['aborted', 'caller_gone'], ['aborted', 'caller_gone'], ['allowed', null]])
    t.strictSame(log.lines.filter(({ level, plugin }) => level >= 50 && plugin !== undefined), [], 'and nothing is wrong')
  },
  'closed on outage with 503 and Retry-After; open where a route says so, never for denials, marked, logged and counted': async t => {
    const closed = await openGateway(t, {}, { answer: () => ({ status: 500 }) })
    const response = await closed.get()
    t.match([response.statusCode, response.headers['retry-after']], [503, /^\d+$/])
    const events = listenTo<GatewayDecisionEvent>(t, 'fastify-gatekeeper:gateway.decision')
    const log = collectLog()
    const { get, service } = await openGateway(t, { failOpen: true }, { answer: () => ({ status: 500 }), declare: open, server: { logger: log.logger } })
    t.equal((await get()).body, 'degraded')
    t.equal(log.of('a credential could not be judged; its caller goes on as nobody').length, 1)
    t.strictSame(events.map(({ outcome }) => outcome), ['error', 'degraded'])
    service.answer = () => ({ status: 403 })
    t.equal((await get()).statusCode, 403)
    await t.rejects(openGateway(t, { failOpen: true }), { code: 'AUTH_ROUTE_CONTRADICTORY' })
  },
  'one pooled client that ends with the app; TLS is verified; own CA, own certificate, a unix socket': async t => {
    const files = createTlsFiles('localhost')
    const client = createTlsFiles('books')
    const service = await startHostileService(t, { ...files, requestCert: true, rejectUnauthorized: true, ca: client.cert })
    t.equal((await (await openGateway(t, { url: service.origin })).get()).statusCode, 503)
    const { app, get } = await openGateway(t, { url: service.origin, tls: { ca: files.cert, ...client } })
    const before = service.connections
    for (let sent = 0; sent < 10; sent++) t.equal((await get()).body, 'alice')
    t.ok(service.connections - before <= 2, 'connections are used again')
    await app.close()
    await service.untilSockets(0)
    const socketPath = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'service.sock')
    const local = createServer((_request, response) => { response.end() }).listen(socketPath)
    t.teardown(() => new Promise(resolve => local.close(resolve)))
    const overSocket = await (await openGateway(t, { url: 'http://service/validate', socketPath })).get()
    t.equal(overSocket.statusCode, 200, overSocket.body)
  },
  'a second try for failed connections and 502, 503, 504, within the time': async t => {
    for (const status of [502, 503, 504, 500]) {
      let asked = 0
      const { get } = await openGateway(t, { retries: 1 }, { answer: () => ++asked === 1 ? { status } : {} })
      t.equal((await get()).statusCode, status === 500 ? 503 : 200, String(status))
    }
    const service = await startHostileService(t)
    service.behaviour = (request, response) => { service.received.length === 1 ? request.socket.destroy() : response.end() }
    t.equal((await (await openGateway(t, { url: service.origin, retries: 1 })).get()).statusCode, 200)
  },
  'a circuit breaker that opens, lets one through, and closes': async t => {
    const events = listenTo<GatewayBreakerEvent>(t, 'fastify-gatekeeper:gateway.breaker')
    const service = await startHostileService(t)
    const { get } = await openGateway(t, { url: service.origin, breaker: { minFailures: 2, openSeconds: 1 } })
    await service.stop()
    const seen = [(await get()).statusCode, (await get()).statusCode, (await get()).statusCode]
    t.strictSame(seen, [503, 503, 503])
    await service.start()
    t.equal((await get()).statusCode, 503, 'nobody is asked')
    t.equal(service.received.length, 0)
    while ((await get()).statusCode !== 200) await new Promise(resolve => setTimeout(resolve, 50))
    t.strictSame(events.map(({ state }) => state), ['open', 'half-open', 'closed'])
  },
  'so many calls at once, and a bounded queue': async t => {
    const { get, service } = await openGateway(t, { maxConcurrent: 1, maxQueued: 1 })
    let release = (): void => {}
    const held = new Promise<void>(resolve => { release = resolve })
    service.answer = async () => { await held; return {} }
    const answers = ['a', 'b', 'c'].map(async token => (await get({ headers: { authorization: `Bearer ${token}` } })).statusCode)
    t.equal(await Promise.race(answers), 503)
    release()
    t.strictSame((await Promise.all(answers)).sort(), [200, 200, 503])
  }
}
