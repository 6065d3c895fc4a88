import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { createDeferred, settled } from '../../../fixtures/deferred.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { createCache } from '../../../../lib/sources/cache/create-cache.js'
import { memoryStore } from '../../../../lib/sources/cache/index.js'

import type { Test } from 'tap'
import type { Store } from '../../../../lib/index.js'
import type { Cache, CacheSettings } from '../../../../lib/sources/cache/create-cache.js'

type Text = CacheSettings<string>

const ALICE = { of: ['alice'], rest: ['groups'] }
const BOB = { of: ['bob'], rest: ['groups'] }

function isText (value: unknown): value is string {
  return typeof value === 'string'
}

function create (store: Store | null, settings: Partial<Text> = {}): Cache<string> {
  return createCache<string>({ name: 'test', ttlMs: 60_000, staleMs: 0, timeoutMs: 5_000, max: 100, store, isValue: isText, ...settings })
}

/** Loads that are settled by hand, in their order. */
function createLoader () {
  const loads: Array<ReturnType<typeof createDeferred<string>>> = []
  function load (): Promise<string> {
    const deferred = createDeferred<string>()
    loads.push(deferred)
    return deferred.promise
  }
  return { loads, load }
}

/** One story for both levels. */
function tell (story: string, prove: (t: Test, store: Store | null) => Promise<void>): void {
  t.test(`in memory, ${story}`, t => prove(t, null))
  t.test(`in a store, ${story}`, t => prove(t, memoryStore()))
}

tell('callers who ask at the same time share one load, and those who ask later its value', async (t, store) => {
  const cache = create(store)
  const { loads, load } = createLoader()
  const answers = [1, 2, 3].map(() => cache.get(ALICE, load, createContext()))
  await settled()
  answers.push(cache.get(ALICE, load, createContext()))
  await settled()
  t.equal(loads.length, 1)
  loads[0]?.resolve('value')
  t.strictSame(await Promise.all(answers), ['value', 'value', 'value', 'value'])
  t.equal(await cache.get(ALICE, load, createContext()), 'value')
  await settled()
  t.equal(await cache.get(ALICE, load, createContext()), 'value')
  t.equal(loads.length, 1)
})

tell('a failure reaches all who wait for it, and is not remembered', async (t, store) => {
  const cache = create(store)
  const { loads, load } = createLoader()
  const answers = [1, 2].map(async () => await cache.get(ALICE, load, createContext()))
  await settled()
  loads[0]?.reject(new RangeError('down'))
  for (const answer of answers) await t.rejects(answer, new RangeError('down'))
  const again = cache.get(ALICE, load, createContext())
  await settled()
  loads[1]?.resolve('value')
  t.equal(await again, 'value')
})

tell('a load that fails at once fails at once, and is not remembered', async (t, store) => {
  const cache = create(store)
  const ask = async (load: () => string) => await cache.get(ALICE, load, createContext())
  await t.rejects(ask(() => { throw new RangeError('down') }), new RangeError('down'))
  t.equal(await ask(() => 'value'), 'value')
  await settled()
  t.equal(await ask(() => 'other'), 'value')
})

tell('a value is as old as the beginning of its load, and good until its time is over', async (t, store) => {
  const clock = stopClock(t)
  const cache = create(store, { ttlMs: 60_000 })
  const { loads, load } = createLoader()
  const first = cache.get(ALICE, load, createContext())
  await settled()
  clock.advance(50)
  loads[0]?.resolve('first')
  t.equal(await first, 'first')
  await settled()
  clock.advance(9.999)
  t.equal(await cache.get(ALICE, load, createContext()), 'first')
  t.equal(loads.length, 1)
  clock.advance(0.001)
  const second = cache.get(ALICE, load, createContext())
  await settled()
  t.equal(loads.length, 2)
  loads[1]?.resolve('second')
  t.equal(await second, 'second')
})

tell('what took longer to load than it would be kept is not kept', async (t, store) => {
  const clock = stopClock(t)
  const cache = create(store, { ttlMs: 10_000 })
  const { loads, load } = createLoader()
  const first = cache.get(ALICE, load, createContext())
  await settled()
  clock.advance(10)
  loads[0]?.resolve('first')
  t.equal(await first, 'first')
  t.equal(await cache.get(ALICE, () => 'second', createContext()), 'second')
})

tell('nothing is kept where ttlMs is 0, and loads are still shared', async (t, store) => {
  const cache = create(store, { ttlMs: 0 })
  const { loads, load } = createLoader()
  const answers = [1, 2].map(() => cache.get(ALICE, load, createContext()))
  await settled()
  loads[0]?.resolve('value')
  t.strictSame(await Promise.all(answers), ['value', 'value'])
  await settled()
  t.equal(await cache.get(ALICE, () => 'next', createContext()), 'next')
})

