import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, compact, createKey, createPolluted, createToken, goodClaims, ISSUER, signerOf } from './forge.js'
import { assertAccepted, attackAll, createTarget } from './harness.js'

import type { Attack } from './harness.js'
import type { CommonJwtOptions } from '../../lib/providers/jwt/index.js'

const rsa = createKey('RS256')
const now = Math.floor(Date.now() / 1000)
const year = 31_536_000

function provider (options: Partial<CommonJwtOptions> = {}) {
  return jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] }, ...options })
}

/** Numbers that JavaScript cannot write go in as they are. */
function withNumber (name: string, number: string): string {
  const claims = JSON.stringify(goodClaims({ [name]: 'NUMBER' })).replace('"NUMBER"', number)
  return compact({ alg: 'RS256', kid: rsa.kid }, claims, signerOf('RS256', rsa.privateKey))
}

const expired = { code: 'AUTH_TOKEN_EXPIRED', reason: 'expired' } as const

/** Values of the wrong type, and what is no time. */
function mistyped (name: string): readonly Attack[] {
  const values: readonly unknown[] = [
    null, '', '0', String(now + 600), '1e10', 'never', new Date((now + 600) * 1000).toISOString(), true, false, [], [now + 600], {}, { $numberLong: String(now + 600) },
    { valueOf: now + 600 }, '__proto__'
  ]
  const numbers = ['1e400', '1e20', '253402300800', '9007199254740993', '1e308']
  return [
    ...values.map((value): Attack => ({ name: `${name} ${JSON.stringify(value)} (CVE-2026-25537)`, token: createToken(rsa, { claims: { [name]: value } }), reason: 'claim_type' })),
    ...numbers.map((number): Attack => ({ name: `${name} ${number}`, token: withNumber(name, number), reason: 'claim_type' })),
    { name: `${name} in milliseconds`, token: createToken(rsa, { claims: { [name]: Date.now() + 600_000 } }), reason: 'claim_type' },
    { name: `${name} in microseconds`, token: createToken(rsa, { claims: { [name]: Date.now() * 1_000 } }), reason: 'claim_type' }
  ]
}

t.test('exp (RFC 7519, 4.1.4)', async t => {
  const over: readonly number[] = [now - 6, now - 60, now - year, 1, 0, -1, -1e10, now - 5.5]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa, { claims: { exp: now + 600.5 } }),
    attacks: [
      { name: 'exp absent', token: createToken(rsa, { claims: { exp: undefined } }), reason: 'claim_missing' },
      { name: 'exp in the header only', token: createToken(rsa, { header: { exp: now + 600 }, claims: { exp: undefined } }), reason: 'claim_missing' },
      { name: 'exp in capitals', token: createToken(rsa, { claims: { exp: undefined, EXP: now + 600 } }), reason: 'claim_missing' },
      { name: 'expires_in in its place', token: createToken(rsa, { claims: { exp: undefined, expires_in: 600 } }), reason: 'claim_missing' },
      { name: 'exp in a prototype', token: createPolluted(rsa, { exp: now + 600 }, { exp: undefined }), reason: 'claim_missing' },
      ...over.map((exp): Attack => ({ name: `exp ${exp - now} s from now`, token: createToken(rsa, { claims: { exp, iat: undefined } }), ...expired })),
      { name: 'exp -1e400', token: withNumber('exp', '-1e400'), reason: 'claim_type' },
      ...mistyped('exp')
    ]
  })
})

t.test('nbf (RFC 7519, 4.1.5)', async t => {
  const future = [now + 120, now + 300, now + year, 253_402_300_799, now + 120.5]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa, { claims: { nbf: now - 10 } }),
    attacks: [
      ...future.map((nbf): Attack => ({ name: `nbf ${nbf - now} s from now`, token: createToken(rsa, { claims: { nbf } }), reason: 'not_yet_valid' })),
      { name: 'nbf after exp', token: createToken(rsa, { claims: { nbf: now + 700, exp: now + 600 } }), reason: 'not_yet_valid' },
      { name: 'not yet valid and over at once', token: createToken(rsa, { claims: { nbf: now + 700, exp: now - 600, iat: undefined } }), reason: 'not_yet_valid' },
      ...mistyped('nbf')
    ]
  })
})

t.test('iat (RFC 7519, 4.1.6)', async t => {
  const future = [now + 120, now + 300, now + 1_000_000, 253_402_300_799]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa, { claims: { iat: undefined } }),
    attacks: [
      ...future.map((iat): Attack => ({ name: `iat ${iat - now} s from now`, token: createToken(rsa, { claims: { iat } }), reason: 'issued_in_future' })),
      ...mistyped('iat')
    ]
  })
})

