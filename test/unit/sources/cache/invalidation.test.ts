import t from 'tap'

import { stopClock } from '../../../fixtures/clock.js'
import { createDeferred, settled } from '../../../fixtures/deferred.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { createCache } from '../../../../lib/sources/cache/create-cache.js'
import { memoryStore } from '../../../../lib/sources/cache/index.js'

import type { Test } from 'tap'
import type { Store } from '../../../../lib/index.js'
import type { Cache } from '../../../../lib/sources/cache/create-cache.js'

const ALICE = { of: ['issuer', 'alice'], rest: ['groups'] }
const ALICES = [ALICE, { of: ['issuer', 'alice'], rest: ['roles', null] }]
const OTHERS = [['issuer', 'bob'], ['issuer', 'alice2'], ['issuer', 'alice","groups'], ['issuer2', 'alice'], ['issuer', ''], ['', 'alice']].map(of => ({ of, rest: ['groups'] }))

function create (store: Store | null, name = 'test'): Cache<string> {
  return createCache<string>({ name, ttlMs: 60_000, staleMs: 60_000, timeoutMs: 5_000, max: 100, store, isValue: (value): value is string => typeof value === 'string' })
}

async function fill (cache: Cache<string>, text: string): Promise<readonly string[]> {
  const values: string[] = []
  for (const key of [...ALICES, ...OTHERS]) values.push(await cache.get(key, () => text, createContext()))
  await settled()
  return values
}

/** One story for caches whose values are in memory, in a store, and in a store that another process shares. */
function tell (story: string, prove: (t: Test, cache: Cache<string>, other: Cache<string>) => Promise<void>): void {
  t.test(`in memory, ${story}`, async t => {
    const cache = create(null)
    await prove(t, cache, cache)
  })
  t.test(`in a store, ${story}`, async t => {
    const cache = create(memoryStore())
    await prove(t, cache, cache)
  })
  t.test(`in a store, by another process, ${story}`, async t => {
    const store = memoryStore()
    await prove(t, create(store), create(store))
  })
}

tell('what belongs together is forgotten together, and nothing else', async (t, cache, other) => {
  t.ok((await fill(cache, 'old')).every(value => value === 'old'))
  await other.invalidate(ALICE.of)
  t.strictSame(await fill(cache, 'new'), [...ALICES.map(() => 'new'), ...OTHERS.map(() => 'old')])
})

tell('all is forgotten at once', async (t, cache, other) => {
  await fill(cache, 'old')
  await other.invalidate([])
  t.ok((await fill(cache, 'new')).every(value => value === 'new'))
  await other.invalidate(ALICE.of)
  t.equal(await cache.get(ALICE, () => 'newest', createContext()), 'newest', 'and again')
})

for (const of of [ALICE.of, []]) {
  tell(`a load that began before is served to those who asked before, to nobody else, and is not kept (${of.length})`, async (t, cache, other) => {
    const [old, young] = [createDeferred<string>(), createDeferred<string>()]
    const before = cache.get(ALICE, () => old.promise, createContext())
    await settled()
    await other.invalidate(of)
    const after = [1, 2].map(() => cache.get(ALICE, () => young.promise, createContext()))
    await settled()
    young.resolve('young')
    t.strictSame(await Promise.all(after), ['young', 'young'])
    old.resolve('old')
    t.equal(await before, 'old')
    await settled()
    t.equal(await cache.get(ALICE, () => 'next', createContext()), 'young')
  })

  tell(`a load that began before and ends after is not kept where nobody asked in between (${of.length})`, async (t, cache, other) => {
    const old = createDeferred<string>()
    const before = cache.get(ALICE, () => old.promise, createContext())
    await settled()
    await other.invalidate(of)
    old.resolve('old')
    t.equal(await before, 'old')
    await settled()
    t.equal(await cache.get(ALICE, () => 'next', createContext()), 'next')
  })

  tell(`an old value that is being renewed is not renewed by what was loaded before (${of.length})`, async (t, cache, other) => {
    const clock = stopClock(t)
    await cache.get(ALICE, () => 'old', createContext())
    await settled()
    clock.advance(60)
    const renewed = createDeferred<string>()
    t.equal(await cache.get(ALICE, () => renewed.promise, createContext()), 'old')
    await settled()
    await other.invalidate(of)
    renewed.resolve('renewed')
    await settled()
    t.equal(await cache.get(ALICE, () => 'next', createContext()), 'next')
  })
}

tell('keys that belong to nothing are forgotten with all', async (t, cache, other) => {
  const key = { of: [], rest: ['digest'] }
  for (const text of ['old', 'other']) t.equal(await cache.get(key, () => text, createContext()), 'old')
  await other.invalidate(ALICE.of)
  t.equal(await cache.get(key, () => 'other', createContext()), 'old')
  await other.invalidate([])
  t.equal(await cache.get(key, () => 'new', createContext()), 'new')
})

t.test('in this process an invalidation counts from the call on, however long the store takes', async t => {
  const store = memoryStore()
  const isReached = createDeferred<undefined>()
  const slow: Store = { ...store, set: async (key, ...rest) => { await isReached.promise; await store.set(key, ...rest) } }
  await create(store).get(ALICE, () => 'old', createContext())
  const cache = create(slow)
  t.equal(await cache.get(ALICE, () => 'new', createContext()), 'old')
  const invalidated = cache.invalidate(ALICE.of)
  t.equal(await cache.get(ALICE, () => 'new', createContext()), 'new')
  t.equal(await cache.get(OTHERS[0] ?? ALICE, () => 'other', createContext()), 'other')
  isReached.resolve(undefined)
  await invalidated
  t.equal(await cache.get(ALICE, () => 'newest', createContext()), 'newest', 'meanwhile nothing was kept: the store might have taken it for old')
})

t.test('a write that is on its way to the store when others invalidate never counts', async t => {
  const store = memoryStore()
  const isReached = createDeferred<undefined>()
  const slow: Store = { ...store, set: async (key, ...rest) => { await isReached.promise; await store.set(key, ...rest) } }
  t.equal(await create(slow).get(ALICE, () => 'old', createContext()), 'old')
  const other = create(store)
  await other.invalidate(ALICE.of)
  isReached.resolve(undefined)
  await settled()
  t.equal(await other.get(ALICE, () => 'new', createContext()), 'new')
})

t.test('an invalidation that the store does not take is told to who asked for it', async t => {
  const store = memoryStore()
  for (const failing of ['set', 'clear'] as const) {
    const cache = create({ ...store, [failing]: async () => { throw new RangeError('down') } })
    await t.rejects(cache.invalidate(ALICE.of), RangeError)
    await t.rejects(cache.invalidate([]), RangeError)
  }
  await create(store).get(ALICE, () => 'value', createContext())
  t.equal(await create(store).get(ALICE, () => 'other', createContext()), 'value', 'the store is used on')
})

t.test('caches of one name over one store are one cache; of another name, another one', async t => {
  const store = memoryStore()
  await create(store).get(ALICE, () => 'value', createContext())
  t.equal(await create(store).get(ALICE, () => 'other', createContext()), 'value')
  for (const name of ['tes', 'test2', 'Test', 'test","issuer']) t.equal(await create(store, name).get(ALICE, () => 'other', createContext()), 'other', name)
  await create(store, 'tes').invalidate([])
  t.equal(await create(store).get(ALICE, () => 'other', createContext()), 'value')
})
