import { Buffer } from 'node:buffer'

import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { compact, createKey, createToken, encode, fixed, goodClaims, hmac, ISSUER, AUDIENCE, signerOf, toSigningKey } from './forge.js'
import { attackAll, createTarget } from './harness.js'

import type { Attack } from './harness.js'

const rsa = createKey('RS256')
const ec = createKey('ES256')
const ed = createKey('Ed25519')
const stranger = createKey('RS256', 'key-of-a-stranger')
const strangersCurve = createKey('ES256', 'key-of-a-stranger')
const provider = () => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk, ec.jwk, ed.jwk] } })

/** A token with any `alg`, signed with the issuer's own key all the same: only the name is wrong. */
function renamed (alg: unknown): string {
  return createToken(rsa, { header: { alg } })
}

t.test('unsecured tokens: "none" in every spelling (CVE-2015-9235, CVE-2022-23540; RFC 8725, 3.1 and 3.2)', async t => {
  const spellings = [
    'none', 'None', 'NONE', 'nOnE', 'noNe', 'none ', ' none', 'none\t', 'none\n', 'none\0', '\0none', 'ｎｏｎｅ', 'nоne', 'none,RS256', 'NONE256', 'null', 'undefined', '',
    '0', 'false', '*'
  ]
  const attacks = spellings.flatMap((alg): readonly Attack[] => [
    { name: `alg ${JSON.stringify(alg)} without a signature`, token: createToken(rsa, { header: { alg }, signer: fixed(Buffer.alloc(0)) }), reason: 'token_syntax' },
    { name: `alg ${JSON.stringify(alg)} with one zero byte for a signature`, token: createToken(rsa, { header: { alg }, signer: fixed(Buffer.alloc(1)) }), reason: 'algorithm' },
    { name: `alg ${JSON.stringify(alg)} over a signature that is good`, token: renamed(alg), reason: 'algorithm' }
  ])
  const [header, payload] = createToken(rsa, { header: { alg: 'none', kid: undefined } }).split('.')
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa),
    attacks: [
      ...attacks,
      { name: 'two segments, no dot for the signature', token: `${header}.${payload}`, reason: 'token_syntax' },
      { name: 'good header and claims, signature cut off', token: createToken(rsa).replace(/[^.]+$/, ''), reason: 'token_syntax' },
      { name: 'signature "null" in base64url', token: `${header}.${payload}.${encode('null')}`, reason: 'algorithm' }
    ]
  })
})

t.test('algorithms that are not one of the names (RFC 7515, 4.1.1; RFC 8725, 3.1)', async t => {
  const values: readonly unknown[] = [
    undefined, null, true, false, 0, 256, [], ['RS256'], ['RS256', 'none'], {}, { toString: 'RS256' }, { alg: 'RS256' }, 'rs256', 'Rs256', 'RS256 ', ' RS256', 'RS256\n',
    'RS256\0', 'RS256,ES256', 'ＲＳ２５６', 'RS-256', 'RSA256', 'RSASSA-PKCS1-v1_5', 'SHA256withRSA', 'RS1', 'RS224', 'RS255', 'HS1', 'PS1', 'ES1', 'ES256K', 'Ed448',
    'ESP256', 'SM2', 'ML-DSA-44', 'RSA1_5', 'RSA-OAEP', 'dir', 'A128GCMKW', 'PBES2-HS256+A128KW', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', '__proto__',
    'constructor', 'toString', 'hasOwnProperty', 'length'
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(ec),
    attacks: values.map(alg => ({ name: `alg ${JSON.stringify(alg) ?? 'absent'}`, token: renamed(alg), reason: 'algorithm' }))
  })
})