t.test('the tolerance is what the options say, and no more (RFC 7519, 4.1.4)', async t => {
  const none = await createTarget(t, { jwtProvider: provider({ clockToleranceSeconds: 0 }) })
  await attackAll(t, none, {
    control: createToken(rsa),
    attacks: [
      { name: 'exp one second ago', token: createToken(rsa, { claims: { exp: now - 1 } }), ...expired },
      { name: 'exp now', token: createToken(rsa, { claims: { exp: now } }), ...expired },
      { name: 'nbf in two minutes', token: createToken(rsa, { claims: { nbf: now + 120 } }), reason: 'not_yet_valid' }
    ]
  })
  const wide = await createTarget(t, { jwtProvider: provider({ clockToleranceSeconds: 300 }) })
  await assertAccepted(t, wide, createToken(rsa, { claims: { exp: now - 200, nbf: now + 200, iat: now + 200 } }))
  await attackAll(t, wide, {
    control: createToken(rsa, { claims: { exp: now - 100 } }),
    attacks: [
      { name: 'exp beyond it', token: createToken(rsa, { claims: { exp: now - 301 } }), ...expired },
      { name: 'nbf beyond it', token: createToken(rsa, { claims: { nbf: now + 400 } }), reason: 'not_yet_valid' },
      { name: 'iat beyond it', token: createToken(rsa, { claims: { iat: now + 400 } }), reason: 'issued_in_future' }
    ]
  })
})

t.test('age and lifetime, where they are limited', async t => {
  const old = { code: 'AUTH_TOKEN_EXPIRED', reason: 'token_age' } as const
  await attackAll(t, await createTarget(t, { jwtProvider: provider({ maxTokenAgeSeconds: 600 }) }), {
    control: createToken(rsa, { claims: { iat: now - 30 } }),
    attacks: [
      { name: 'no iat to tell the age by', token: createToken(rsa, { claims: { iat: undefined } }), reason: 'claim_missing' },
      { name: 'iat one second too old', token: createToken(rsa, { claims: { iat: now - 606 } }), ...old },
      { name: 'iat 0', token: createToken(rsa, { claims: { iat: 0 } }), ...old },
      { name: 'iat negative', token: createToken(rsa, { claims: { iat: -1 } }), ...old },
      { name: 'iat in the future to seem younger', token: createToken(rsa, { claims: { iat: now + 120 } }), reason: 'issued_in_future' }
    ]
  })
  await attackAll(t, await createTarget(t, { jwtProvider: provider({ maxLifetimeSeconds: 3_600 }) }), {
    control: createToken(rsa, { claims: { exp: now + 3_000 } }),
    attacks: [
      { name: 'made to live a second too long', token: createToken(rsa, { claims: { iat: now, exp: now + 3_601 } }), reason: 'token_lifetime' },
      { name: 'made to live for ever', token: createToken(rsa, { claims: { exp: 253_402_300_799 } }), reason: 'token_lifetime' },
      { name: 'no iat to tell the lifetime by', token: createToken(rsa, { claims: { iat: undefined } }), reason: 'claim_missing' },
      { name: 'iat 0', token: createToken(rsa, { claims: { iat: 0 } }), reason: 'token_lifetime' },
      { name: 'iat -1e15', token: createToken(rsa, { claims: { iat: -1e15 } }), reason: 'token_lifetime' }
    ]
  })
})

t.test('that a token is over is said only of tokens that were good: nobody can probe with forged ones', async t => {
  const stranger = createKey('RS256', rsa.kid)
  const claims = { exp: now - 600, iat: now - 1_200 }
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa),
    attacks: [
      { name: 'over, signed by a stranger', token: createToken(stranger, { claims }), reason: 'signature' },
      { name: 'over, unknown kid', token: createToken(rsa, { header: { kid: 'key-of-nobody' }, claims }), reason: 'kid_unknown' },
      { name: 'over, unknown issuer', token: createToken(rsa, { claims: { ...claims, iss: 'https://evil.example' } }), reason: 'issuer_unknown' },
      { name: 'over, alg none', token: createToken(rsa, { header: { alg: 'none' }, claims }), reason: 'algorithm' },
      { name: 'over, for somebody else', token: createToken(rsa, { claims: { ...claims, aud: 'https://evil.example' } }), reason: 'audience' },
      { name: 'over, bound to a key', token: createToken(rsa, { claims: { ...claims, cnf: { jkt: 'thumbprint' } } }), reason: 'confirmation' },
      { name: 'over, an ID token', token: createToken(rsa, { claims: { ...claims, nonce: 'nonce-of-a-login' } }), reason: 'token_use' },
      { name: 'over, signed by the issuer', token: createToken(rsa, { claims }), ...expired }
    ]
  })
})
