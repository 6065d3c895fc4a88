import t from 'tap'

import { generateKeys } from '../../../fixtures/generate-keys.js'
import { ALGORITHMS, DEFAULT_ALGORITHMS } from '../../../../lib/providers/jwt/algorithms.js'
import { vetJwk } from '../../../../lib/providers/jwt/vet-jwk.js'

import type { JsonWebKey } from 'node:crypto'
import type { Algorithm } from '../../../../lib/providers/jwt/algorithms.js'

const rsa = toJwk(generateKeys('rsa', { modulusLength: 2048 }))
const p256 = toJwk(generateKeys('ec', { namedCurve: 'P-256' }))
const p384 = toJwk(generateKeys('ec', { namedCurve: 'P-384' }))
const p521 = toJwk(generateKeys('ec', { namedCurve: 'P-521' }))
const ed25519 = toJwk(generateKeys('ed25519'))

function toJwk ({ publicKey }: ReturnType<typeof generateKeys>): JsonWebKey {
  return (publicKey as unknown as { export (options: object): JsonWebKey }).export({ format: 'jwk' })
}

/** The algorithm of the key, or why there is none. */
function vet (jwk: unknown, allowed: readonly Algorithm[] = DEFAULT_ALGORITHMS): string {
  const vetted = vetJwk(jwk, allowed)
  return vetted.kind === 'usable' ? vetted.key.algorithm : vetted.problem
}

function toExponent (value: bigint): string {
  const digits = value.toString(16)
  return Buffer.from(digits.padStart(digits.length + digits.length % 2, '0'), 'hex').toString('base64url')
}

t.test('gives a key exactly one algorithm: its own, or the one of its kind', async t => {
  t.equal(vet({ ...rsa, alg: 'PS384' }), 'PS384')
  t.equal(vet(rsa), 'RS256')
  t.equal(vet(rsa, ['RS256', 'PS256']), 'RS256')
  t.equal(vet(rsa, ['PS256', 'ES256']), 'PS256')
  t.equal(vet(rsa, ['RS512']), 'RS512')
  t.equal(vet(p256), 'ES256')
  t.equal(vet(p384), 'ES384')
  t.equal(vet(p521), 'ES512')
  t.equal(vet(ed25519), 'Ed25519')
  t.equal(vet({ ...ed25519, alg: 'EdDSA' }), 'Ed25519')
  t.equal(vet({ ...ed25519, alg: 'EdDSA' }, ['Ed25519']), 'Ed25519')
  t.equal(vet(ed25519, ['EdDSA']), 'Ed25519')
})

t.test('leaves keys for other purposes and algorithms alone', async t => {
  t.equal(vet(rsa, ['RS384', 'PS384']), 'foreign', 'two in question, none the usual one')
  t.equal(vet(rsa, ['ES256']), 'foreign')
  t.equal(vet(p256, ['ES384']), 'foreign')
  t.equal(vet({ ...rsa, use: 'enc' }), 'foreign')
  t.equal(vet({ ...rsa, use: 'SIG' }), 'foreign')
  t.equal(vet({ ...rsa, use: null }), 'foreign')
  t.equal(vet({ ...rsa, key_ops: ['encrypt'] }), 'foreign')
  t.equal(vet({ ...rsa, key_ops: [] }), 'foreign')
  for (const alg of ['RSA-OAEP', 'none', 'HS256', 'ES256', 'rs256', '', null, 1, 'RS256 ']) {
    t.equal(vet({ ...rsa, alg }, ALGORITHMS), 'foreign', String(alg))
  }
  t.equal(vet({ ...p256, alg: 'ES384' }), 'foreign')
  t.equal(vet({ ...p256, crv: 'secp256k1' }), 'foreign')
  t.equal(vet({ kty: 'OKP', crv: 'X25519', x: ed25519.x }), 'foreign')
  t.equal(vet({ kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' }), 'foreign')
})

t.test('uses keys that are for verification', async t => {
  t.equal(vet({ ...rsa, use: 'sig', key_ops: ['verify'], kid: 'a', x5t: 'x', x5c: ['AAAA'] }), 'RS256')
})

t.test('never uses a private or symmetric key, whatever else is in it', async t => {
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']) {
    t.equal(vet({ ...rsa, [member]: 'AAAA' }), 'secret', member)
    t.equal(vet({ ...p256, [member]: null }), 'secret', member)
  }
  t.equal(vet({ kty: 'oct', k: 'A'.repeat(43), alg: 'HS256' }, ALGORITHMS), 'secret')
  t.equal(vet({ kty: 'oct' }, ALGORITHMS), 'secret')
})

t.test('never uses a weak key', async t => {
  t.equal(vet(toJwk(generateKeys('rsa', { modulusLength: 1024 }))), 'weak')
  for (const e of ['AQ', 'AA', 'Ag', 'BA', 'AQAA']) {
    t.equal(vet({ ...rsa, e }), 'weak', `exponent ${e}`)
  }
  for (const e of ['Aw', 'AQAB', 'AAAAAQAB', toExponent(2n ** 64n - 1n)]) t.equal(vet({ ...rsa, e }), 'RS256', `exponent ${e}`)
  for (const exponent of [2n ** 64n, 2n ** 64n + 1n, 2n ** 256n - 1n, 2n ** 2046n + 1n]) {
    t.equal(vet({ ...rsa, e: toExponent(exponent) }), 'weak', `exponent ${exponent}`)
  }
})

t.test('never uses a point for which signatures can be made up', async t => {
  const points = [
    '0000000000000000000000000000000000000000000000000000000000000000', '0000000000000000000000000000000000000000000000000000000000000080',
    '0100000000000000000000000000000000000000000000000000000000000000', '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'
  ]
  for (const point of points) {
    t.equal(vet({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(point, 'hex').toString('base64url') }), 'weak', point)
  }
})

t.test('does not use what is no key', async t => {
  for (const jwk of [null, undefined, 1, 'key', [], {}, { kty: 1 }, { kty: ['RSA'] }, [rsa]]) {
    t.equal(vet(jwk), 'malformed', JSON.stringify(jwk))
  }
  t.equal(vet({ ...rsa, key_ops: 'verify' }), 'malformed')
  for (const kid of [1, null, ['a'], {}]) {
    t.equal(vet({ ...rsa, kid }), 'malformed', JSON.stringify(kid))
  }
  t.equal(vet({ ...rsa, n: undefined }), 'malformed')
  t.equal(vet({ ...rsa, e: 3 }), 'malformed')
  t.equal(vet({ ...p256, y: p256.x }), 'malformed', 'not on the curve')
  t.equal(vet({ ...p256, x: undefined }), 'malformed')
  t.equal(vet({ ...ed25519, x: 'AAAA' }), 'malformed')
  t.equal(vet({ ...ed25519, kty: 'EC' }), 'malformed')
})
