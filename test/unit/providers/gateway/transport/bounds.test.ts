import { getEventListeners } from 'node:events'
import t from 'tap'

import { stopClock } from '../../../../fixtures/clock.js'
import { startHostileService } from '../../../../fixtures/hostile-service.js'
import { setUpTransport } from '../../../../fixtures/set-up-transport.js'

import type { ServerResponse } from 'node:http'

t.test('so many calls are under way at once, and each network takes its turn', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { maxConcurrent: 1, maxQueued: 3 })
  const open: ServerResponse[] = []
  service.behaviour = (_request, response) => { open.push(response) }
  const ask = (name: string, network?: string) => outcome(`${service.origin}/${name}`, network === undefined ? {} : { network })
  const flood = ['1', '2', '3', '4'].map(name => ask(name, 'flood'))
  t.equal(await ask('5', 'flood'), 'queue_full', 'nobody waits behind so many')
  const others = [ask('alice', 'alice')]
  t.equal(await flood[3], 'queue_full', 'the longest line loses its last')
  for (let count = 1; count <= 4; count++) {
    await service.untilAsked(count)
    open.shift()?.end()
  }
  t.strictSame(await Promise.all([...flood, ...others]), ['200', '200', '200', 'queue_full', '200'])
  t.strictSame(service.received.map(({ url }) => url), ['/1', '/2', '/alice', '/3'])
  t.equal(service.connections <= 2, true)
})

t.test('who has no network stands in one line', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { maxConcurrent: 2, maxQueued: 10 })
  t.strictSame(new Set(await Promise.all(Array.from({ length: 12 }, () => outcome(service.url('allow'))))), new Set(['200']))
  const tooMany = await Promise.all(Array.from({ length: 20 }, () => outcome(service.url('allow'))))
  t.equal(tooMany.filter(word => word === 'queue_full').length, 8)
})

t.test('who waits too long for his turn is not asked about, and who goes leaves the line', async t => {
  const clock = stopClock(t)
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { maxConcurrent: 1, timeoutMs: 10_000, breaker: { minFailures: 2 } })
  const gone = new AbortController()
  const slow = outcome(service.url('slow-head'))
  const leaving = outcome(service.url('allow'), {}, gone.signal)
  const waiting = outcome(service.url('allow'))
  await service.untilAsked(1)
  gone.abort()
  t.equal(await leaving, 'aborted')
  clock.advance(10)
  t.strictSame(await Promise.all([slow, waiting]), ['timeout', 'queue_full'])
  t.equal(await outcome(service.url('allow')), '200')
  t.equal(service.received.length, 2)
})

t.test('nobody is asked for who has gone before', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t)
  t.equal(await outcome(service.url('allow'), {}, AbortSignal.abort()), 'aborted')
  t.equal(service.received.length, 0)
})

t.test('who goes ends his call, and nobody else\'s', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t)
  const gone = new AbortController()
  const stays = new AbortController()
  const open: ServerResponse[] = []
  service.behaviour = (_request, response) => { open.push(response) }
  const first = outcome(service.origin, {}, gone.signal)
  await service.untilAsked(1)
  const second = outcome(service.origin, {}, stays.signal)
  await service.untilAsked(2)
  gone.abort()
  t.equal(await first, 'aborted')
  await service.untilSockets(1)
  t.equal(open[0]?.closed, true, 'the service notices')
  open[1]?.end()
  t.equal(await second, '200')
  t.equal(getEventListeners(stays.signal, 'abort').length, 0, 'nothing listens any more')
})

t.test('a closed transport ends what is under way and leaves no connection; a new app may go on with it', async t => {
  const service = await startHostileService(t)
  const { outcome, transport, events } = setUpTransport(t, { maxConcurrent: 2, breaker: { minFailures: 1 } })
  await transport.close()
  t.equal(await outcome(service.url('allow')), '200')
  const pending = ['slow-head', 'slow-body', 'allow'].map(behaviour => outcome(service.url(behaviour as 'allow')))
  await service.untilAsked(3)
  await transport.close()
  t.strictSame(await Promise.all(pending), ['closed', 'closed', 'closed'])
  await service.untilSockets(0)
  t.equal(await outcome(service.url('allow')), '200')
  t.strictSame(events, [])
})

t.test('what is answered leaves nothing behind that would keep a process running', async t => {
  const service = await startHostileService(t)
  const { outcome, transport } = setUpTransport(t)
  const countTimers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const before = countTimers()
  await Promise.all(['allow', 'status-503', 'hangup', 'huge', 'truncated'].map(behaviour => outcome(service.url(behaviour as 'allow'))))
  await transport.close()
  await service.untilSockets(0)
  t.ok(countTimers() <= before)
})
