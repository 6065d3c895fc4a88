import { Buffer } from 'node:buffer'

import t from 'tap'

import { generateKeys } from '../fixtures/generate-keys.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, encode, fixed, hmac, ISSUER, signerOf, toSigningKey } from './forge.js'
import { assertAccepted, assertRefused, createTarget } from './harness.js'
import { json, listen } from './listen.js'
import { pkcs1Block } from './rsa.js'

import type { JsonWebKey } from 'node:crypto'
import type { Test } from 'tap'
import type { Signer, SigningKey } from './forge.js'
import type { Attack } from './harness.js'

/** A key as a hostile or careless issuer publishes it, and a token that it would verify if anybody used it. */
interface Poison {
  readonly name: string
  /** What stands in the key set beside the good key. */
  readonly entries: readonly unknown[]
  readonly token: string
  /** Default `kid_unknown`: it is as if the key was not there. */
  readonly reason?: Attack['reason']
}

const good = createKey('RS256', 'good')
const rsa = createKey('RS256', 'poison')
const ec = createKey('ES256', 'poison')
const ed = createKey('Ed25519', 'poison')
const weak1024 = shortKey(1024)
const weak2047 = shortKey(2047)

function shortKey (modulusLength: number): SigningKey {
  return toSigningKey('RS256', 'poison', generateKeys('rsa', { modulusLength }))
}

/** An RSA key with other members, and a token rightly signed by the key that it was. */
function withMembers (name: string, members: Readonly<Record<string, unknown>>, key: SigningKey = rsa, reason?: Attack['reason']): Poison {
  return { name, entries: [{ ...key.jwk, ...members }], token: createToken(key), ...(reason !== undefined && { reason }) }
}

function forged (name: string, jwk: Readonly<Record<string, unknown>>, alg: string, signer: Signer): Poison {
  return { name, entries: [{ kid: 'poison', use: 'sig', ...jwk }], token: createToken(rsa, { header: { alg }, signer }) }
}

const exponents: readonly Poison[] = [
  forged('RSA with the exponent 1: the signature is the text', { ...rsa.jwk, e: 'AQ' }, 'RS256', input => pkcs1Block('sha256', input)),
  forged('RSA with the exponent 0', { ...rsa.jwk, e: 'AA' }, 'RS256', fixed(Buffer.alloc(256, 1))),
  withMembers('RSA with the exponent 2', { e: 'Ag' }),
  withMembers('RSA with the exponent 65536', { e: 'AQAA' }),
  withMembers('RSA with an empty exponent', { e: '' }),
  withMembers('RSA without an exponent', { e: undefined }),
  withMembers('RSA with an exponent of 2048 bits', { e: rsa.jwk.n }),
  withMembers('RSA with an exponent of 65 bits', { e: encode(Buffer.from('010000000000000001', 'hex')) }),
  withMembers('RSA with a modulus of 100,000 bits', { n: Buffer.alloc(12_500, 0xab).toString('base64url') }, rsa, 'signature'),
  withMembers('RSA whose exponent is a number', { e: 65537 })
]

const moduli: readonly Poison[] = [
  withMembers('RSA of 1024 bits (RFC 7518, 3.3)', {}, weak1024),
  withMembers('RSA of 1024 bits, zeros in front', { n: Buffer.concat([Buffer.alloc(128), Buffer.from(weak1024.jwk.n ?? '', 'base64url')]).toString('base64url') }, weak1024),
  withMembers('RSA of 2047 bits', {}, weak2047),
  forged('RSA with the modulus 1', { kty: 'RSA', n: 'AQ', e: 'AQAB' }, 'RS256', fixed(Buffer.alloc(1))),
  forged('RSA with the modulus 0', { kty: 'RSA', n: 'AA', e: 'AQAB' }, 'RS256', fixed(Buffer.alloc(1))),
  withMembers('RSA with an empty modulus', { n: '' }),
  withMembers('RSA without a modulus', { n: undefined }),
  withMembers('RSA whose modulus is a list', { n: [rsa.jwk.n] }),
  withMembers('RSA whose modulus is an object', { n: { toString: rsa.jwk.n } })
]

