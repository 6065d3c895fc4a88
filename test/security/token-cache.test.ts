import { Buffer } from 'node:buffer'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { stopClock } from '../fixtures/clock.js'
import { counting } from './counting-provider.js'
import { AUDIENCE, createKey, createToken, encode, goodClaims, ISSUER } from './forge.js'
import { assertAccepted, assertRefused, attackAll, createTarget, withToken } from './harness.js'
import { fromInteger, toInteger } from './rsa.js'

import type { Attack } from './harness.js'
import type { JwtProvider } from '../../lib/index.js'
import type { CommonJwtOptions } from '../../lib/providers/jwt/index.js'

const rsa = createKey('RS256')
const ec = createKey('ES256')
const ed = createKey('Ed25519')

function provider (options: Partial<CommonJwtOptions> = {}) {
  return counting(jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk, ec.jwk, ed.jwk] }, ...options }))
}

/** A provider of one's own making, as little as the contract asks for. */
function handMade (verify: JwtProvider['verify'], more: Partial<JwtProvider> = {}): JwtProvider {
  return { name: 'handMade', issuers: [ISSUER], cacheable: true, verify, ...more }
}

function identityOf (subject: string, expiresAt: number | null = null) {
  const nothing = { name: null, email: null, emailVerified: null, clientId: null, scopes: [], claims: {}, groups: null, roles: null, permissions: null } as const
  return { subject, issuer: ISSUER, kind: 'unknown', expiresAt, ...nothing } as const
}

t.test('a remembered token ends with its exp, tolerance included and no second later', async t => {
  const clock = stopClock(t)
  const jwtProvider = provider({ clockToleranceSeconds: 5 })
  const target = await createTarget(t, { jwtProvider })
  const token = createToken(ec)
  await assertAccepted(t, target, token)
  clock.advance(599)
  await assertAccepted(t, target, token)
  t.equal(jwtProvider.verified(), 1, 'remembered')
  clock.advance(1)
  await assertAccepted(t, target, token)
  t.equal(jwtProvider.verified(), 2, 'within the tolerance it is verified again')
  clock.advance(5)
  await assertRefused(t, target, { name: 'over', token, code: 'AUTH_TOKEN_EXPIRED', reason: 'expired' })
})

t.test('a remembered token ends with its age, where that is limited', async t => {
  const clock = stopClock(t)
  const target = await createTarget(t, { jwtProvider: provider({ maxTokenAgeSeconds: 60, clockToleranceSeconds: 0 }) })
  const token = createToken(ec)
  clock.advance(59)
  await assertAccepted(t, target, token)
  clock.advance(1)
  await assertRefused(t, target, { name: 'too old', token, code: 'AUTH_TOKEN_EXPIRED', reason: 'token_age' })
})

t.test('another token with the same end is another token (CVE-2026-35039)', async t => {
  for (const key of [rsa, ec, ed]) {
    await t.test(key.alg, async t => {
      const jwtProvider = provider()
      const target = await createTarget(t, { jwtProvider })
      const token = createToken(key)
      const [header = '', payload = '', signature = ''] = token.split('.')
      const admin = encode(goodClaims({ sub: 'admin-of-the-corpus', roles: ['admin'] }))
      const endingLike = (length: number) => Buffer.from('A'.repeat(signature.length - length) + signature.slice(-length), 'base64url')
      const withEnd = (length: number): Attack => ({
        name: `the last ${length} characters`,
        token: createToken(key, { claims: { sub: 'admin-of-the-corpus' }, signer: () => endingLike(length) }),
        reason: 'signature'
      })
      await attackAll(t, target, {
        control: token,
        attacks: [
          { name: 'other claims', token: `${header}.${admin}.${signature}`, reason: 'signature' },
          { name: 'other header', token: `${encode({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })}.${payload}.${signature}`, reason: 'signature' },
          { name: 'other header and claims', token: `${encode({ alg: key.alg, kid: key.kid, x: 1 })}.${admin}.${signature}`, reason: 'signature' },
          { name: 'unknown kid', token: `${encode({ alg: key.alg, kid: 'key-of-nobody' })}.${payload}.${signature}`, reason: 'kid_unknown' },
          { name: 'no algorithm', token: `${encode({ alg: 'none' })}.${admin}.${signature}`, reason: 'algorithm' },
          { name: 'no header', token: `.${payload}.${signature}`, reason: 'token_syntax' },
          { name: 'a segment in front', token: `${header}.${header}.${payload}.${signature}`, reason: 'token_syntax' },
          { name: 'the signature alone', token: signature, reason: 'token_syntax' },
          { name: 'twelve characters', token: token.slice(-12), reason: 'token_syntax' },
          { name: 'a letter in front', token: `A${token}`, reason: 'token_syntax' },
          { name: 'a letter less in front', token: token.slice(1), reason: 'token_syntax' },
          { name: 'one letter of the claims in another case', token: `${header}.${payload.replace(/[a-z]/, letter => letter.toUpperCase())}.${signature}`, reason: 'token_syntax' },
          ...[12, 43, 64].map(withEnd)
        ]
      })
      const before = jwtProvider.verified()
      await assertAccepted(t, target, token)
      t.equal(jwtProvider.verified(), before, 'the good one is still remembered')
    })
  }
})

