import { createHmac, createPublicKey } from 'node:crypto'
import t from 'tap'
import { jwt } from '../../lib/providers/jwt/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey, encode } from '../fixtures/openid-keys.js'

import type { SigningKey } from '../fixtures/openid-keys.js'

const key = createSigningKey('EdDSA', 'main')
const rsa = createSigningKey('RS256', 'main')
const OTHER_ISSUER = 'https://other.example'

function providerOf (issuer: string, { publicKey, alg }: SigningKey) {
  return jwt({ issuer, audience: AUDIENCE, name: issuer, algorithms: [alg], jwks: { keys: [publicKey] } })
}

t.test('3.1: only the algorithms that were listed are used', async t => {
  const es256 = createSigningKey('ES256', 'second')
  const api = await openJwtApi(t, [key, es256], { algorithms: ['EdDSA', 'ES256'] })
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
  t.strictSame(await api.ask(es256.token(claimsOf())), ACCEPTED)
  t.strictSame(await api.ask(rsa.token(claimsOf())), refused('algorithm'))
})

t.test('3.1: which algorithms those are is a matter of each issuer', async t => {
  const api = await openApi(t, { jwtProvider: [providerOf(ISSUER, key), providerOf(OTHER_ISSUER, rsa)] })
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
  t.strictSame(await api.ask(rsa.token(claimsOf({ iss: OTHER_ISSUER }))), ACCEPTED)
  t.strictSame(await api.ask(rsa.token(claimsOf())), refused('algorithm'))
  t.strictSame(await api.ask(key.token(claimsOf({ iss: OTHER_ISSUER }))), refused('algorithm'))
})

t.test('3.1: each key is used with one algorithm, also one that does not name it', async t => {
  const { kty, n, e } = rsa.publicKey
  const publicKey = { kty, n, e } as SigningKey['publicKey']
  const api = await openApi(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, publicKey }) })
  t.strictSame(await api.ask(rsa.token(claimsOf())), ACCEPTED)
  for (const alg of ['RS384', 'RS512', 'PS256', 'PS384', 'PS512']) {
    t.strictSame(await api.ask(rsa.token(claimsOf(), { alg })), refused('algorithm'), alg)
  }
})

t.test('3.1 and 2.1: a public key is never a secret', async t => {
  const publicKey = createPublicKey({ key: rsa.publicKey, format: 'jwk' })
  const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
  const der = publicKey.export({ format: 'der', type: 'spki' })
  for (const secret of [pem, pem.trim(), der, Buffer.from(rsa.publicKey.n ?? '', 'base64url'), JSON.stringify(rsa.publicKey)]) {
    const text = `${encode({ alg: 'HS256', kid: 'main' })}.${encode(claimsOf())}`
    const token = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
    for (const options of [{ jwks: { keys: [rsa.publicKey] } }, { publicKey: pem }]) {
      const api = await openApi(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, ...options }) })
      t.strictSame(await api.ask(token), refused('algorithm'))
    }
  }
  t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, publicKey: pem, algorithms: ['RS256', 'HS256'] }), { code: 'AUTH_OPTION_INVALID' })
  t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, secret: pem }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('3.2: none is accepted in no spelling', async t => {
  const api = await openJwtApi(t, [key])
  for (const alg of ['none', 'None', 'NONE', 'nOnE', 'none ', 'nonе']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { alg })), refused('algorithm'), alg)
    t.match(await api.ask(`${encode({ alg })}.${encode(claimsOf())}.`), { status: 401, isHandled: false }, alg)
  }
})

t.test('3.3: a nested token is not read as its own claims', async t => {
  const api = await openJwtApi(t, [key])
  const inner = key.token(claimsOf())
  t.strictSame(await api.ask(key.token(inner, { cty: 'JWT' })), refused('token_syntax'))
  t.strictSame(await api.ask(key.token(JSON.stringify(inner))), refused('token_syntax'))
})

t.test('3.3: an encrypted token is not taken for a signed one', async t => {
  const api = await openJwtApi(t, [key])
  const header = encode({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: 'main' })
  t.strictSame(await api.ask(`${header}.${encode('key')}.${encode('iv')}.${encode('text')}.${encode('tag')}`), refused('token_syntax'))
  t.strictSame(await api.ask(key.token(claimsOf(), { enc: 'A256GCM' })), refused('header_member'))
})

t.test('3.5: passwords do not make secrets', async t => {
  for (const secret of ['password', 'correct horse battery staple', 'x'.repeat(31)]) {
    t.throws(() => jwt({ issuer: ISSUER, audience: AUDIENCE, secret }), { code: 'AUTH_OPTION_INVALID' }, secret)
  }
})

t.test('3.6: a token that says it is compressed is refused', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf(), { zip: 'DEF' })), refused('header_member'))
})