const secrets: readonly Poison[] = [
  withMembers('RSA with all its private members', rsa.privateKey.export({ format: 'jwk' })),
  ...['d', 'p', 'q', 'dp', 'dq', 'qi'].map(name => withMembers(`RSA with the private member ${name}`, { [name]: rsa.privateKey.export({ format: 'jwk' })[name as keyof JsonWebKey] })),
  withMembers('RSA with a private member that is null', { d: null }),
  withMembers('RSA with further primes', { oth: [{ r: 'AQ', d: 'AQ', t: 'AQ' }] }),
  withMembers('RSA with a symmetric member', { k: encode('a secret in a public key') }),
  withMembers('EC with its private member', ec.privateKey.export({ format: 'jwk' }), ec),
  withMembers('Ed25519 with its private member', ed.privateKey.export({ format: 'jwk' }), ed),
  ...['HS256', 'HS384', 'HS512'].map(alg => ({ ...forged(`symmetric, for ${alg}`, { kty: 'oct', k: encode('x'.repeat(64)), alg }, alg, hmac(alg, 'x'.repeat(64))), reason: 'algorithm' as const })),
  { ...forged('symmetric and empty', { kty: 'oct', k: '', alg: 'HS256' }, 'HS256', hmac('HS256', '')), reason: 'algorithm' },
  { ...forged('symmetric, no algorithm named', { kty: 'oct', k: encode('x'.repeat(64)) }, 'HS256', hmac('HS256', 'x'.repeat(64))), reason: 'algorithm' },
  forged('symmetric, called RS256', { kty: 'oct', k: encode('x'.repeat(64)), alg: 'RS256' }, 'RS256', hmac('HS256', 'x'.repeat(64)))
]

const uses: readonly Poison[] = [
  ...['enc', 'SIG', 'sign', '', ' sig', null, ['sig'], {}, true].map(use => withMembers(`use ${JSON.stringify(use)} (RFC 7517, 4.2)`, { use })),
  ...[
    [], ['sign'], ['encrypt'], ['decrypt', 'wrapKey'], ['VERIFY'], [['verify']], 'verify', {}, null
  ].map(operations => withMembers(`key_ops ${JSON.stringify(operations)} (RFC 7517, 4.3)`, { key_ops: operations })),
  ...[
    'none', 'HS256', 'RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5', 'dir', 'ES256', 'EdDSA', 'rs256', 'RS256 ', '', null, ['RS256'], {}, 256, true
  ].map(alg => withMembers(`RSA for the algorithm ${JSON.stringify(alg)} (RFC 7517, 4.4)`, { alg })),
  ...['RS512', 'PS256'].map(alg => withMembers(`RSA for ${alg}, token of RS256`, { alg }, rsa, 'algorithm')),
  withMembers('EC for ECDH', { alg: 'ECDH-ES' }, ec),
  withMembers('EC P-256 for ES384', { alg: 'ES384' }, ec),
  withMembers('EC for RS256', { alg: 'RS256' }, ec)
]

