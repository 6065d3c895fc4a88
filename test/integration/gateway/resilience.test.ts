import { request as ask } from 'node:http'
import t from 'tap'

import { stopClock } from '../../fixtures/clock.js'
import { collectLog } from '../../fixtures/collect-log.js'
import { json, startHostileService } from '../../fixtures/hostile-service.js'
import { listenTo } from '../../fixtures/listen-to.js'
import { openGateway } from '../../fixtures/open-gateway.js'

import type { AddressInfo } from 'node:net'
import type { RequestListener } from 'node:http'
import type { GatewayBreakerEvent, GatewayCacheEvent } from '../../../lib/providers/gateway/index.js'

const alice = json(200, '{"sub":"alice"}')

t.test('a service that goes and comes back: every caller has his 503 at once, and is let in again by itself', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const log = collectLog()
  const events = listenTo<GatewayBreakerEvent>(t, 'fastify-gatekeeper:gateway.breaker')
  const { get } = await openGateway(t, { url: service.origin, breaker: { minFailures: 2, openSeconds: 9 } }, { server: { logger: log.logger } })
  t.equal((await get()).body, 'alice')
  await service.stop()
  for (const reason of ['gateway_unreachable', 'gateway_unreachable', 'gateway_circuit']) {
    log.clear()
    const answer = await get()
    t.match(answer, { statusCode: 503, headers: { 'retry-after': /^[1-9]\d*$/, 'www-authenticate': undefined } })
    t.equal(answer.json().code, 'AUTH_PROVIDER_UNAVAILABLE')
    t.match(log.text(), `"reason":"${reason}"`)
    t.notMatch(log.text(), 'Bearer good')
  }
  t.equal((await get()).headers['retry-after'], '9', 'as long as the rest lasts')
  await service.start()
  t.equal((await get()).statusCode, 503, 'nobody is asked yet')
  clock.advance(9)
  const all = await Promise.all(Array.from({ length: 10 }, () => get()))
  t.equal(all.filter(({ statusCode }) => statusCode === 200).length, 1, 'one shows that it is back')
  t.equal((await get()).body, 'alice')
  t.strictSame(events.map(({ state }) => state), ['open', 'half-open', 'closed'])
})

t.test('with the cache on, an outage within the lifetime goes unnoticed', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { get } = await openGateway(t, { url: service.origin, cache: { allowedSeconds: 60 } })
  t.equal((await get()).body, 'alice')
  await service.stop()
  clock.advance(59)
  t.equal((await get()).body, 'alice')
  t.equal((await get({ headers: { authorization: 'Bearer other' } })).statusCode, 503, 'whoever is not known')
  clock.advance(1)
  t.equal((await get()).statusCode, 503)
  await service.start()
  clock.advance(5)
  t.equal((await get()).body, 'alice')
})

t.test('a hundred requests at once with one token are one question, and one of them gets the cookie', async t => {
  const service = await startHostileService(t)
  const events = listenTo<GatewayCacheEvent>(t, 'fastify-gatekeeper:gateway.cache')
  service.behaviour = json(200, '{"sub":"alice"}', { 'set-cookie': 'session=1' })
  const { get } = await openGateway(t, { url: service.origin, cache: {}, allowHeaders: ['set-cookie'] })
  const all = await Promise.all(Array.from({ length: 100 }, () => get()))
  t.strictSame(new Set(all.map(({ body }) => body)), new Set(['alice']))
  t.equal(service.received.length, 1)
  t.equal(all.filter(({ headers }) => headers['set-cookie'] !== undefined).length, 1)
  t.strictSame(events.map(({ result }) => result).toSorted(), [...Array.from({ length: 99 }, () => 'coalesced'), 'miss'])
  t.equal((await get()).headers['set-cookie'], undefined)
})

t.test('the one for whom the service is asked hangs up, and the others get their answer', async t => {
  const service = await startHostileService(t)
  const { app, get } = await openGateway(t, { url: service.origin, cache: {}, forwarded: false })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const answers: Array<() => void> = []
  service.behaviour = (request, response) => { answers.push(() => { alice(request, response) }) }
  const { port } = app.server.address() as AddressInfo
  const first = ask({ port, host: '127.0.0.1', agent: false, headers: { authorization: 'Bearer good' } })
  first.on('error', () => {}).end()
  await service.untilAsked(1)
  const others = Array.from({ length: 5 }, () => get())
  const gone = new Promise(resolve => { first.once('close', resolve) })
  first.destroy()
  await gone
  answers[0]?.()
  t.strictSame((await Promise.all(others)).map(({ body }) => body), Array.from({ length: 5 }, () => 'alice'))
  t.equal(service.received.length, 1)
})

t.test('callers of one network leave room for those of others', async t => {
  const service = await startHostileService(t)
  const open: Array<() => void> = []
  const hold: RequestListener = (request, response) => { open.push(() => { alice(request, response) }) }
  service.behaviour = hold
  const { get } = await openGateway(t, { url: service.origin, maxConcurrent: 1, maxQueued: 2 })
  const flood = ['1', '2', '3', '4'].map(() => get({ remoteAddress: '192.0.2.1' }))
  await service.untilAsked(1)
  const other = get({ remoteAddress: '198.51.100.7' })
  const answers = Promise.all([...flood, other])
  for (let count = 1; count <= 3; count++) {
    await service.untilAsked(count)
    open.shift()?.()
  }
  t.strictSame((await answers).map(({ statusCode }) => statusCode), [200, 200, 503, 503, 200])
})

t.test('an app that closes leaves no connection and no question', async t => {
  const service = await startHostileService(t)
  const { app, get } = await openGateway(t, { url: service.origin, cache: {} })
  t.equal((await get()).body, 'alice')
  service.behaviour = 'slow-head'
  const pending = get({ url: '/?other' })
  await service.untilAsked(2)
  await app.close()
  t.equal((await pending).statusCode, 503)
  await service.untilSockets(0)
  t.equal(service.sockets.size, 0)
})
