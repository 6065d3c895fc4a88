import t from 'tap'

import { createDeferred } from '../../../fixtures/deferred.js'
import { CallQueue } from '../../../../lib/providers/introspection/call-queue.js'

const never = () => new Promise<never>(() => {})

t.test('who waits too long for his turn is not judged, and takes no place later', async t => {
  const queue = new CallQueue({ maxConcurrent: 1, maxQueued: 1, timeoutMs: 20 })
  const first = createDeferred<string>()
  const running = queue.run(() => first.promise)
  await t.rejects(queue.run(never), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'overloaded', expected: { timeoutMs: 20 } } })
  first.resolve('first')
  t.equal(await running, 'first')
  t.equal(await queue.run(async () => 'next'), 'next')
})

t.test('a call that fails gives its place to the next, in the order in which they came', async t => {
  const queue = new CallQueue({ maxConcurrent: 1, maxQueued: 2, timeoutMs: 60_000 })
  const first = createDeferred<string>()
  const order: string[] = []
  const note = (name: string) => async () => { order.push(name) }
  const calls = [queue.run(() => first.promise), queue.run(note('second')), queue.run(note('third'))]
  await t.rejects(queue.run(never), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'overloaded', expected: { maxQueued: 2 } } })
  first.reject(new Error('down'))
  t.strictSame((await Promise.allSettled(calls)).map(({ status }) => status), ['rejected', 'fulfilled', 'fulfilled'])
  t.strictSame(order, ['second', 'third'])
})
