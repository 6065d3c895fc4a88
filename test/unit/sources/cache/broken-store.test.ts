import t from 'tap'

import { createDeferred, settled } from '../../../fixtures/deferred.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { createCache } from '../../../../lib/sources/cache/create-cache.js'
import { memoryStore } from '../../../../lib/sources/cache/index.js'

import type { FastifyBaseLogger } from 'fastify'
import type { Store } from '../../../../lib/index.js'
import type { Cache } from '../../../../lib/sources/cache/create-cache.js'

const KEY = { of: ['issuer', 'alice'], rest: ['groups'] }
const TEXT = '["test","issuer","alice","groups"]'
const WARNING = 'the store of a cache failed; its provider is asked instead'

type Value = readonly string[]

function create (store: Store): Cache<Value> {
  const isValue = (value: unknown): value is Value => Array.isArray(value) && value.every(each => typeof each === 'string')
  return createCache<Value>({ name: 'test', ttlMs: 60_000, staleMs: 0, timeoutMs: 5_000, max: 100, store, isValue })
}

const failures: Readonly<Record<string, (key: string) => Promise<never>>> = {
  rejects: async () => { throw new RangeError('hidden text') },
  throws: () => { throw new RangeError('hidden text') },
  'never answers': () => new Promise(() => {}),
  'answers with something else': async () => 'text' as never
}

for (const [how, fail] of Object.entries(failures)) {
  t.test(`a store whose get ${how} is a warning, and the value is loaded each time`, async t => {
    const context = createContext()
    const cache = create({ ...memoryStore(), get: fail })
    for (const name of ['first', 'second']) t.strictSame(await cache.get(KEY, () => [name], context), [name])
    t.match(context.lines, [1, 2].map(() => ({ level: 'warn', members: { cache: 'test', error: { name: /^\w+$/, code: null } }, text: WARNING })))
    t.notMatch(JSON.stringify(context.lines), 'hidden')
  })
}

for (const how of ['rejects', 'throws', 'never answers'] as const) {
  t.test(`a store whose set ${how} is a warning, and who asked has the value`, async t => {
    const warned = createDeferred<unknown>()
    const log = { warn: (...line: readonly unknown[]) => { warned.resolve(line) } } as unknown as FastifyBaseLogger
    const cache = create({ ...memoryStore(), set: failures[how] as () => Promise<never> })
    t.strictSame(await cache.get(KEY, async () => ['first'], { log }), ['first'])
    t.match(await warned.promise, [{ cache: 'test', error: { name: how === 'never answers' ? 'Error' : 'RangeError' } }, WARNING])
    t.strictSame(await cache.get(KEY, () => ['second'], { log }), ['second'])
  })
}

t.test('a value that cannot be written is a warning, too', async t => {
  const context = createContext()
  const cache = create(memoryStore())
  const value = ['a', 1n] as unknown as Value
  t.strictSame(await cache.get(KEY, () => value, context), value)
  await settled()
  t.match(context.lines, [{ level: 'warn', members: { error: { name: 'TypeError' } } }])
})

t.test('callers share a load while the store is down, too', async t => {
  const cache = create({ ...memoryStore(), get: async () => { throw new Error('down') } })
  let loads = 0
  const load = async (): Promise<Value> => {
    loads++
    await settled()
    return ['value']
  }
  t.strictSame(await Promise.all([1, 2, 3].map(() => cache.get(KEY, load, createContext()))), [['value'], ['value'], ['value']])
  t.equal(loads, 1)
})

t.test('nothing is written to a store of which nothing is known', async t => {
  const written: string[] = []
  const cache = create({ ...memoryStore(), get: async () => { throw new Error('down') }, set: async key => { written.push(key) } })
  for (const load of [() => ['value'], async () => ['value']]) await cache.get(KEY, load, createContext())
  await settled()
  t.strictSame(written, [])
})

t.test('a store that gives undefined for nothing has nothing', async t => {
  const store = memoryStore()
  const cache = create({ ...store, get: async key => await store.get(key) ?? undefined as unknown as null })
  t.strictSame(await cache.get(KEY, () => ['first'], createContext()), ['first'])
  await settled()
  t.strictSame(await cache.get(KEY, () => ['second'], createContext()), ['first'])
})

const entry = (members: Readonly<Record<string, unknown>> = {}): string => JSON.stringify({ value: ['forged'], loadedAtMs: Date.now(), lifetimeMs: null, generation: ' ', ...members })

const garbage: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'no JSON': '{',
  'no UTF-8': Uint8Array.of(0xff, 0xfe),
  'a byte order mark': `\ufeff${entry()}`,
  'no object': JSON.stringify([entry()]),
  'a text': JSON.stringify(entry()),
  null: 'null',
  'an object with nothing in it': '{}',
  'no value': entry({ value: undefined }),
  'a value of another shape': entry({ value: 'forged' }),
  'a value of nearly the right shape': entry({ value: ['forged', 1] }),
  'a value that looks like a list': entry({ value: { 0: 'forged', length: 1 } }),
  'a value that is too deep': `{"value":${'['.repeat(100)}${']'.repeat(100)},"loadedAtMs":${Date.now()},"lifetimeMs":null,"generation":" "}`,
  'no time': entry({ loadedAtMs: undefined }),
  'a time that is a text': entry({ loadedAtMs: String(Date.now()) }),
  'a time that is null': entry({ loadedAtMs: null }),
  'a time long ago': entry({ loadedAtMs: Date.now() - 60_000 }),
  'a time that has not come yet': entry({ loadedAtMs: Date.now() + 3_600_000 }),
  'a lifetime that is a text': entry({ lifetimeMs: '60000' }),
  'a lifetime that is over': entry({ lifetimeMs: 0 }),
  'no lifetime': entry({ lifetimeMs: undefined }),
  'no generation': entry({ generation: undefined }),
  'another generation': entry({ generation: 'a b' })
}

t.test('what could be an answer is one', async t => {
  const store = memoryStore()
  await store.set(TEXT, new TextEncoder().encode(entry()), 60_000)
  const answer = await create(store).get(KEY, () => ['loaded'], createContext())
  t.strictSame(answer, ['forged'])
  t.ok(Object.isFrozen(answer))
})

for (const [what, content] of Object.entries(garbage)) {
  t.test(`${what} in the store is no answer, and no warning`, async t => {
    const store = memoryStore()
    const context = createContext()
    await store.set(TEXT, typeof content === 'string' ? new TextEncoder().encode(content) : content, 60_000)
    t.strictSame(await create(store).get(KEY, () => ['loaded'], context), ['loaded'])
    await settled()
    t.strictSame(await create(store).get(KEY, () => ['next'], context), ['loaded'], 'and is written over')
    t.strictSame(context.lines, [])
  })
}
