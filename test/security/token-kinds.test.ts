import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createToken, ISSUER } from './forge.js'
import { assertAccepted, attackAll, createTarget, withToken } from './harness.js'

import type { Attack } from './harness.js'
import type { CommonJwtOptions } from '../../lib/providers/jwt/index.js'

const rsa = createKey('RS256')
const provider = (options: Partial<CommonJwtOptions> = {}) => jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] }, ...options })
const withTyp = (typ: unknown) => createToken(rsa, { header: { typ } })
const withClaims = (claims: Readonly<Record<string, unknown>>) => createToken(rsa, { claims })

t.test('other tokens of the same issuer, offered as access tokens (RFC 8725, 2.8 and 3.12; RFC 9068, 5)', async t => {
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const claims: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
    ['ID token with a nonce (OpenID Connect Core, 2)', { nonce: 'n-0S6_WzA2Mj' }], ['ID token whose nonce is null', { nonce: null }],
    ['ID token with at_hash', { at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }], ['ID token with c_hash', { c_hash: 'LDktKdoQak3Pk0cnXxCltA' }],
    ['logout token (Back-Channel Logout, 2.4)', { events, sid: '08a5019c' }], ['security event (RFC 8417)', { events: {} }], ['events that are null', { events: null }],
    ['token_use id (Cognito)', { token_use: 'id' }], ['token_use ID', { token_use: 'ID' }], ['token_use IdToken', { token_use: 'IdToken' }],
    ['token_use refresh', { token_use: 'refresh' }], ['token_use Refresh', { token_use: 'Refresh' }], ['token_use logout', { token_use: 'logout' }],
    ['typ ID in the claims (Keycloak)', { typ: 'ID' }], ['typ id in the claims', { typ: 'id' }], ['typ Refresh in the claims (Keycloak)', { typ: 'Refresh' }],
    ['typ Offline in the claims (Keycloak)', { typ: 'Offline' }], ['typ Logout in the claims (Keycloak)', { typ: 'Logout' }],
    ['typ refresh_token in the claims', { typ: 'refresh_token' }],
    ['typ Bearer, token_use id', { typ: 'Bearer', token_use: 'id' }], ['token_use access, nonce', { token_use: 'access', nonce: 'n-0S6_WzA2Mj' }]
  ]
  const types = [
    'logout+jwt', 'application/logout+jwt', 'LOGOUT+JWT', 'secevent+jwt', 'application/secevent+jwt', 'dpop+jwt', 'kb+jwt', 'dc+sd-jwt', 'vc+jwt', 'vp+jwt', 'token-introspection+jwt', 'oauth-authz-req+jwt',
    'client-authentication+jwt', 'entity-statement+jwt', 'statuslist+jwt',
    'id_token+jwt', 'rt+jwt', 'refresh+jwt', 'jwt-bearer+jwt', 'at2+jwt', 'xat+jwt', 'text/at+jwt', 'application/x/at+jwt', 'wallet-unit+jwt', 'ID', 'Refresh', 'Offline', 'Logout'
  ]
  const mistyped: readonly unknown[] = [null, 7, true, [], ['access'], {}]
  await attackAll(t, await createTarget(t, { jwtProvider: provider() }), {
    control: createToken(rsa, { header: { typ: 'application/at+jwt' }, claims: { token_use: 'access' } }),
    attacks: [
      ...claims.map(([name, said]): Attack => ({ name, token: withClaims(said), reason: 'token_use' })),
      ...types.map((typ): Attack => ({ name: `typ ${typ}`, token: withTyp(typ), reason: 'token_use' })),
      ...mistyped.map((typ): Attack => ({ name: `typ ${JSON.stringify(typ)}`, token: withTyp(typ), reason: 'token_type' })),
      ...mistyped.map((use): Attack => ({ name: `token_use ${JSON.stringify(use)}`, token: withClaims({ token_use: use }), reason: 'claim_type' })),
      ...mistyped.map((typ): Attack => ({ name: `typ ${JSON.stringify(typ)} in the claims`, token: withClaims({ typ }), reason: 'claim_type' }))
    ]
  })
})