const types: readonly Poison[] = [
  ...['rsa', 'RSA ', 'oct', 'OKP', 'EC', '', null, ['RSA'], 7, undefined].map(kty => withMembers(`RSA called ${JSON.stringify(kty)}`, { kty })),
  withMembers('EC called RSA', { kty: 'RSA' }, ec),
  withMembers('EC on secp256k1', {}, createKey('ES256K', 'poison'), 'algorithm'),
  withMembers('EC, name of another curve', { crv: 'P-384' }, ec),
  withMembers('EC, no curve', { crv: undefined }, ec),
  withMembers('EC, point off the curve (RFC 8725, 3.4)', { y: ec.jwk.x }, ec),
  withMembers('EC, y missing', { y: undefined }, ec),
  forged('EC, point at infinity', { kty: 'EC', crv: 'P-256', x: encode(Buffer.alloc(32)), y: encode(Buffer.alloc(32)) }, 'ES256', fixed(Buffer.alloc(64, 1))),
  forged('X25519 in place of Ed25519', { kty: 'OKP', crv: 'X25519', x: ed.jwk.x }, 'EdDSA', signerOf('Ed25519', ed.privateKey)),
  forged('Ed448 called Ed25519', { kty: 'OKP', crv: 'Ed25519', x: encode(Buffer.alloc(57, 1)) }, 'EdDSA', fixed(Buffer.alloc(114))),
  ...['00'.repeat(32), `01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, `ec${'ff'.repeat(30)}7f`, `ec${'ff'.repeat(31)}`, `ed${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(30)}7f`,
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'
  ].map(x => {
    const name = `Ed25519, point of small order ${x.slice(0, 8)}…${x.slice(-2)} (RFC 8032, 5.1.7)`
    return forged(name, { kty: 'OKP', crv: 'Ed25519', x: encode(Buffer.from(x, 'hex')) }, 'EdDSA', fixed(Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])))
  })
]

const names: readonly Poison[] = [
  { name: 'two keys with one kid (RFC 7517, 4.5)', entries: [rsa.jwk, createKey('RS256', 'poison').jwk], token: createToken(rsa), reason: 'key_ambiguous' },
  { name: 'the same key twice', entries: [rsa.jwk, rsa.jwk], token: createToken(rsa), reason: 'key_ambiguous' },
  { name: 'a stranger without a kid, token with that of the good key', entries: [{ ...rsa.jwk, kid: undefined }], token: createToken(rsa, { header: { kid: 'good' } }), reason: 'signature' },
  { name: 'a stranger without a kid, token without a kid', entries: [{ ...rsa.jwk, kid: undefined }], token: createToken(rsa, { header: { kid: undefined } }), reason: 'key_ambiguous' },
  ...[1, null, true, [], ['poison'], {}].map(kid => ({ name: `kid ${JSON.stringify(kid)}`, entries: [{ ...rsa.jwk, kid }], token: createToken(rsa, { header: { kid: 'poison' } }) })),
  { name: 'entries that are no objects', entries: [null, 0, 'poison', true, [], [rsa.jwk]], token: createToken(rsa) },
  { name: 'the key one level deeper', entries: [{ keys: [rsa.jwk] }, { poison: rsa.jwk }], token: createToken(rsa) },
  { name: 'the key in a prototype', entries: [JSON.parse(`{"__proto__":${JSON.stringify(rsa.jwk)}}`)], token: createToken(rsa) },
  { name: 'the key as a text', entries: [JSON.stringify(rsa.jwk)], token: createToken(rsa) },
  { name: 'the key as a certificate only', entries: [{ kty: 'RSA', kid: 'poison', use: 'sig', x5c: ['MIIB'] }], token: createToken(rsa) },
  { name: 'an address of keys', entries: [{ kty: 'RSA', kid: 'poison', use: 'sig', x5u: 'https://evil.example/' }], token: createToken(rsa) }
]

/** The poison does not verify, and the good key behind it does. */
async function assertHarmless (t: Test, { name, entries, token, reason = 'kid_unknown' }: Poison): Promise<void> {
  const { url: jwksUri } = await listen(t, json({ keys: [...entries, good.jwk] }))
  const target = await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri }) })
  await assertRefused(t, target, { name, token, reason })
  await assertAccepted(t, target, createToken(good))
}

for (const [title, table] of Object.entries({ exponents, moduli, secrets, uses, types, names })) {
  t.test(`published keys that must not verify anything: ${title}`, async t => {
    for (const poison of table) {
      await t.test(poison.name, t => assertHarmless(t, poison))
    }
  })
}

t.test('the keys that the tables begin with do verify when nothing is wrong with them', async t => {
  for (const key of [rsa, ec, ed]) {
    const { url: jwksUri } = await listen(t, json({ keys: [key.jwk] }))
    await assertAccepted(t, await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri }) }), createToken(key))
  }
})
