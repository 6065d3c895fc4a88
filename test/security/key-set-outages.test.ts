import { once } from 'node:events'

import t from 'tap'

import { createKey, createToken } from './forge.js'
import { assertRefused, withToken } from './harness.js'
import { stall } from './listen.js'
import { COOLDOWN, DAY, first, MAX_AGE, refresh, second, setScene, STALE, tokenOf, unavailable, unknown } from './remote-scene.js'

t.test('outage, cold: 503 until the issuer is back, and then at once after the cool-down', async t => {
  const scene = await setScene(t, [])
  await scene.refuses(tokenOf(first), unavailable)
  scene.publish(first)
  await scene.refuses(tokenOf(first), unavailable)
  scene.clock.advance(COOLDOWN)
  await scene.accepts(tokenOf(first))
})

t.test('outage, cold: bad tokens are not called good, nor forgeries called bad before anybody can know', async t => {
  const scene = await setScene(t, [])
  const forged = createToken(createKey('ES256', first.kid))
  await scene.refuses(forged, unavailable)
  await assertRefused(t, scene.target, { name: 'what needs no key to be refused', token: createToken(first, { header: { alg: 'none' } }), reason: 'algorithm' })
  await assertRefused(t, scene.target, { name: 'what needs no key to be refused', token: createToken(first, { claims: { iss: 'https://evil.example' } }), reason: 'issuer_unknown' })
  scene.publish(first)
  scene.clock.advance(COOLDOWN)
  await scene.refuses(forged, { reason: 'signature' })
})

t.test('outage, warm: old keys serve through the whole stale window, and not a second longer', async t => {
  const scene = await setScene(t)
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  scene.breakDown()
  await refresh(scene)
  await scene.accepts(tokenOf(first))
  await scene.refuses(tokenOf(second), unavailable)
  scene.clock.advance(STALE - 1)
  await scene.accepts(remembered)
  await scene.accepts(createToken(first))
  scene.clock.advance(1)
  await scene.refuses(remembered, unavailable)
  await scene.refuses(createToken(first), unavailable)
})

t.test('outage, warm: with no stale window the end of their age is the end', async t => {
  const scene = await setScene(t, [first], { jwksStaleSeconds: 0 })
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  scene.breakDown()
  scene.clock.advance(MAX_AGE)
  await scene.refuses(remembered, unavailable)
})

t.test('after the stale window the issuer is back: what it says now counts, not what it said', async t => {
  const scene = await setScene(t)
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  scene.breakDown()
  await refresh(scene)
  scene.clock.advance(STALE + DAY)
  await scene.refuses(remembered, unavailable)
  scene.publish(second)
  scene.clock.advance(COOLDOWN)
  await scene.refuses(remembered, unknown)
  await scene.accepts(tokenOf(second))
})

t.test('a withdrawal during an outage takes effect when the issuer is back, not after the window', async t => {
  const scene = await setScene(t)
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  scene.breakDown()
  await refresh(scene)
  await scene.accepts(remembered)
  scene.publish(second)
  await refresh(scene, COOLDOWN)
  await scene.refuses(remembered, unknown)
})

t.test('a fetch that is slow keeps nobody waiting whose key is known', async t => {
  const scene = await setScene(t)
  scene.issuer.answer = stall
  scene.clock.advance(MAX_AGE)
  await scene.accepts(tokenOf(first))
  await scene.issuer.untilHits(2)
  await scene.accepts(tokenOf(first))
  t.equal(scene.issuer.hits.length, 2)
})

t.test('cold start: a hundred callers cost one fetch, and all get in', async t => {
  const scene = await setScene(t, [], { warmUp: false })
  scene.publish(first)
  const answers = await Promise.all(Array.from({ length: 100 }, () => scene.target.app.inject(withToken(tokenOf(first)))))
  t.strictSame(new Set(answers.map(answer => answer.statusCode)), new Set([200]))
  t.equal(scene.issuer.hits.length, 1)
})

t.test('cold start of an issuer that fails: a hundred callers cost one fetch, and all get 503', async t => {
  const scene = await setScene(t, [], { warmUp: false })
  scene.breakDown()
  const answers = await Promise.all(Array.from({ length: 100 }, () => scene.target.app.inject(withToken(tokenOf(first)))))
  t.strictSame(new Set(answers.map(answer => answer.statusCode)), new Set([503]))
  t.equal(scene.issuer.hits.length, 1)
})

t.test('an end in the middle of a fetch ends the fetch, and what was planned', async t => {
  const scene = await setScene(t)
  const endings: unknown[] = []
  scene.issuer.answer = (_request, response) => { endings.push(once(response, 'close')) }
  scene.clock.advance(MAX_AGE)
  await scene.issuer.untilHits(2)
  await scene.target.app.close()
  await Promise.all(endings)
  scene.clock.advance(DAY)
  t.equal(scene.issuer.hits.length, 2, 'nobody asks after the end')
})
