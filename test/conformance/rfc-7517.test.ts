import t from 'tap'
import { jwt } from '../../lib/providers/jwt/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER } from '../fixtures/openid-claims.js'
import { createSigningKey } from '../fixtures/openid-keys.js'

import type { Test } from 'tap'
import type { JwtOptions } from '../../lib/providers/jwt/index.js'

const key = createSigningKey('ES256', 'main')
const other = createSigningKey('EdDSA', 'other')

/** An API whose issuer publishes these keys. */
async function openPublished (t: Test, keys: unknown, options: Partial<JwtOptions> = {}, members: object = {}) {
  const publish = async () => Response.json({ ...members, keys })
  return await openApi(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/jwks`, fetch: publish, ...options }) })
}

t.test('4: members of a key that nobody here understands are ignored', async t => {
  const api = await openPublished(t, [{ ...key.publicKey, 'https://other.example/member': 1, x5t: 'AAAA', x5u: 'https://other.example', x5c: ['MIIB'], exp: 1 }])
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
})

t.test('4.1: kty is compared case and all', async t => {
  for (const kty of ['ec', 'Ec', 'RSA', 'OKP', '', 1, null, undefined]) {
    const api = await openPublished(t, [{ ...key.publicKey, kty }])
    t.strictSame(await api.ask(key.token(claimsOf())), refused('kid_unknown'), JSON.stringify(kty))
  }
})

t.test('4.2: a key that is for encryption, or for something unheard of, verifies nothing', async t => {
  for (const use of ['enc', 'SIG', 'tls', '', 1, null]) {
    const api = await openPublished(t, [{ ...key.publicKey, use }])
    t.strictSame(await api.ask(key.token(claimsOf())), refused('kid_unknown'), JSON.stringify(use))
  }
  const api = await openPublished(t, [{ ...key.publicKey, use: undefined }])
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED, 'a key may do without')
})

t.test('4.3: a key whose operations do not include verifying verifies nothing', async t => {
  for (const operations of [[], ['sign'], ['encrypt', 'decrypt'], ['Verify'], 'verify', {}, null]) {
    const api = await openPublished(t, [{ ...key.publicKey, key_ops: operations }])
    t.strictSame(await api.ask(key.token(claimsOf())), refused('kid_unknown'), JSON.stringify(operations))
  }
  const api = await openPublished(t, [{ ...key.publicKey, key_ops: ['verify'] }])
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
})

t.test('4.4: a key verifies with the algorithm that it names, and with no other', async t => {
  for (const alg of ['ES384', 'ES512', 'RS256', 'EdDSA', 'HS256', 'ECDH-ES', 'none', 'es256', 1, null]) {
    const api = await openPublished(t, [{ ...key.publicKey, alg }])
    t.strictSame(await api.ask(key.token(claimsOf())), refused('kid_unknown'), JSON.stringify(alg))
  }
  const api = await openPublished(t, [{ ...key.publicKey, alg: undefined }])
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED, 'the curve names it too')
})

t.test('4.5: of two keys with one name, the one for the algorithm is meant', async t => {
  const api = await openPublished(t, [key.publicKey, { ...other.publicKey, kid: 'main' }])
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
  t.strictSame(await api.ask(other.token(claimsOf(), { kid: 'main' })), ACCEPTED)
})

t.test('4.5: when there are several even so, none is', async t => {
  const twin = createSigningKey('ES256', 'main')
  const api = await openPublished(t, [key.publicKey, twin.publicKey])
  t.strictSame(await api.ask(key.token(claimsOf())), refused('key_ambiguous'))
  t.strictSame(await api.ask(twin.token(claimsOf())), refused('key_ambiguous'))
})

t.test('5: members of a set that nobody here understands are ignored', async t => {
  const api = await openPublished(t, [key.publicKey], {}, { issuer: 'https://other.example', next: 1 })
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
})

t.test('5: keys that are not understood, incomplete or out of range are ignored, and the others serve', async t => {
  const { x, y } = key.publicKey
  const useless = [
    null, 1, 'text', [], {}, { kty: 'AKP', alg: 'ML-DSA-65', pub: 'AAAA' }, { kty: 'EC' }, { kty: 'EC', crv: 'P-256', x }, { kty: 'EC', crv: 'P-256', x: y, y: x },
    { kty: 'EC', crv: 'P-257', x, y }, { kty: 'EC', crv: 'secp256k1', x, y }, { kty: 'OKP', crv: 'X25519', x }, { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' },
    { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, { kty: 'RSA', n: '', e: '' }, { kty: 'oct', k: 'c2VjcmV0' }
  ]
  const api = await openPublished(t, [...useless, key.publicKey, ...useless])
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
})

t.test('5.1: keys is a list; an empty one withdraws all, anything else is no answer', async t => {
  const empty = await openPublished(t, [])
  t.strictSame(await empty.ask(key.token(claimsOf())), refused('kid_unknown'))
  for (const keys of [{}, { 0: key.publicKey, length: 1 }, 'text', null, undefined]) {
    const api = await openPublished(t, keys)
    t.match(await api.ask(key.token(claimsOf())), { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', isHandled: false }, JSON.stringify(keys))
  }
})

t.test('8.5.1: a type of JSON is asked for and demanded, with or without parameters', async t => {
  for (const type of ['application/jwk-set+json', 'application/json', 'application/json; charset=utf-8', 'Application/JSON']) {
    const fetch = async () => new Response(JSON.stringify({ keys: [key.publicKey] }), { headers: { 'content-type': type } })
    const api = await openPublished(t, [], { fetch })
    t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED, type)
  }
  for (const type of ['text/html', 'text/plain', 'application/jsonp', 'application/octet-stream', '']) {
    const fetch = async () => new Response(JSON.stringify({ keys: [key.publicKey] }), { headers: { 'content-type': type } })
    const api = await openPublished(t, [], { fetch })
    t.match(await api.ask(key.token(claimsOf())), { status: 503, code: 'AUTH_PROVIDER_UNAVAILABLE', isHandled: false }, type)
  }
})

t.test('9.2: a published private or shared key verifies nothing; one in the options stops the boot', async t => {
  const secret = { kty: 'oct', k: Buffer.alloc(64, 1).toString('base64url'), kid: 'main', alg: 'HS256' }
  for (const jwk of [key.privateKey, { ...key.publicKey, d: 'AAAA' }, { ...key.publicKey, k: 'AAAA' }]) {
    const api = await openPublished(t, [jwk])
    t.strictSame(await api.ask(key.token(claimsOf())), refused('kid_unknown'))
    t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwk] } }), { code: 'AUTH_OPTION_INVALID' })
    t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, publicKey: jwk }), { code: 'AUTH_OPTION_INVALID' })
  }
  t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [secret] } }), { code: 'AUTH_OPTION_INVALID' })
})
