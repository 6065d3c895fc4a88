import t from 'tap'

import { stopClock } from '../../../../fixtures/clock.js'
import { startHostileService } from '../../../../fixtures/hostile-service.js'
import { setUpTransport, toRequest } from '../../../../fixtures/set-up-transport.js'

import type { TransportEvent } from '../../../../../lib/providers/gateway/transport/types.js'

function statesOf (events: readonly TransportEvent[]): readonly string[] {
  return events.flatMap(event => event.kind === 'breaker' ? [event.state] : [])
}

t.test('opens when the service has gone, asks once in a while, and closes when it is back', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 3, openSeconds: 5 } })
  t.equal(await outcome(service.origin), '200')
  await service.stop()
  for (let count = 0; count < 3; count++) t.match(await outcome(service.origin), /^(connect|reset)$/)
  t.equal(await outcome(service.origin), 'open_circuit')
  clock.advance(4.9)
  t.equal(await outcome(service.origin), 'open_circuit')
  clock.advance(0.1)
  t.equal(await outcome(service.origin), 'connect', 'one call shows that it is still gone')
  t.equal(await outcome(service.origin), 'open_circuit')
  await service.start()
  clock.advance(5)
  t.equal(await outcome(service.origin), '200')
  t.equal(await outcome(service.origin), '200')
  t.strictSame(statesOf(events), ['open', 'half-open', 'open', 'half-open', 'closed'])
})

t.test('says when to ask again', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome, transport } = setUpTransport(t, { retries: 0, breaker: { minFailures: 1, openSeconds: 5 } })
  await outcome(service.url('hangup'))
  clock.advance(2)
  await t.rejects(transport.send(toRequest(service.origin), new AbortController().signal), { name: 'TransportError', kind: 'open_circuit', mayRetry: false, retryAfterMs: 3_000 })
  t.equal(service.received.length, 1)
})

t.test('of all who come when it is half open one passes', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { retries: 0, breaker: { minFailures: 1 } })
  await outcome(service.url('hangup'))
  clock.advance(5)
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(service.url('allow'))))
  t.strictSame(outcomes.toSorted(), ['200', ...Array.from({ length: 19 }, () => 'open_circuit')])
  t.equal(service.received.length, 2)
})

t.test('one that passed and was called off has shown nothing: the next one does', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 1 } })
  await outcome(service.url('hangup'))
  clock.advance(5)
  const gone = new AbortController()
  const probe = outcome(service.url('slow-head'), {}, gone.signal)
  await service.untilAsked(2)
  t.equal(await outcome(service.url('allow')), 'open_circuit')
  gone.abort()
  t.equal(await probe, 'aborted')
  t.equal(await outcome(service.url('allow')), '200')
  t.strictSame(statesOf(events), ['open', 'half-open', 'closed'])
})

t.test('what failed must be so many, and so great a part of what is recent', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 2, failurePercent: 50, windowSeconds: 10 } })
  const ask = async (...behaviours: ReadonlyArray<'allow' | 'status-500'>) => {
    for (const behaviour of behaviours) await outcome(service.url(behaviour))
  }
  await ask('allow', 'allow', 'allow', 'allow', 'status-500', 'status-500', 'status-500')
  t.strictSame(statesOf(events), [], 'three of seven')
  clock.advance(10)
  await ask('status-500')
  t.strictSame(statesOf(events), [], 'those before are forgotten')
  clock.advance(5)
  await ask('status-500')
  t.strictSame(statesOf(events), ['open'])
})

t.test('failures that come slowly are forgotten one after the other', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 3, windowSeconds: 10 } })
  for (let count = 0; count < 10; count++) {
    await outcome(service.url('hangup'))
    clock.advance(5)
  }
  t.strictSame(statesOf(events), [])
})

t.test('nothing counts that says nothing of the service', async t => {
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, maxConcurrent: 1, maxQueued: 0, breaker: { minFailures: 1 } })
  const gone = new AbortController()
  const slow = outcome(service.url('slow-head'), {}, gone.signal)
  t.equal(await outcome(service.url('allow')), 'queue_full')
  await service.untilAsked(1)
  gone.abort()
  t.equal(await slow, 'aborted')
  t.equal(await outcome(service.url('allow'), {}, gone.signal), 'aborted')
  for (const status of [302, 401, 403, 404, 429] as const) t.equal(await outcome(service.url(`status-${status}`)), String(status))
  t.equal(await outcome(service.url('allow'), { headers: { 'a b': 'c' } }), 'unsendable')
  t.strictSame(events, [])
})

t.test('that the service is slow counts, even where the caller has set the time', async t => {
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 2 }, timeoutMs: 50 })
  t.equal(await outcome(service.url('slow-head')), 'timeout')
  t.equal(await outcome(service.url('slow-body'), {}, AbortSignal.timeout(20)), 'timeout')
  t.strictSame(statesOf(events), ['open'])
})

t.test('a call from before says nothing of what is now', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 1 } })
  const late = new Map<string, () => void>()
  service.behaviour = ({ url = '' }, response) => { late.set(url, () => { response.writeHead(url === '/good' ? 200 : 500).end() }) }
  const good = outcome(`${service.origin}/good`)
  const bad = outcome(`${service.origin}/bad`)
  await service.untilAsked(2)
  await outcome(service.url('hangup'))
  late.get('/good')?.()
  t.equal(await good, '200')
  t.equal(await outcome(service.url('allow')), 'open_circuit', 'still open')
  clock.advance(5)
  t.equal(await outcome(service.url('allow')), '200')
  late.get('/bad')?.()
  t.equal(await bad, '500')
  t.strictSame(statesOf(events), ['open', 'half-open', 'closed'], 'still closed')
})

t.test('a second try does not ask while the breaker is open, and tells what the first one found', async t => {
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 5, breaker: { minFailures: 1 } })
  t.equal(await outcome(service.url('status-503')), '503')
  t.equal(service.received.length, 1)
  t.strictSame(events.map(({ kind }) => kind), ['breaker'])
})

t.test('each service has its own', async t => {
  const bad = await startHostileService(t)
  const good = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { retries: 0, breaker: { minFailures: 1 } })
  t.equal(await outcome(bad.url('hangup')), 'reset')
  t.equal(await outcome(bad.url('allow')), 'open_circuit')
  t.equal(await outcome(good.url('allow')), '200')
  t.match(events, [{ kind: 'breaker', origin: bad.origin, state: 'open' }])
})

t.test('a clock that is set back keeps nobody out', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { retries: 0, breaker: { minFailures: 1 } })
  await outcome(service.url('hangup'))
  clock.advance(-3_600)
  t.equal(await outcome(service.url('allow')), '200')
})
