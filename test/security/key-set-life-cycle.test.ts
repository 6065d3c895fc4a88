import t from 'tap'

import { createKey, createToken } from './forge.js'
import { json } from './listen.js'
import { COOLDOWN, first, refresh, second, setScene, tokenOf, unknown } from './remote-scene.js'

t.test('rotation, as it should be: published before it signs, no token is refused', async t => {
  const scene = await setScene(t)
  await scene.accepts(tokenOf(first))
  scene.publish(first, second)
  await refresh(scene)
  await scene.accepts(tokenOf(second))
  await scene.accepts(tokenOf(first))
})

t.test('rotation in a hurry: a new key is found by its first token, once the cool-down is over', async t => {
  const scene = await setScene(t)
  scene.publish(first, second)
  await scene.refuses(tokenOf(second), unknown)
  scene.clock.advance(COOLDOWN)
  await scene.accepts(tokenOf(second))
  t.equal(scene.issuer.hits.length, 2)
})

t.test('removal: a key that was taken back verifies nothing any more, remembered tokens included (CVE-2025-22149)', async t => {
  const scene = await setScene(t, [first, second])
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  await scene.accepts(remembered)
  scene.publish(second)
  await refresh(scene)
  await scene.refuses(remembered, unknown)
  await scene.refuses(tokenOf(first), unknown)
  await scene.accepts(tokenOf(second))
})

t.test('removal of all keys: an empty set is an answer (RFC 7517, 5.1)', async t => {
  const scene = await setScene(t)
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  scene.publish()
  await refresh(scene)
  await scene.refuses(remembered, unknown)
  scene.publish(first)
  await refresh(scene)
  await scene.accepts(remembered)
})

t.test('exchange: other material under an old kid takes the place of the old', async t => {
  const scene = await setScene(t)
  const remembered = tokenOf(first)
  await scene.accepts(remembered)
  const namesake = createKey('ES256', first.kid)
  scene.publish(namesake)
  await refresh(scene)
  await scene.refuses(remembered, { reason: 'signature' })
  await scene.accepts(tokenOf(namesake))
})

t.test('doubt: a second key under an old kid, and nobody can tell which is meant', async t => {
  const scene = await setScene(t)
  const remembered = tokenOf(first)
  scene.publish(first, createKey('ES256', first.kid))
  await refresh(scene)
  await scene.refuses(remembered, { reason: 'key_ambiguous' })
})

t.test('doubt: a second key, and tokens without a kid', async t => {
  const scene = await setScene(t)
  const nameless = { kid: undefined }
  await scene.accepts(tokenOf(first, nameless))
  scene.publish(first, second)
  await refresh(scene)
  await scene.refuses(createToken(first, { header: nameless, claims: { sub: 'another' } }), { reason: 'key_ambiguous' })
})

t.test('an algorithm or a use that is written in later counts from then on', async t => {
  for (const members of [{ alg: 'ES384' }, { use: 'enc' }, { key_ops: ['sign'] }, { d: 'AA' }, { kid: 'renamed' }]) {
    await t.test(JSON.stringify(members), async t => {
      const scene = await setScene(t)
      const remembered = tokenOf(first)
      await scene.accepts(remembered)
      scene.issuer.answer = json({ keys: [{ ...first.jwk, ...members }] })
      await refresh(scene)
      await scene.refuses(remembered, unknown)
    })
  }
})