t.test('algorithms that this issuer does not use, rightly signed with its own keys (RFC 8725, 3.1)', async t => {
  const only = jwt({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'], jwks: { keys: [{ ...rsa.jwk, alg: 'RS256' }] } })
  const others = ['RS384', 'RS512', 'PS256', 'PS384', 'PS512']
  const attacks: readonly Attack[] = [
    ...others.map((alg): Attack => ({ name: `${alg} by the key of RS256`, token: createToken(rsa, { header: { alg }, signer: signerOf(alg, rsa.privateKey) }), reason: 'algorithm' })),
    { name: 'ES256 by a stranger', token: createToken(strangersCurve, { header: { kid: rsa.kid } }), reason: 'algorithm' },
    { name: 'Ed25519 by a stranger', token: createToken(ed, { header: { kid: rsa.kid } }), reason: 'algorithm' },
    { name: 'EdDSA by a stranger', token: createToken(ed, { header: { alg: 'EdDSA', kid: rsa.kid } }), reason: 'algorithm' },
    { name: 'HS256 by a stranger', token: createToken(rsa, { header: { alg: 'HS256' }, signer: hmac('HS256', 'a secret of nobody') }), reason: 'algorithm' },
    { name: 'RS256 by a stranger', token: createToken(stranger, { header: { kid: rsa.kid } }), reason: 'signature' }
  ]
  await attackAll(t, await createTarget(t, { jwtProvider: only }), { control: createToken(rsa), attacks })
})

t.test('algorithms that this key is not for (RFC 8725, 3.1: each key with exactly one; RFC 7517, 4.4)', async t => {
  const p384 = createKey('ES384')
  const unnamed = toSigningKey('RS256', 'key-without-alg', createKey('RS256'))
  const keys = [rsa.jwk, ec.jwk, ed.jwk, p384.jwk, { ...unnamed.jwk, alg: undefined }].map(jwk => JSON.parse(JSON.stringify(jwk)))
  const target = await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys } }) })
  const otherRsa = ['RS384', 'RS512', 'PS256', 'PS384', 'PS512']
  await attackAll(t, target, {
    control: createToken(unnamed),
    attacks: [
      ...otherRsa.map((alg): Attack => ({ name: `${alg} by a key that names RS256`, token: createToken(rsa, { header: { alg }, signer: signerOf(alg, rsa.privateKey) }), reason: 'algorithm' })),
      ...otherRsa.map((alg): Attack => ({ name: `${alg} by an RSA key that names nothing`, token: createToken(unnamed, { header: { alg }, signer: signerOf(alg, unnamed.privateKey) }), reason: 'algorithm' })),
      { name: 'ES384 by a key of P-256', token: createToken(ec, { header: { alg: 'ES384' }, signer: signerOf('ES384', ec.privateKey) }), reason: 'algorithm' },
      { name: 'ES512 by a key of P-256', token: createToken(ec, { header: { alg: 'ES512' }, signer: signerOf('ES512', ec.privateKey) }), reason: 'algorithm' },
      { name: 'ES256 by a key of P-384', token: createToken(p384, { header: { alg: 'ES256' }, signer: signerOf('ES256', p384.privateKey) }), reason: 'algorithm' },
      { name: 'RS256 with the kid of an EC key', token: createToken(rsa, { header: { kid: ec.kid } }), reason: 'algorithm' },
      { name: 'ES256 with the kid of an RSA key', token: createToken(ec, { header: { kid: rsa.kid } }), reason: 'algorithm' },
      { name: 'Ed25519 with the kid of an EC key', token: createToken(ed, { header: { kid: ec.kid } }), reason: 'algorithm' },
      { name: 'ES256 with the kid of an Ed25519 key', token: createToken(ec, { header: { kid: ed.kid } }), reason: 'algorithm' },
      { name: 'RS256 with another RSA key of the issuer named by kid', token: createToken(rsa, { header: { kid: unnamed.kid } }), reason: 'signature' },
      { name: 'ES256 without a kid, by a stranger', token: createToken(strangersCurve, { header: { kid: undefined } }), reason: 'signature' },
      { name: 'RS256 without a kid, when two keys fit', token: createToken(rsa, { header: { kid: undefined } }), reason: 'key_ambiguous' }
    ]
  })
})

t.test('a shared secret: other hashes, other secrets, other families (RFC 7518, 3.2; RFC 8725, 3.5)', async t => {
  const secret = 'eighty bytes of a shared secret that is longer than any block of SHA-256 would be'
  const header = { alg: 'HS256', typ: 'JWT' }
  const sign = (alg: string, text: string | Uint8Array) => compact({ ...header, alg }, goodClaims(), hmac(alg, text))
  const others: ReadonlyArray<readonly [string, string | Uint8Array]> = [
    ['the empty secret (CVE-2026-44351, CVE-2026-45363)', ''], ['one NUL', '\0'], ['"secret"', 'secret'], ['"undefined"', 'undefined'], ['"null"', 'null'],
    ['"[object Object]"', '[object Object]'],
    ['32 zero bytes', Buffer.alloc(32)], ['the issuer', ISSUER], ['the audience', AUDIENCE], ['the secret in upper case', secret.toUpperCase()],
    ['the secret with a blank behind it', `${secret} `],
    ['the secret with a line end behind it', `${secret}\n`], ['the secret as base64', Buffer.from(secret).toString('base64')], ['the secret as hex', Buffer.from(secret).toString('hex')],
    ['the secret in UTF-16', Buffer.from(secret, 'utf16le')], ['the first 32 bytes of the secret', secret.slice(0, 32)], ['the first 64 bytes of the secret', secret.slice(0, 64)]
  ]
  const target = await createTarget(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, secret }) })
  await attackAll(t, target, {
    control: sign('HS256', secret),
    attacks: [
      ...others.map(([name, text]): Attack => ({ name: `HS256 by ${name}`, token: sign('HS256', text), secrets: [secret], reason: 'signature' })),
      { name: 'HS384 by the right secret', token: sign('HS384', secret), reason: 'algorithm' },
      { name: 'HS512 by the right secret', token: sign('HS512', secret), reason: 'algorithm' },
      { name: 'HS256 in the header, MAC of HS512', token: compact(header, goodClaims(), hmac('HS512', secret)), reason: 'signature' },
      { name: 'RS256 by a stranger', token: createToken(stranger), reason: 'algorithm' },
      { name: 'none', token: compact({ alg: 'none' }, goodClaims(), fixed(Buffer.alloc(1))), reason: 'algorithm' }
    ]
  })
})
