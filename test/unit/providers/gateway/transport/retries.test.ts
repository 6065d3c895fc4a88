import t from 'tap'

import { findFreePort } from '../../../../fixtures/find-free-port.js'
import { json, startHostileService } from '../../../../fixtures/hostile-service.js'
import { setUpTransport } from '../../../../fixtures/set-up-transport.js'

import type { RequestListener } from 'node:http'
import type { HostileService } from '../../../../fixtures/hostile-service.js'

const ALLOW = json(200, '{}')
const hangUp: RequestListener = ({ socket }) => { socket.destroy() }

/** Answers as listed, then yes. */
function answerInTurn (service: HostileService, ...answers: readonly RequestListener[]): void {
  const rest = [...answers]
  service.behaviour = (request, response) => { (rest.shift() ?? ALLOW)(request, response) }
}

t.test('what may be over in a moment is asked about once more', async t => {
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { breaker: null })
  for (const answer of [json(502, ''), json(503, ''), json(504, ''), hangUp]) {
    answerInTurn(service, answer)
    t.equal(await outcome(service.origin), '200')
  }
  t.equal(service.received.length, 8)
  t.strictSame(events, Array.from({ length: 4 }, () => ({ kind: 'retry', attempt: 1 })))
})

t.test('and no more often than was said', async t => {
  const service = await startHostileService(t)
  for (const [retries, questions] of [[0, 1], [1, 2], [3, 4]] as const) {
    const { outcome } = setUpTransport(t, { retries, breaker: null })
    service.received.length = 0
    service.behaviour = 'status-503'
    t.equal(await outcome(service.origin), '503')
    t.equal(service.received.length, questions)
    service.received.length = 0
    service.behaviour = 'hangup'
    t.equal(await outcome(service.origin), 'reset')
    t.equal(service.received.length, questions)
  }
})

t.test('an answer is not asked for again', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { retries: 5, breaker: null })
  for (const behaviour of ['status-401', 'status-429', 'status-500', 'redirect', 'huge', 'malformed', 'bomb'] as const) {
    service.received.length = 0
    await outcome(service.url(behaviour))
    t.equal(service.received.length, 1, behaviour)
  }
  service.received.length = 0
  service.behaviour = json(503, '', { 'retry-after': '1' })
  t.equal(await outcome(service.origin), '503')
  t.equal(service.received.length, 1, 'who says when to come again does not mean now')
})

t.test('what may have arrived is sent again only where that does no harm', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { breaker: null })
  const post = { method: 'POST', body: Buffer.from('a=b') }
  for (const answer of [hangUp, json(503, '')]) {
    answerInTurn(service, answer)
    t.match(await outcome(service.origin, post), /^(reset|503)$/)
    answerInTurn(service, answer)
    t.equal(await outcome(service.origin, { method: 'GET', mayRepeat: false }), answer === hangUp ? 'reset' : '503')
    answerInTurn(service, answer)
    t.equal(await outcome(service.origin, { ...post, mayRepeat: true }), '200')
    answerInTurn(service, answer)
    t.equal(await outcome(service.origin, { method: 'HEAD' }), '200')
  }
})

t.test('what was never sent is sent again, whatever it is', async t => {
  const port = await findFreePort()
  const { outcome, events } = setUpTransport(t, { retries: 2, breaker: null })
  t.equal(await outcome(`http://127.0.0.1:${port}`, { method: 'POST', body: Buffer.from('a=b') }), 'connect')
  t.equal(events.length, 2)
})

t.test('the time holds for all tries together', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { retries: 5, timeoutMs: 100, breaker: null })
  answerInTurn(service, json(503, ''), () => {})
  t.equal(await outcome(service.origin), 'timeout')
  t.ok(service.received.length <= 2)
})

t.test('the time ends a pause, too', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { retries: 5, timeoutMs: 300, breaker: null })
  const { random } = Math
  t.teardown(function restore () { Math.random = random })
  Math.random = () => 1_000
  t.equal(await outcome(service.url('status-503')), 'timeout')
  t.equal(service.received.length, 1)
})
