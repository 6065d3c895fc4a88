import { Buffer } from 'node:buffer'
import t from 'tap'

import { createDecisionScene, toAnswer } from '../../../../fixtures/decision-scene.js'
import { createDeferred, settled } from '../../../../fixtures/deferred.js'
import { json, startHostileService } from '../../../../fixtures/hostile-service.js'
import { setUpTransport, toRequest } from '../../../../fixtures/set-up-transport.js'
import { TransportError } from '../../../../../lib/providers/gateway/transport/transport-error.js'
import { memoryStore } from '../../../../../lib/sources/cache/index.js'

import type { Answer } from '../../../../fixtures/decision-scene.js'

t.test('a hundred callers at once are one question to the service, and only the first one gets its cookie', async t => {
  for (const store of [null, memoryStore()]) {
    const service = await startHostileService(t)
    const { transport } = setUpTransport(t)
    const scene = createDecisionScene(store === null ? {} : { store })
    service.behaviour = json(200, '{"sub":"alice"}', { 'set-cookie': ['session=1'] })
    const load = async (signal: AbortSignal): Promise<Answer> => {
      const { headers, body } = await transport.send(toRequest(service.origin), signal)
      return toAnswer(Buffer.from(body).toString(), { cookies: headers['set-cookie'] ?? [] })
    }
    const all = await Promise.all(Array.from({ length: 100 }, () => scene.ask({ load })))
    t.equal(service.received.length, 1)
    t.strictSame(new Set(all.map(({ outcome }) => outcome.text)), new Set(['{"sub":"alice"}']))
    t.strictSame(all.map(({ from }) => from).toSorted(), [...Array.from({ length: 99 }, () => 'flight'), 'service'])
    t.strictSame(all.flatMap(({ cookies }) => cookies), ['session=1'])
    t.match(await scene.ask({ load }), { from: 'cache', cookies: [] })
  }
})

t.test('a hit is there at once', async t => {
  const scene = createDecisionScene()
  await scene.ask()
  const question = { request: toRequest('https://auth.example/check'), credential: 'token', signal: new AbortController().signal, log: null as never }
  const decided = scene.cache.decide(question, async () => toAnswer('new'))
  t.notOk(decided instanceof Promise)
  t.same(decided, { outcome: { text: '1' }, from: 'cache', cookies: [] })
})

t.test('who goes takes nobody with him, be it the one for whom the service was asked', async t => {
  const scene = createDecisionScene()
  const answer = createDeferred<Answer>()
  const signals: AbortSignal[] = []
  const load = (signal: AbortSignal): Promise<Answer> => {
    signals.push(signal)
    return answer.promise
  }
  const gone = new AbortController()
  const first = scene.ask({ load, signal: gone.signal })
  const second = scene.tell({ load })
  await settled()
  gone.abort()
  await t.rejects(first, { name: 'TransportError', kind: 'aborted' })
  t.strictSame(signals.map(({ aborted }) => aborted), [false])
  answer.resolve(toAnswer('late'))
  t.equal(await second, 'late flight')
  t.equal(await scene.tell(), 'late cache')
})

t.test('when nobody waits any longer the question is called off', async t => {
  const scene = createDecisionScene()
  const service = await startHostileService(t)
  const { transport } = setUpTransport(t)
  const load = async (signal: AbortSignal): Promise<Answer> => {
    await transport.send(toRequest(service.url('slow-head')), signal)
    return toAnswer('never')
  }
  const gone = new AbortController()
  const all = [scene.ask({ load, signal: gone.signal }), scene.ask({ load, signal: gone.signal })]
  await service.untilAsked(1)
  gone.abort()
  t.match(await Promise.allSettled(all), all.map(() => ({ status: 'rejected', reason: { kind: 'aborted' } })))
  await service.untilSockets(0)
  t.equal(service.received.length, 1)
  t.equal(await scene.tell(), '1 service')
})

t.test('who comes while a question is called off has it asked anew', async t => {
  const scene = createDecisionScene()
  const gone = new AbortController()
  const first = scene.ask({ load: endLate, signal: gone.signal })
  gone.abort()
  await t.rejects(first, { name: 'TransportError', kind: 'aborted' })
  t.equal(await scene.tell(), '1 service')
})

t.test('who waits no longer before the service is asked has it not asked', async t => {
  const store = memoryStore()
  const read = createDeferred<null>()
  const scene = createDecisionScene({ store: { ...store, get: () => read.promise } })
  const gone = new AbortController()
  let isAborted: boolean | null = null
  const waiting = scene.ask({
    signal: gone.signal,
    load: async ({ aborted }) => {
      isAborted = aborted
      return toAnswer('late')
    }
  })
  gone.abort()
  await t.rejects(waiting, { name: 'TransportError', kind: 'aborted' })
  read.resolve(null)
  await settled()
  await settled()
  t.equal(isAborted, true)
})

t.test('a time of the caller\'s own is a time, and not his leave', async t => {
  const scene = createDecisionScene()
  await t.rejects(scene.ask({ load: endLate, signal: AbortSignal.timeout(10) }), { name: 'TransportError', kind: 'timeout' })
})

t.test('failures are shared by those who wait, and never kept', async t => {
  const scene = createDecisionScene()
  const answer = createDeferred<Answer>()
  const all = [scene.ask({ load: () => answer.promise }), scene.ask({ load: () => answer.promise })]
  answer.reject(new Error('down'))
  t.match(await Promise.allSettled(all), all.map(() => ({ status: 'rejected', reason: { message: 'down' } })))
  t.equal(await scene.tell(), '1 service')
})

t.test('a flood of denied callers pushes out nobody who is allowed', async t => {
  const scene = createDecisionScene({ max: 10 })
  t.equal(await scene.tell(), '1 service')
  scene.answer = { kind: 'denied', subject: null }
  for (let count = 0; count < 50; count++) await scene.ask({ credential: `invented ${count}` })
  t.equal(await scene.tell(), '1 cache')
})

/** Ends only when it is called off, and a moment later. */
function endLate (signal: AbortSignal): Promise<Answer> {
  return new Promise(function wait (_resolve, reject) {
    signal.addEventListener('abort', function end () { setImmediate(() => { reject(new TransportError('aborted')) }) })
  })
}
