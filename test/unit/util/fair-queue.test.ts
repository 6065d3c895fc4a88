import t from 'tap'

import { FairQueue } from '../../../lib/util/fair-queue.js'

import type { Turn } from '../../../lib/util/fair-queue.js'

/** A queue whose work is done when the test says so, and the order in which it was begun. */
function createScene (maxRunning: number, maxWaiting: number) {
  const queue = new FairQueue({ maxRunning, maxWaiting, toRefusal: why => new Error(why) })
  const begun: string[] = []
  const ends: Array<() => void> = []

  function ask (network: string, name: string, turn: Omit<Turn, 'network'> = {}): Promise<string> {
    return queue.run({ network, ...turn }, function work (): Promise<string> {
      begun.push(name)
      return new Promise(resolve => { ends.push(() => { resolve(name) }) })
    }).catch((error: Error) => error.message)
  }

  async function endFirst (): Promise<void> {
    ends.shift()?.()
    await settle()
  }

  return { queue, begun, ask, endFirst }
}

async function settle (): Promise<void> {
  await new Promise(resolve => { setImmediate(resolve) })
}

t.test('so much is done at once, and the rest in its turn', async t => {
  const { begun, ask, endFirst } = createScene(2, 10)
  const all = ['1', '2', '3', '4'].map(name => ask('a', name))
  t.strictSame(begun, ['1', '2'])
  await endFirst()
  t.strictSame(begun, ['1', '2', '3'])
  for (let rest = 0; rest < 3; rest++) await endFirst()
  t.strictSame(await Promise.all(all), ['1', '2', '3', '4'])
  const last = ask('a', '5')
  t.equal(begun.at(-1), '5', 'at once again')
  await endFirst()
  t.equal(await last, '5')
})

t.test('networks take turns, however much one of them sends', async t => {
  const { begun, ask, endFirst } = createScene(1, 100)
  const all = [...Array.from({ length: 20 }, (_, index) => ask('flood', `f${index}`)), ask('alice', 'a1'), ask('bob', 'b1'), ask('alice', 'a2')]
  for (let rest = 0; rest < all.length; rest++) await endFirst()
  t.strictSame(begun.slice(0, 7), ['f0', 'f1', 'a1', 'b1', 'f2', 'a2', 'f3'])
  t.equal(begun.length, 23)
})

t.test('nobody takes the place that somebody waited for', async t => {
  const { begun, ask, endFirst } = createScene(1, 10)
  ask('a', '1').catch(() => {})
  ask('b', '2').catch(() => {})
  const ended = endFirst()
  await Promise.resolve()
  ask('c', '3').catch(() => {})
  await ended
  t.strictSame(begun, ['1', '2'], 'one at once')
})

t.test('when there is no room left, the last of the longest line leaves', async t => {
  const { begun, ask, endFirst } = createScene(1, 3)
  const [first, second, third, fourth] = ['1', '2', '3', '4'].map(name => ask('flood', name))
  const fifth = ask('flood', '5')
  t.equal(await fifth, 'full', 'whoever floods stands in his own way')
  const alice = ask('alice', 'a')
  t.equal(await fourth, 'full', 'and makes room for others')
  for (let rest = 0; rest < 4; rest++) await endFirst()
  t.strictSame(await Promise.all([first, second, third, alice]), ['1', '2', '3', 'a'])
  t.strictSame(begun, ['1', '2', 'a', '3'])
})

t.test('whoever nobody waits for leaves the line', async t => {
  const { begun, ask, endFirst } = createScene(1, 10)
  const gone = new AbortController()
  const kept = new AbortController()
  const all = [ask('a', '1'), ask('a', '2', { signal: gone.signal }), ask('b', '3', { signal: gone.signal }), ask('a', '4', { signal: kept.signal })]
  gone.abort()
  for (let rest = 0; rest < 2; rest++) await endFirst()
  kept.abort()
  t.strictSame(await Promise.all(all), ['1', 'gone', 'gone', '4'])
  t.strictSame(begun, ['1', '4'])
})

t.test('work that fails makes way for the next', async t => {
  const queue = new FairQueue({ maxRunning: 1, maxWaiting: 10, toRefusal: why => new Error(why) })
  const failing = queue.run({ network: 'a' }, async () => { throw new Error('broken') })
  const next = queue.run({ network: 'a' }, async () => 'done')
  await t.rejects(failing, { message: 'broken' })
  t.equal(await next, 'done')
})

t.test('whoever waits too long for his turn leaves, and takes no place later', async t => {
  const { begun, ask, endFirst } = createScene(1, 10)
  const first = ask('a', '1')
  const patient = ask('a', '2', { timeoutMs: 60_000 })
  t.equal(await ask('a', '3', { timeoutMs: 20 }), 'late')
  await endFirst()
  await endFirst()
  t.strictSame(await Promise.all([first, patient]), ['1', '2'])
  t.strictSame(begun, ['1', '2'])
})
