import { randomUUID } from 'node:crypto'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { oidc } from '../../lib/providers/oidc/index.js'
import { stopClock } from '../fixtures/clock.js'
import { AUDIENCE, createKey, createToken, encode, goodClaims, ISSUER } from './forge.js'
import { assertAccepted, createTarget, withToken } from './harness.js'
import { hangUp, json, listen, status } from './listen.js'
import { TIMEOUT_MS } from './remote-scene.js'

import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import type { Clock } from '../fixtures/clock.js'
import type { Target } from './harness.js'
import type { Listener } from './listen.js'

const COOLDOWN = 10
const key = createKey('ES256', 'key-of-the-issuer')

interface Scene {
  readonly clock: Clock
  readonly issuer: Listener
  readonly target: Target
}

async function setScene (t: Test, answer: RequestListener): Promise<Scene> {
  const clock = stopClock(t)
  const issuer = await listen(t, answer)
  const target = await createTarget(t, { isLogged: false, jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${issuer.url}/jwks`, jwksTimeoutMs: TIMEOUT_MS }) })
  return { clock, issuer, target }
}

/** Made up by somebody who knows the issuer and the audience: nothing in it had to be signed. */
function madeUp (header: Readonly<Record<string, unknown>>): string {
  return `${encode({ alg: 'ES256', typ: 'JWT', ...header })}.${encode(goodClaims())}.${encode('x'.repeat(64))}`
}

/** Sends so many tokens, a hundred at a time, and counts the answers. */
async function flood (target: Target, tokens: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const answers: Record<string, number> = {}
  for (let start = 0; start < tokens.length; start += 100) {
    const sent = tokens.slice(start, start + 100).map(token => target.app.inject(withToken(token)))
    for (const { statusCode, body } of await Promise.all(sent)) {
      const answer = `${statusCode} ${(JSON.parse(body) as { code: string }).code}`
      answers[answer] = (answers[answer] ?? 0) + 1
    }
  }
  return answers
}

function many (count: number, create: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => create(index))
}

t.test('10,000 unknown kids, the issuer well: one fetch in each cool-down', async t => {
  const { clock, issuer, target } = await setScene(t, json({ keys: [key.jwk] }))
  t.strictSame(await flood(target, many(10_000, () => madeUp({ kid: randomUUID() }))), { '401 AUTH_TOKEN_INVALID': 10_000 })
  t.equal(issuer.hits.length, 1, 'the one at boot')
  for (const fetches of [2, 3, 4]) {
    clock.advance(COOLDOWN)
    t.strictSame(await flood(target, many(300, () => madeUp({ kid: randomUUID() }))), { '401 AUTH_TOKEN_INVALID': 300 })
    t.equal(issuer.hits.length, fetches)
  }
  await assertAccepted(t, target, createToken(key))
})

const failures = [
  [10_000, 'answers 500', status(500)], [1_000, 'breaks the connection', hangUp], [1_000, 'answers rubbish', json('<html>')],
  [1_000, 'redirects', status(302, { location: '/elsewhere' })]
] as const

for (const [count, name, answer] of failures) {
  t.test(`${count.toLocaleString('en')} unknown kids, the issuer ${name}: one fetch in each cool-down`, async t => {
    const { clock, issuer, target } = await setScene(t, answer)
    t.strictSame(await flood(target, many(count, () => madeUp({ kid: randomUUID() }))), { '503 AUTH_PROVIDER_UNAVAILABLE': count })
    t.equal(issuer.hits.length, 1, 'the one at boot')
    for (const fetches of [2, 3, 4]) {
      clock.advance(COOLDOWN)
      t.strictSame(await flood(target, many(300, () => madeUp({ kid: randomUUID() }))), { '503 AUTH_PROVIDER_UNAVAILABLE': 300 })
      t.equal(issuer.hits.length, fetches)
    }
    issuer.answer = json({ keys: [key.jwk] })
    clock.advance(COOLDOWN)
    await assertAccepted(t, target, createToken(key))
  })
}

t.test('unknown kids while old keys serve: their users notice nothing', async t => {
  const { clock, issuer, target } = await setScene(t, json({ keys: [key.jwk] }))
  issuer.answer = status(500)
  clock.advance(1_200)
  const tokens = many(1_000, index => index % 2 === 0 ? madeUp({ kid: randomUUID() }) : createToken(key, { claims: { sub: `user-${index}` } }))
  const fetches = issuer.hits.length
  const good = await Promise.all(tokens.map(token => target.app.inject(withToken(token))))
  t.equal(good.filter(answer => answer.statusCode === 200).length, 500)
  t.equal(good.filter(answer => answer.statusCode === 503).length, 500)
  t.ok(issuer.hits.length <= fetches + 1, 'one fetch, if any')
})

t.test('floods of what needs no key cost no fetch at all', async t => {
  const { clock, issuer, target } = await setScene(t, json({ keys: [key.jwk] }))
  clock.advance(COOLDOWN)
  const floods: ReadonlyArray<readonly [string, (index: number) => string]> = [
    ['unknown issuers', index => createToken(key, { claims: { iss: `https://evil-${index}.example` } })],
    ['algorithms that are not accepted', index => madeUp({ alg: 'none', kid: `${index}` })],
    ['symmetric algorithms', index => madeUp({ alg: 'HS256', kid: `${index}` })],
    ['critical members', index => madeUp({ crit: ['b64'], kid: `${index}` })],
    ['kids that are no texts', index => madeUp({ kid: index })],
    ['no JWTs at all', index => `opaque-token-${index}`],
    ['bad signatures of the known key', index => createToken(key, { header: { index }, signer: () => Buffer.alloc(64, 1) })],
    ['tokens that are over', index => createToken(key, { claims: { exp: index } })]
  ]
  for (const [name, create] of floods) {
    const answers = await flood(target, many(300, create))
    t.strictSame(Object.keys(answers).map(answer => answer.slice(0, 3)), ['401'], name)
  }
  t.equal(issuer.hits.length, 1, 'the one at boot')
})

