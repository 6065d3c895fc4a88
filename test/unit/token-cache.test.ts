import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { TokenCache } from '../../lib/token-cache.js'

import type { Identity } from '../../types/identity.js'

const TAIL = 'a'.repeat(43)

function identity (expiresAt: number | null): Identity {
  return { expiresAt } as Identity
}

t.test('what was put in for a token comes out for that token, and for no other', async t => {
  const cache = new TokenCache({ max: 10, maxBytes: 100_000 })
  const entry = identity(null)
  cache.set(`head.${TAIL}`, 0, entry)
  t.equal(cache.get(`head.${TAIL}`, 0), entry)
  for (const other of [`Head.${TAIL}`, TAIL, `head.${TAIL}a`, '', `head.${'b'.repeat(43)}`]) t.equal(cache.get(other, 0), null, other)
})

t.test('of two tokens with one tail the later is kept', async t => {
  const cache = new TokenCache({ max: 10, maxBytes: 100_000 })
  const [first, second] = [identity(null), identity(null)]
  cache.set(`one.${TAIL}`, 0, first)
  cache.set(`other.${TAIL}`, 0, second)
  t.equal(cache.get(`one.${TAIL}`, 0), null)
  t.equal(cache.get(`other.${TAIL}`, 0), second)
})

t.test('a token shorter than a tail is its own tail', async t => {
  const cache = new TokenCache({ max: 10, maxBytes: 100_000 })
  cache.set('short', 0, identity(null))
  t.ok(cache.get('short', 0))
  t.equal(cache.get('hort', 0), null)
})

t.test('an entry counts until its token ends, and not at that moment', async t => {
  const clock = stopClock(t)
  const cache = new TokenCache({ max: 10, maxBytes: 100_000 })
  const endsAt = Date.now() / 1000 + 10
  cache.set('token', 0, identity(endsAt))
  clock.advance(9)
  t.ok(cache.get('token', 0))
  clock.advance(1)
  t.equal(cache.get('token', 0), null)
  cache.set('eternal', 0, identity(null))
  clock.advance(1e9)
  t.ok(cache.get('eternal', 0))
})

t.test('an entry counts for the keys it was verified with', async t => {
  const cache = new TokenCache({ max: 10, maxBytes: 100_000 })
  cache.set('token', 1, identity(null))
  t.equal(cache.get('token', 0), null)
  t.equal(cache.get('token', 2), null)
  t.ok(cache.get('token', 1))
})

t.test('the one longest unused makes room, by number and by size', async t => {
  for (const limits of [{ max: 2, maxBytes: 100_000 }, { max: 10, maxBytes: 1_100 }]) {
    const cache = new TokenCache(limits)
    cache.set('one', 0, identity(null))
    cache.set('two', 0, identity(null))
    cache.get('one', 0)
    cache.set('three', 0, identity(null))
    t.strictSame(['one', 'two', 'three'].map(token => cache.get(token, 0) !== null), [true, false, true])
  }
  const small = new TokenCache({ max: 10, maxBytes: 1_024 })
  small.set('a'.repeat(1_000), 0, identity(null))
  t.equal(small.get('a'.repeat(1_000), 0), null, 'one that is larger than all is not kept')
})

t.test('what is replaced keeps its place, and is counted once', async t => {
  const cache = new TokenCache({ max: 10, maxBytes: 1_100 })
  for (let times = 0; times < 100; times++) cache.set('one', times, identity(null))
  cache.set('two', 0, identity(null))
  t.ok(cache.get('one', 99))
  t.ok(cache.get('two', 0))
  cache.set('three', 0, identity(null))
  cache.set('four', 0, identity(null))
  t.strictSame(['one', 'two', 'three', 'four'].filter(token => cache.get(token, token === 'one' ? 99 : 0) !== null), ['three', 'four'])
})

t.test('who is asked for in every turn of the line stays, whoever else comes', async t => {
  const cache = new TokenCache({ max: 100, maxBytes: 1_000_000 })
  const regulars = Array.from({ length: 50 }, (_, index) => `regular-${index}`)
  regulars.forEach(token => { cache.set(token, 0, identity(null)) })
  for (let index = 0; index < 10_000; index++) {
    cache.set(`stranger-${index}`, 0, identity(null))
    if (index % 40 === 0) regulars.forEach(token => { cache.get(token, 0) })
  }
  t.equal(regulars.filter(token => cache.get(token, 0) !== null).length, 50)
  t.equal(Array.from({ length: 10_000 }, (_, index) => cache.get(`stranger-${index}`, 0)).filter(Boolean).length, 50)
})

t.test('there is always room for one more, and never more than there is room for', async t => {
  const limits = { max: 20, maxBytes: 15_000 }
  const cache = new TokenCache(limits)
  const tokens = Array.from({ length: 60 }, (_, index) => `${index}`.padStart(12 + index * 5, 'x'))
  for (let step = 0, chosen = 1; step < 3_000; step++) {
    chosen = chosen * 48_271 % 2_147_483_647
    const token = tokens[chosen % tokens.length] as string
    if (chosen % 7 < 3) {
      cache.get(token, 0)
      continue
    }
    cache.set(token, 0, identity(null))
    const kept = tokens.filter(candidate => cache.get(candidate, 0) !== null)
    const bytes = kept.reduce((sum, { length }) => sum + 512 + 3 * length, 0)
    if (!kept.includes(token) || kept.length > limits.max || bytes > limits.maxBytes) t.fail(`step ${step}`)
    if (step % 1_000 === 999) t.ok(kept.length > 10)
  }
})
