import { createHmac, createPrivateKey, sign } from 'node:crypto'
import t from 'tap'
import { generateKeys } from '../fixtures/generate-keys.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey, encode } from '../fixtures/openid-keys.js'

import type { JsonWebKey } from 'node:crypto'

const common = { issuer: ISSUER, audience: AUDIENCE }

t.test('3.1: every algorithm that is on offer verifies', async t => {
  for (const algorithm of ['RS256', 'PS256', 'ES256', 'ES512', 'EdDSA'] as const) {
    const key = createSigningKey(algorithm, 'main')
    const api = await openJwtApi(t, [key])
    t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED, algorithm)
  }
})

t.test('3.2: a secret has at least the size of the hash', async t => {
  for (const [algorithm, bytes] of [['HS256', 32], ['HS384', 48], ['HS512', 64]] as const) {
    t.throws(() => jwt({ ...common, secret: Buffer.alloc(bytes - 1, 7), algorithms: [algorithm] }), { code: 'AUTH_OPTION_INVALID' }, algorithm)
    const secret = Buffer.alloc(bytes, 7)
    const text = `${encode({ alg: algorithm })}.${encode(claimsOf())}`
    const token = `${text}.${createHmac(`sha${algorithm.slice(2)}`, secret).update(text).digest('base64url')}`
    const api = await openApi(t, { jwtProvider: jwt({ ...common, secret, algorithms: [algorithm] }) })
    t.strictSame(await api.ask(token), ACCEPTED, algorithm)
    t.match(await api.ask(token.slice(0, -4)), { status: 401, code: 'AUTH_TOKEN_INVALID', isHandled: false }, 'a truncated code')
  }
})

t.test('3.3 and 3.5: an RSA key has at least 2,048 bits', async t => {
  const { publicKey } = generateKeys('rsa', { modulusLength: 1024 })
  const jwk = publicKey.export({ format: 'jwk' })
  for (const algorithm of ['RS256', 'PS256'] as const) {
    t.throws(() => jwt({ ...common, jwks: { keys: [jwk] }, algorithms: [algorithm] }), { code: 'AUTH_OPTION_INVALID' })
    t.throws(() => jwt({ ...common, publicKey: jwk, algorithms: [algorithm] }), { code: 'AUTH_OPTION_INVALID' })
    t.throws(() => jwt({ ...common, publicKey: String(publicKey.export({ format: 'pem', type: 'spki' })), algorithms: [algorithm] }), { code: 'AUTH_OPTION_INVALID' })
  }
})

t.test('3.3 and 3.5: RS256 and PS256 are two algorithms, though a key fits both', async t => {
  const [rs256, ps256] = [createSigningKey('RS256', 'main'), createSigningKey('PS256', 'main')]
  const [acceptsRs256, acceptsPs256] = [await openJwtApi(t, [rs256]), await openJwtApi(t, [ps256])]
  t.strictSame(await acceptsRs256.ask(ps256.token(claimsOf())), refused('algorithm'))
  t.strictSame(await acceptsPs256.ask(rs256.token(claimsOf())), refused('algorithm'))
  t.strictSame(await acceptsRs256.ask(ps256.token(claimsOf(), { alg: 'RS256' })), refused('signature'))
})

t.test('3.4: an ECDSA signature is R and S, each as long as the curve asks, and nothing else', async t => {
  const key = createSigningKey('ES256', 'main')
  const api = await openJwtApi(t, [key])
  const text = `${encode({ alg: 'ES256', kid: 'main' })}.${encode(claimsOf())}`
  const good = key.sign(text)
  const der = sign('sha256', Buffer.from(text), createPrivateKey({ key: key.privateKey, format: 'jwk' }))
  t.strictSame(await api.ask(`${text}.${good.toString('base64url')}`), ACCEPTED)
  const others = [
    der, good.subarray(1), good.subarray(0, 63), Buffer.concat([Buffer.alloc(1), good]), Buffer.concat([good, Buffer.alloc(1)]), Buffer.concat([good, good]), good.subarray(0, 32),
    Buffer.alloc(64), Buffer.concat([Buffer.alloc(32), good.subarray(32)]), Buffer.concat([good.subarray(0, 32), Buffer.alloc(32)]), Buffer.concat([good.subarray(32), good.subarray(0, 32)])
  ]
  for (const [index, signature] of others.entries()) {
    t.strictSame(await api.ask(`${text}.${signature.toString('base64url')}`), refused('signature'), `signature ${index}`)
  }
})

t.test('3.4: each ECDSA algorithm has its curve', async t => {
  const p521 = createSigningKey('ES512', 'main')
  t.throws(() => jwt({ ...common, publicKey: { ...p521.publicKey, alg: 'ES256' } }), { code: 'AUTH_OPTION_INVALID' })
  const { kty, crv, x, y } = p521.publicKey
  t.throws(() => jwt({ ...common, publicKey: toJwk({ kty, crv, x, y }), algorithms: ['ES256'] }), { code: 'AUTH_OPTION_INVALID' })
  const api = await openJwtApi(t, [p521])
  t.strictSame(await api.ask(p521.token(claimsOf(), { alg: 'ES256' })), refused('algorithm'))
})

t.test('3.6: none is not on offer', async t => {
  const { publicKey } = createSigningKey('EdDSA', 'main')
  for (const algorithm of ['none', 'None', 'NONE', 'nOnE', '']) {
    t.throws(() => jwt({ ...common, publicKey, algorithms: [algorithm as 'EdDSA'] }), { code: 'AUTH_OPTION_INVALID' }, algorithm)
  }
})

t.test('6.2: a point is on its curve', async t => {
  const { kty, crv, x, y } = createSigningKey('ES256', 'main').publicKey
  const moved = Buffer.from(y ?? '', 'base64url')
  moved.writeUInt8(moved.readUInt8(31) ^ 1, 31)
  t.throws(() => jwt({ ...common, publicKey: toJwk({ kty, crv, x, y: moved.toString('base64url') }) }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('6.3: an RSA exponent with which anybody could sign is none', async t => {
  const { publicKey } = createSigningKey('RS256', 'main')
  for (const exponent of [0, 1, 2, 4, 65_536]) {
    const e = Buffer.from([exponent >> 16, exponent >> 8, exponent]).toString('base64url')
    t.throws(() => jwt({ ...common, publicKey: { ...publicKey, e } }), { code: 'AUTH_OPTION_INVALID' }, String(exponent))
  }
})

t.test('RFC 8037, 3.1, and RFC 9864, 2.2: Ed25519 has two names', async t => {
  const key = createSigningKey('EdDSA', 'main')
  for (const name of ['EdDSA', 'Ed25519']) {
    const api = await openApi(t, { jwtProvider: jwt({ ...common, publicKey: { ...key.publicKey, alg: name } }) })
    for (const alg of ['EdDSA', 'Ed25519']) {
      t.strictSame(await api.ask(key.token(claimsOf(), { alg })), ACCEPTED, `${alg} with a key for ${name}`)
    }
    t.strictSame(await api.ask(key.token(claimsOf(), { alg: 'Ed448' })), refused('algorithm'))
  }
})

/** A key as it is read from JSON: without the members that it does not have. */
function toJwk (members: Readonly<Record<string, string | undefined>>): JsonWebKey {
  return JSON.parse(JSON.stringify(members))
}
