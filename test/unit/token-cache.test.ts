import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { createTokenCache } from '../../lib/token-cache.js'

import type { Verified } from '../../lib/reader.js'

const TAIL = 'a'.repeat(43)

function verified (expiresAt: number | null): Verified {
  return { identity: { expiresAt }, sources: {} } as unknown as Verified
}

t.test('what was put in for a token comes out for that token, and for no other', async t => {
  const cache = createTokenCache({ max: 10, maxBytes: 100_000 })
  const entry = verified(null)
  cache.set(`head.${TAIL}`, 0, entry)
  t.equal(cache.get(`head.${TAIL}`, 0), entry)
  for (const other of [`Head.${TAIL}`, TAIL, `head.${TAIL}a`, '', `head.${'b'.repeat(43)}`]) t.equal(cache.get(other, 0), null, other)
})

t.test('of two tokens with one tail the later is kept', async t => {
  const cache = createTokenCache({ max: 10, maxBytes: 100_000 })
  const [first, second] = [verified(null), verified(null)]
  cache.set(`one.${TAIL}`, 0, first)
  cache.set(`other.${TAIL}`, 0, second)
  t.equal(cache.get(`one.${TAIL}`, 0), null)
  t.equal(cache.get(`other.${TAIL}`, 0), second)
})

t.test('a token shorter than a tail is its own tail', async t => {
  const cache = createTokenCache({ max: 10, maxBytes: 100_000 })
  cache.set('short', 0, verified(null))
  t.ok(cache.get('short', 0))
  t.equal(cache.get('hort', 0), null)
})

t.test('an entry counts until its token ends, and not at that moment', async t => {
  const clock = stopClock(t)
  const cache = createTokenCache({ max: 10, maxBytes: 100_000 })
  const endsAt = Date.now() / 1000 + 10
  cache.set('token', 0, verified(endsAt))
  clock.advance(9)
  t.ok(cache.get('token', 0))
  clock.advance(1)
  t.equal(cache.get('token', 0), null)
  cache.set('eternal', 0, verified(null))
  clock.advance(1e9)
  t.ok(cache.get('eternal', 0))
})

t.test('an entry counts for the keys it was verified with', async t => {
  const cache = createTokenCache({ max: 10, maxBytes: 100_000 })
  cache.set('token', 1, verified(null))
  t.equal(cache.get('token', 0), null)
  t.equal(cache.get('token', 2), null)
  t.ok(cache.get('token', 1))
})

t.test('the one longest unused makes room, by number and by size', async t => {
  for (const limits of [{ max: 2, maxBytes: 100_000 }, { max: 10, maxBytes: 1_100 }]) {
    const cache = createTokenCache(limits)
    cache.set('one', 0, verified(null))
    cache.set('two', 0, verified(null))
    cache.get('one', 0)
    cache.set('three', 0, verified(null))
    t.strictSame(['one', 'two', 'three'].map(token => cache.get(token, 0) !== null), [true, false, true])
  }
  const small = createTokenCache({ max: 10, maxBytes: 1_024 })
  small.set('a'.repeat(1_000), 0, verified(null))
  t.equal(small.get('a'.repeat(1_000), 0), null, 'one that is larger than all is not kept')
})