t.test('3.7: a token is in UTF-8, without a byte order mark', async t => {
  const api = await openJwtApi(t, [key])
  const text = JSON.stringify(claimsOf({ name: 'Zoë' }))
  t.strictSame(await api.ask(key.token(text)), ACCEPTED)
  const others = [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16(), Buffer.from(text, 'latin1'), Buffer.from(`\ufeff${text}`)]
  for (const [index, bytes] of others.entries()) {
    t.strictSame(await api.ask(key.token(bytes)), refused('token_syntax'), `claims ${index}`)
  }
  t.strictSame(await api.ask(key.token(claimsOf(), Buffer.from('\ufeff{"alg":"EdDSA","kid":"main"}'))), refused('token_syntax'), 'header')
})

t.test('3.8: a key counts for the tokens of its issuer only, whatever it is called', async t => {
  const theirs = createSigningKey('EdDSA', 'main')
  const api = await openApi(t, { jwtProvider: [providerOf(ISSUER, key), providerOf(OTHER_ISSUER, theirs)] })
  t.strictSame(await api.ask(key.token(claimsOf())), ACCEPTED)
  t.strictSame(await api.ask(theirs.token(claimsOf({ iss: OTHER_ISSUER }))), ACCEPTED)
  t.strictSame(await api.ask(theirs.token(claimsOf())), refused('signature'))
  t.strictSame(await api.ask(key.token(claimsOf({ iss: OTHER_ISSUER }))), refused('signature'))
  t.strictSame(await api.ask(key.token(claimsOf({ iss: 'https://third.example' }))), refused('issuer_unknown'))
})

t.test('3.8: two issuers that call a user alike do not make him one', async t => {
  const theirs = createSigningKey('EdDSA', 'main')
  const groupsProvider = { fetchGroups: ({ issuer, subject }: { readonly issuer: string, readonly subject: string }) => issuer === ISSUER && subject === 'alice' ? ['admin'] : [] }
  const api = await openApi(t, { jwtProvider: [providerOf(ISSUER, key), providerOf(OTHER_ISSUER, theirs)], groupsProvider })
  t.match(await api.me(key.token(claimsOf())), { id: 'alice', groups: ['admin'] })
  t.match(await api.me(theirs.token(claimsOf({ iss: OTHER_ISSUER }))), { id: 'alice', groups: [] })
})

t.test('3.8: a token without a valid subject is refused', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf({ sub: undefined }))), refused('claim_missing'))
  for (const sub of ['', null, 1, ['alice']]) {
    t.strictSame(await api.ask(key.token(claimsOf({ sub }))), refused('claim_type'), JSON.stringify(sub))
  }
})

t.test('3.9: a token without an audience, or for another one, is refused', async t => {
  const api = await openJwtApi(t, [key])
  for (const aud of [undefined, [], 'https://other.example']) {
    t.strictSame(await api.ask(key.token(claimsOf({ aud }))), refused('audience'), JSON.stringify(aud))
  }
})

t.test('3.10: a kid is compared and nothing else', async t => {
  const api = await openJwtApi(t, [key])
  for (const kid of ["main' OR '1'='1", '../../main', '/dev/null', 'main\u0000', '*', 'main)(uid=*', 'https://attacker.example/jwks', 'x'.repeat(5_000), '__proto__', 'toString']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { kid })), refused('kid_unknown'), JSON.stringify(kid.slice(0, 30)))
  }
})

t.test('3.11: with an explicit type, every other and none is refused', async t => {
  const api = await openJwtApi(t, [key], { typ: 'at+jwt' })
  for (const typ of ['at+jwt', 'application/at+jwt']) {
    t.strictSame(await api.ask(key.token(claimsOf(), { typ })), ACCEPTED, typ)
  }
  for (const typ of [undefined, 'JWT', 'secevent+jwt', 'logout+jwt', 'application/jwt', 'at', 'at+jwt+x', '', null, 1]) {
    t.strictSame(await api.ask(key.token(claimsOf(), { typ })), refused('token_type'), JSON.stringify(typ))
  }
})

t.test('3.12: tokens of other kinds are not taken for access tokens, nor these for ID tokens', async t => {
  const access = await openJwtApi(t, [key])
  const id = await openJwtApi(t, [key], { tokenUse: 'id' })
  const others: ReadonlyArray<readonly [claims: object, header: object]> = [
    [{ nonce: 'n' }, {}], [{ at_hash: 'h' }, {}], [{ c_hash: 'h' }, {}], [{ events: {} }, {}], [{ token_use: 'id' }, {}], [{ typ: 'ID' }, {}], [{ typ: 'Refresh' }, {}],
    [{}, { typ: 'logout+jwt' }], [{}, { typ: 'secevent+jwt' }], [{}, { typ: 'dpop+jwt' }], [{}, { typ: 'application/token-introspection+jwt' }]
  ]
  for (const [claims, header] of others) {
    t.strictSame(await access.ask(key.token(claimsOf({ ...claims }), header)), refused('token_use'), JSON.stringify([claims, header]))
  }
  t.strictSame(await id.ask(key.token(claimsOf({ nonce: 'n' }))), ACCEPTED)
  t.strictSame(await id.ask(key.token(claimsOf(), { typ: 'at+jwt' })), refused('token_use'))
})