tell('an old value is served at once while one load renews it', async (t, store) => {
  const clock = stopClock(t)
  const cache = create(store, { staleMs: 60_000 })
  const { loads, load } = createLoader()
  t.equal(await cache.get(ALICE, () => 'old', createContext()), 'old')
  await settled()
  clock.advance(60)
  t.equal(await cache.get(ALICE, load, createContext()), 'old')
  t.equal(await cache.get(ALICE, load, createContext()), 'old')
  t.equal(loads.length, 1)
  loads[0]?.resolve('new')
  await settled()
  t.equal(await cache.get(ALICE, load, createContext()), 'new')
  t.equal(loads.length, 1)
})

tell('an old value is served while it cannot be renewed, until its time is over; then the failure', async (t, store) => {
  const clock = stopClock(t)
  const context = createContext()
  const cache = create(store, { staleMs: 60_000 })
  await cache.get(ALICE, () => 'old', context)
  await settled()
  const failures = [() => { throw new RangeError('hidden text') }, async () => { throw new RangeError('hidden text') }]
  clock.advance(60)
  for (const fail of failures) {
    t.equal(await cache.get(ALICE, fail, context), 'old')
    await settled()
  }
  clock.advance(59.999)
  t.equal(await cache.get(ALICE, async () => { throw new RangeError('hidden text') }, context), 'old')
  await settled()
  t.strictSame(context.lines, [1, 2, 3].map(() => ({
    level: 'warn',
    members: { cache: 'test', error: { name: 'RangeError', code: null } },
    text: 'a cached answer could not be renewed; the old one is served for now'
  })))
  clock.advance(0.001)
  for (const fail of failures) await t.rejects(async () => await cache.get(ALICE, fail, context), RangeError)
})

tell('a renewal that fails is told once, however many were served meanwhile', async (t, store) => {
  const clock = stopClock(t)
  const context = createContext()
  const cache = create(store, { staleMs: 60_000 })
  const { loads, load } = createLoader()
  await cache.get(ALICE, () => 'old', context)
  await settled()
  clock.advance(60)
  for (const time of ['first', 'second', 'third']) t.equal(await cache.get(ALICE, load, context), 'old', time)
  loads[0]?.reject(new RangeError('down'))
  await settled()
  t.equal(context.lines.length, 1)
})

tell('a value that says how long it is good for is kept no longer, not even as an old one', async (t, store) => {
  const clock = stopClock(t)
  const cache = create(store, { staleMs: 60_000, lifetimeMsOf: value => value === 'short' ? 10_000 : null })
  await cache.get(ALICE, () => 'short', createContext())
  await cache.get(BOB, () => 'long', createContext())
  await settled()
  clock.advance(9)
  t.equal(await cache.get(ALICE, () => 'next', createContext()), 'short')
  clock.advance(1)
  t.equal(await cache.get(ALICE, () => 'next', createContext()), 'next')
  t.equal(await cache.get(BOB, () => 'next', createContext()), 'long')
})

tell('a load that takes too long is given up: those who wait are told, and the next one begins anew', async (t, store) => {
  const cache = create(store, { timeoutMs: 1 })
  const signals: AbortSignal[] = []
  const hang = ({ signal }: { readonly signal: AbortSignal }): Promise<string> => {
    signals.push(signal)
    return new Promise(() => {})
  }
  const answers = [1, 2].map(async () => await cache.get(ALICE, hang, createContext()))
  for (const answer of answers) await t.rejects(answer, { name: 'CacheTimeout' })
  t.equal(signals.length, 1)
  t.match(signals[0], { aborted: true, reason: { name: 'CacheTimeout' } })
  await t.rejects(async () => await cache.get(ALICE, () => new Promise(() => {}), createContext()), { name: 'CacheTimeout' })
  t.equal(await cache.get(ALICE, () => 'value', createContext()), 'value')
})

tell('a clock that was set back makes a value count as unknown, unless it is by a moment', async (t, store) => {
  const clock = stopClock(t)
  const cache = create(store)
  await cache.get(ALICE, () => 'old', createContext())
  await settled()
  clock.advance(-5)
  t.equal(await cache.get(ALICE, () => 'new', createContext()), 'old')
  clock.advance(-0.001)
  t.equal(await cache.get(ALICE, () => 'new', createContext()), 'new')
})

t.test('what this process has is given at once', async t => {
  const cache = create(null)
  t.equal(cache.get(ALICE, () => 'value', createContext()), 'value')
  t.equal(cache.get(ALICE, () => 'other', createContext()), 'value')
  t.throws(() => cache.get(BOB, () => { throw new RangeError('down') }, createContext()), RangeError)
})

t.test('in memory, no more is kept than was said, and what was asked for least lately goes first', async t => {
  const cache = create(null, { max: 2 })
  const [a, b, c] = [ALICE, BOB, { of: ['carol'], rest: [] }] as const
  for (const key of [a, b, a, c]) cache.get(key, () => 'first', createContext())
  t.strictSame([a, c, b].map(key => cache.get(key, () => 'second', createContext())), ['first', 'first', 'second'])
})