t.test('a flood of bad tokens evicts nothing, and nothing of it is remembered (CVE-2026-41707 and its like)', async t => {
  const jwtProvider = provider()
  const target = await createTarget(t, { isLogged: false, jwtProvider, tokenCache: { max: 5 } })
  const tokens = [1, 2, 3, 4, 5].map(index => createToken(ec, { claims: { sub: `user-${index}` } }))
  for (const token of tokens) {
    await assertAccepted(t, target, token)
  }
  const [header, payload] = tokens[0]?.split('.') ?? []
  const floods = [
    (index: number) => `${header}.${payload}.${encode(`${index}`.padStart(64, 'x'))}`,
    (index: number) => createToken(ec, { claims: { exp: index } }),
    (index: number) => `${encode({ alg: 'ES256', kid: `${index}` })}.${payload}.${tokens[0]?.split('.')[2]}`,
    (index: number) => `opaque-${index}`
  ]
  for (const create of floods) {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => target.app.inject(withToken(create(index)))))
    t.ok(answers.every(answer => answer.statusCode === 401))
  }
  const before = jwtProvider.verified()
  for (const token of tokens) {
    await assertAccepted(t, target, token)
  }
  t.equal(jwtProvider.verified(), before, 'all five are still remembered')
})

t.test('a flood of good tokens: no more are remembered than allowed, by number and by size', async t => {
  const sizes = [{ max: 10 }, { maxBytes: 20_000 }] as const
  for (const tokenCache of sizes) {
    const jwtProvider = provider()
    const target = await createTarget(t, { isLogged: false, jwtProvider, tokenCache })
    const tokens = Array.from({ length: 100 }, (_, index) => createToken(ec, { claims: { sub: `user-${index}` } }))
    for (const token of [...tokens, ...tokens.toReversed()]) {
      await target.app.inject(withToken(token))
    }
    const remembered = 200 - jwtProvider.verified()
    t.ok(remembered > 0 && remembered <= 15, `${remembered} were remembered`)
  }
})

t.test('a verdict on a bad token is not remembered', async t => {
  const clock = stopClock(t)
  const target = await createTarget(t, { jwtProvider: provider() })
  const early = createToken(ec, { claims: { nbf: Math.floor(Date.now() / 1000) + 60 } })
  await assertRefused(t, target, { name: 'too early', token: early, reason: 'not_yet_valid' })
  clock.advance(60)
  await assertAccepted(t, target, early)
})

t.test('an outage is not remembered', async t => {
  let isDown = true
  const jwtProvider = handMade(() => {
    if (isDown) throw new Error('no connection to user-4711-of-the-corpus')
    return identityOf('user-one')
  })
  const target = await createTarget(t, { jwtProvider })
  const token = createToken(ec)
  await assertRefused(t, target, { name: 'down', token, status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'provider_failed' })
  isDown = false
  await assertAccepted(t, target, token)
})

t.test('a key withdrawn while a token is being verified: what was found is not remembered', async t => {
  const state = { generation: 1, calls: 0 }
  const jwtProvider: JwtProvider = {
    ...handMade(async () => {
      state.calls += 1
      // It is withdrawn after the signature was checked, and before the answer arrives.
      state.generation += state.calls === 1 ? 1 : 0
      return identityOf('user-one')
    }),
    get keyGeneration () { return state.generation }
  }
  const target = await createTarget(t, { jwtProvider })
  const token = createToken(ec)
  for (const calls of [1, 2, 2]) {
    await assertAccepted(t, target, token)
    t.equal(state.calls, calls)
  }
  state.generation += 1
  await assertAccepted(t, target, token)
  t.equal(state.calls, 3, 'verified again after a withdrawal')
})

t.test('what must not be remembered is not', async t => {
  const cases = [
    ['the cache is off', { tokenCache: null }, {}],
    ['the provider says nothing of caches', {}, { cacheable: undefined }],
    ['the provider forbids it', {}, { cacheable: false }]
  ] as const
  for (const [name, options, more] of cases) {
    const jwtProvider = counting(handMade(() => identityOf('user-one'), more as Partial<JwtProvider>))
    const target = await createTarget(t, { jwtProvider, ...options })
    const token = createToken(ec)
    await assertAccepted(t, target, token)
    await assertAccepted(t, target, token)
    t.equal(jwtProvider.verified(), 2, name)
  }
})

t.test('an end that is no time is no answer', async t => {
  for (const expiresAt of [NaN, Infinity, -Infinity, '4711', undefined]) {
    const target = await createTarget(t, { jwtProvider: handMade(() => ({ ...identityOf('user-one'), expiresAt: expiresAt as number })) })
    await assertRefused(t, target, { name: String(expiresAt), token: createToken(ec), status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', reason: 'provider_answer' })
  }
})

t.test('an answer that is over when it comes is not remembered', async t => {
  const jwtProvider = counting(handMade(() => identityOf('user-one', 1)))
  const target = await createTarget(t, { jwtProvider })
  const token = createToken(ec)
  await assertAccepted(t, target, token)
  await assertAccepted(t, target, token)
  t.equal(jwtProvider.verified(), 2)
})

t.test('two texts for one ECDSA signature: each is verified for itself, and ends with the other (RFC 7515, 10; malleability)', async t => {
  const clock = stopClock(t)
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const jwtProvider = provider()
  const target = await createTarget(t, { jwtProvider })
  const token = createToken(ec)
  const [header, payload, signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const twin = `${header}.${payload}.${encode(Buffer.concat([bytes.subarray(0, 32), fromInteger(order - toInteger(bytes.subarray(32)), 32)]))}`
  await assertAccepted(t, target, token)
  await assertAccepted(t, target, twin)
  t.equal(jwtProvider.verified(), 2)
  clock.advance(605)
  for (const text of [token, twin]) {
    await assertRefused(t, target, { name: 'over', token: text, code: 'AUTH_TOKEN_EXPIRED', reason: 'expired' })
  }
})