t.test('an OpenID provider: description and keys are asked for once in each cool-down, well or failing', async t => {
  const clock = stopClock(t)
  const issuer = await listen(t)
  issuer.answer = (request, response) => json(request.url === '/jwks' ? { keys: [key.jwk] } : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` })(request, response)
  const target = await createTarget(t, { isLogged: false, jwtProvider: oidc({ issuer: issuer.url, audience: AUDIENCE, jwksTimeoutMs: TIMEOUT_MS }) })
  const unknown = () => `${encode({ alg: 'ES256', kid: randomUUID() })}.${encode(goodClaims({ iss: issuer.url }))}.${encode('x'.repeat(64))}`
  t.equal(issuer.hits.length, 2, 'at boot')
  await flood(target, many(500, unknown))
  t.equal(issuer.hits.length, 2)
  clock.advance(COOLDOWN)
  await flood(target, many(500, unknown))
  t.strictSame(issuer.hits.slice(2), ['GET /jwks'], 'the address of the keys is remembered')
  issuer.answer = status(500)
  for (const fetches of [4, 5, 6]) {
    clock.advance(COOLDOWN)
    t.strictSame(await flood(target, many(300, unknown)), { '503 AUTH_PROVIDER_UNAVAILABLE': 300 })
    t.equal(issuer.hits.length, fetches)
  }
})

t.test('two providers of one app, one of them flooded: the other is not slowed down, nor asked', async t => {
  const clock = stopClock(t)
  const [a, b] = [await listen(t, json({ keys: [key.jwk] })), await listen(t, json({ keys: [key.jwk] }))]
  const providerOf = (issuer: Listener) => jwt({ issuer: issuer.url, audience: AUDIENCE, jwksUri: `${issuer.url}/jwks`, jwksTimeoutMs: TIMEOUT_MS })
  const target = await createTarget(t, { isLogged: false, jwtProvider: [providerOf(a), providerOf(b)] })
  clock.advance(COOLDOWN)
  await flood(target, many(500, () => `${encode({ alg: 'ES256', kid: randomUUID() })}.${encode(goodClaims({ iss: a.url }))}.${encode('x'.repeat(64))}`))
  t.strictSame([a.hits.length, b.hits.length], [2, 1])
  await assertAccepted(t, target, createToken(key, { claims: { iss: b.url } }))
})