t.test("typ: 'at+jwt' lets in nothing else (RFC 9068, 4; RFC 8725, 3.11)", async t => {
  const types = [
    undefined, '', 'JWT', 'jwt', 'JOSE', 'JOSE+JSON', 'at', 'at+jwt ', ' at+jwt', 'at+jwt;v=1', 'at+jwt, JWT', 'at+JWT\0', 'at +jwt', 'at-jwt', 'at_jwt', 'atjwt',
    'at+jws', 'at+jwt+jwt', 'application/at+jwt2', 'APPLICATION/', 'application/application/at+jwt', 'text/at+jwt', 'application//at+jwt', 'Application', 'id+jwt',
    'rt+jwt', 'logout+jwt', '*', '__proto__', '\u0430t+jwt'
  ]
  const target = await createTarget(t, { jwtProvider: provider({ typ: 'at+jwt' }) })
  await assertAccepted(t, target, withTyp('AT+JWT'))
  await attackAll(t, target, {
    control: withTyp('at+jwt'),
    attacks: [
      ...types.map((typ): Attack => ({ name: `typ ${JSON.stringify(typ) ?? 'absent'}`, token: withTyp(typ), reason: 'token_type' })),
      { name: 'typ at+jwt in the claims only', token: createToken(rsa, { header: { typ: undefined }, claims: { typ: 'at+jwt' } }), reason: 'token_type' },
      { name: 'typ at+jwt by content type', token: createToken(rsa, { header: { typ: undefined, cty: 'at+jwt' } }), reason: 'token_type' },
      { name: 'typ at+jwt, claims of an ID token (Keycloak)', token: createToken(rsa, { header: { typ: 'at+jwt' }, claims: { typ: 'ID' } }), reason: 'token_use' },
      { name: 'typ at+jwt, token_use refresh', token: createToken(rsa, { header: { typ: 'at+jwt' }, claims: { token_use: 'refresh' } }), reason: 'token_use' }
    ]
  })
})

t.test("tokenUse: 'id' lets in no access token", async t => {
  const target = await createTarget(t, { jwtProvider: provider({ tokenUse: 'id' }) })
  await assertAccepted(t, target, withClaims({ nonce: 'n-0S6_WzA2Mj' }))
  await attackAll(t, target, {
    control: withClaims({ token_use: 'id', nonce: 'n-0S6_WzA2Mj' }),
    attacks: [
      { name: 'token_use access', token: withClaims({ token_use: 'access' }), reason: 'token_use' },
      { name: 'token_use refresh', token: withClaims({ token_use: 'refresh' }), reason: 'token_use' },
      { name: 'typ Bearer in the claims', token: withClaims({ typ: 'Bearer' }), reason: 'token_use' },
      { name: 'typ at+jwt', token: withTyp('at+jwt'), reason: 'token_use' },
      { name: 'typ application/at+jwt', token: withTyp('application/at+jwt'), reason: 'token_use' },
      { name: 'typ logout+jwt', token: withTyp('logout+jwt'), reason: 'token_use' },
      { name: 'typ dpop+jwt', token: withTyp('dpop+jwt'), reason: 'token_use' }
    ]
  })
})

t.test('tokens bound to a key are no bearer tokens (RFC 7800, 3.1; RFC 8705, 3; RFC 9449, 7.2)', async t => {
  const confirmations: readonly unknown[] = [
    { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }, { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }, { jwk: rsa.jwk },
    { jwe: 'eyJhbGciOiJSU0EtT0FFUCJ9' }, { kid: rsa.kid }, { jku: 'https://issuer.example/keys' },
    { 'x5t#S256': '' }, { unknown: 1 }, {}, [], null, false, 0, '', 'jkt'
  ]
  const target = await createTarget(t, { jwtProvider: provider({ audience: null, tokenUse: null }) })
  await attackAll(t, target, {
    control: createToken(rsa),
    attacks: [
      ...confirmations.map((cnf): Attack => ({ name: `cnf ${JSON.stringify(cnf).slice(0, 30)}`, token: withClaims({ cnf }), reason: 'confirmation' })),
      {
        name: 'cnf, with a proof beside it (DPoP is not checked here)',
        request: withToken(withClaims({ cnf: { jkt: 'thumbprint' } }), { headers: { dpop: createToken(rsa, { header: { typ: 'dpop+jwt', jwk: rsa.jwk } }) } }),
        reason: 'confirmation'
      }
    ]
  })
})
