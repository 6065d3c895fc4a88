import t from 'tap'

import { stopClock } from '../fixtures/clock.js'

import type { Test } from 'tap'
import type { Store } from '../../lib/index.js'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const LONG_MS = 600_000

/** A store, and what makes its time go by; by default the clock of this process. */
export interface StoreSubject {
  readonly store: Store
  readonly advance?: (seconds: number) => void | Promise<void>
}

/** What every Store has to do, whoever wrote it. */
export function proveStore (name: string, create: (t: Test) => StoreSubject | Promise<StoreSubject>): void {
  const prove = (story: string, tell: (t: Test, store: Store, advance: NonNullable<StoreSubject['advance']>) => Promise<void>) => t.test(`${name} ${story}`, async t => {
    const clock = stopClock(t)
    const { store, advance = seconds => { clock.advance(seconds) } } = await create(t)
    await tell(t, store, advance)
  })
  prove('gives null for what it does not have', proveAbsence)
  prove('gives back the bytes that it was given', proveBytes)
  prove('keeps the last value of a key', proveOverwriting)
  prove('forgets in time', proveTime)
  prove('deletes one key, and no other', proveDeletion)
  prove('clears the keys that begin with a text, and no others', proveClearing)
  prove('keeps any key, exactly', proveKeys)
  prove('shares no memory with its callers', proveCopies)
}

async function read (store: Store, key: string): Promise<string | null> {
  const bytes = await store.get(key)
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

async function proveAbsence (t: Test, store: Store): Promise<void> {
  t.equal(await store.get('nothing'), null)
  await t.resolves(store.delete('nothing'))
  await t.resolves(store.clear('nothing'))
}

async function proveBytes (t: Test, store: Store): Promise<void> {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index)
  await store.set('all', all, LONG_MS)
  await store.set('none', new Uint8Array(), LONG_MS)
  await store.set('window', Buffer.from('before bytes after').subarray(7, 12), LONG_MS)
  const bytes = await store.get('all')
  t.ok(bytes instanceof Uint8Array)
  t.strictSame([...bytes as Uint8Array], [...all])
  t.equal(await read(store, 'none'), '')
  t.equal(await read(store, 'window'), 'bytes')
}

async function proveOverwriting (t: Test, store: Store, advance: NonNullable<StoreSubject['advance']>): Promise<void> {
  await store.set('key', encode('first'), 10_000)
  await store.set('key', encode('second'), LONG_MS)
  await advance(11)
  t.equal(await read(store, 'key'), 'second', 'for as long as the last call says')
}

async function proveTime (t: Test, store: Store, advance: NonNullable<StoreSubject['advance']>): Promise<void> {
  await store.set('short', encode('short'), 10_000)
  await store.set('long', encode('long'), LONG_MS)
  await advance(9)
  t.equal(await read(store, 'short'), 'short')
  await advance(1)
  t.equal(await read(store, 'short'), null, 'not a moment longer')
  t.equal(await read(store, 'long'), 'long')
}

async function proveDeletion (t: Test, store: Store): Promise<void> {
  await Promise.all(['key', 'key2'].map(key => store.set(key, encode(key), LONG_MS)))
  await store.delete('key')
  t.strictSame([await read(store, 'key'), await read(store, 'key2')], [null, 'key2'])
}

async function proveClearing (t: Test, store: Store): Promise<void> {
  const keys = ['["a","b"]', '["a",', '["a","b"', '["a"]', '["ab","b"]', '["A","b"]', ' ["a","b"]', '[*"a","b"]', '[']
  await Promise.all(keys.map(key => store.set(key, encode(key), LONG_MS)))
  await store.clear('["a",')
  const left = await Promise.all(keys.map(key => read(store, key)))
  t.strictSame(left.filter(key => key !== null), keys.slice(3))
  for (const pattern of ['*', '[*', '?', '["[a]*"', '\\', '^']) await store.clear(pattern)
  t.equal(await read(store, '["a"]'), '["a"]', 'a prefix is no pattern')
  await store.clear('')
  t.ok((await Promise.all(keys.map(key => store.get(key)))).every(bytes => bytes === null), 'everything begins with nothing')
}

async function proveKeys (t: Test, store: Store): Promise<void> {
  const keys = ['key', 'KEY', ' key', 'key ', 'k\u0000ey', 'k\u00e9y', 'ke\u0301y', 'k:e:y', 'k*y', 'k\r\ny', '__proto__', 'constructor', '\u{1f511}', 'k'.repeat(2_000)]
  await Promise.all(keys.map((key, index) => store.set(key, encode(String(index)), LONG_MS)))
  t.strictSame(await Promise.all(keys.map(key => read(store, key))), keys.map((_, index) => String(index)))
}

async function proveCopies (t: Test, store: Store): Promise<void> {
  const mine = encode('good')
  await store.set('key', mine, LONG_MS)
  mine.fill(0)
  const theirs = await store.get('key')
  t.equal(new TextDecoder().decode(theirs as Uint8Array), 'good')
  theirs?.fill(0)
  t.equal(await read(store, 'key'), 'good')
}
