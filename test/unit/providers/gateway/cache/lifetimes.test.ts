import t from 'tap'

import { stopClock } from '../../../../fixtures/clock.js'
import { createDecisionScene } from '../../../../fixtures/decision-scene.js'
import { memoryStore } from '../../../../../lib/sources/cache/index.js'
import { readMaxAge } from '../../../../../lib/providers/gateway/cache/read-max-age.js'

import type { Answer } from '../../../../fixtures/decision-scene.js'
import type { Test } from 'tap'
import type { GatewayCacheOptions } from '../../../../../lib/providers/gateway/cache-options.js'

/** For how many of the next hundred seconds an answer is kept. */
async function secondsKept (t: Test, answer: Partial<Answer>, options: GatewayCacheOptions = {}, credential = 'token'): Promise<number> {
  const clock = stopClock(t, Date.parse('2030-01-01T00:00:00Z'))
  const scene = createDecisionScene({ allowedSeconds: 60, deniedSeconds: 20, ...options })
  scene.answer = answer
  await scene.ask({ credential })
  for (let seconds = 0; seconds <= 100; seconds++) {
    await scene.ask({ credential })
    if (scene.asked > 1) return seconds
    clock.advance(1)
  }
  return Infinity
}

function jwt (payload: object): string {
  return [{ alg: 'RS256' }, payload, 'signature'].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}

const START = Date.parse('2030-01-01T00:00:00Z') / 1000

t.test('those allowed and those denied have times of their own', async t => {
  t.equal(await secondsKept(t, {}), 60)
  t.equal(await secondsKept(t, { kind: 'denied', subject: null }), 20)
  t.equal(await secondsKept(t, { kind: 'never' }), 0)
  t.equal(await secondsKept(t, {}, { allowedSeconds: 0 }), 0)
  t.equal(await secondsKept(t, { kind: 'denied' }, { deniedSeconds: 0 }), 0)
  t.equal(await secondsKept(t, {}, { deniedSeconds: 0 }), 60)
})

t.test('in a store, too', async t => {
  for (const [kind, seconds] of [['allowed', 60], ['denied', 20], ['never', 0]] as const) t.equal(await secondsKept(t, { kind }, { store: memoryStore() }), seconds, kind)
})

t.test('the defaults are 30 and 5 seconds', async t => {
  const clock = stopClock(t)
  const scene = createDecisionScene()
  t.equal(await scene.tell(), '1 service')
  clock.advance(29)
  t.equal(await scene.tell(), '1 cache')
  clock.advance(1)
  scene.answer = { kind: 'denied' }
  t.equal(await scene.tell(), '2 service')
  clock.advance(4)
  t.equal(await scene.tell(), '2 cache')
  clock.advance(1)
  t.equal(await scene.tell(), '3 service')
})

t.test('nothing outlives what was decided, nor the token', async t => {
  t.equal(await secondsKept(t, { expiresAt: START + 10 }), 10)
  t.equal(await secondsKept(t, {}, {}, jwt({ exp: START + 12 })), 12)
  t.equal(await secondsKept(t, { expiresAt: START + 10 }, {}, jwt({ exp: START + 12 })), 10)
  t.equal(await secondsKept(t, { kind: 'denied' }, {}, jwt({ exp: START + 12 })), 12)
  t.equal(await secondsKept(t, { expiresAt: START - 1 }), 0)
  t.equal(await secondsKept(t, {}, {}, jwt({ exp: START - 1 })), 0)
  t.equal(await secondsKept(t, {}, {}, jwt({ exp: START + 1_000 })), 60, 'nor does it live longer for that')
  t.equal(await secondsKept(t, {}, {}, jwt({ exp: 'soon' })), 60)
  t.equal(await secondsKept(t, { expiresAt: START + 10 }, { store: memoryStore() }), 10)
})

t.test('the service has no say in it, unless it is asked', async t => {
  t.equal(await secondsKept(t, { cacheControl: 'no-store' }), 60)
  const options = { honorCacheControl: true }
  for (const [cacheControl, seconds] of [
    ['no-store', 0], ['No-Cache', 0], ['private, max-age=7', 7], ['max-age="7"', 7], ['max-age=7, max-age=9', 7], ['max-age=1000', 60], ['max-age=-1', 0], ['max-age', 0], ['max-age=soon', 0],
    ['s-maxage=7', 60], ['no-cache="set-cookie"', 0], ['no-storage', 60], ['public', 60], ['', 60], [null, 60]
  ] as const) {
    t.equal(await secondsKept(t, { cacheControl }, options), seconds, String(cacheControl))
  }
  t.equal(readMaxAge('max-age=10'), 10)
})

t.test('what is kept ends when its clock says so, even where a store says otherwise', async t => {
  const clock = stopClock(t)
  const store = memoryStore()
  // Somebody who writes to the store has taken the lifetime off the entries.
  const altering = {
    ...store,
    set: async (key: string, value: Uint8Array, ttlMs: number) => {
      const text = Buffer.from(value).toString().replace(/"lifetimeMs":\d+/, '"lifetimeMs":null')
      await store.set(key, Buffer.from(text), ttlMs + 60_000)
    }
  }
  const scene = createDecisionScene({ store: altering })
  scene.answer = { expiresAt: Date.now() / 1000 + 10 }
  await scene.ask()
  clock.advance(9)
  t.equal(await scene.tell(), '1 cache')
  clock.advance(1)
  scene.answer = {}
  t.equal(await scene.tell(), '2 service')
  t.equal(await scene.tell(), '2 cache')
})
