import { createHmac } from 'node:crypto'
import t from 'tap'
import { ACCEPTED, refused } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey, encode } from '../fixtures/openid-keys.js'

import type { Test } from 'tap'
import type { JwtOptions } from '../../lib/providers/jwt/index.js'

const key = createSigningKey('RS256', 'main')
const HEADER = { typ: 'at+jwt' }

/** An API that takes only tokens of this RFC. */
async function openStrictApi (t: Test, options: Partial<JwtOptions> = {}) {
  return await openJwtApi(t, [key], { typ: 'at+jwt', ...options })
}

/** The claims of section 2.2, and others beside and instead of them. */
function accessClaims (others: Readonly<Record<string, unknown>> = {}) {
  return claimsOf({ client_id: 'web-app', jti: 'dbe39bf3a3ba4238a513f51d6e1691c4', ...others })
}

t.test('2.1: the type is at+jwt, with or without application/', async t => {
  const api = await openStrictApi(t)
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT']) {
    t.strictSame(await api.ask(key.token(accessClaims(), { typ })), ACCEPTED, typ)
  }
})

t.test('2.2: a token whose subject is its client is one of a machine', async t => {
  const api = await openStrictApi(t)
  const job = key.token(accessClaims({ sub: 'nightly-job', client_id: 'nightly-job' }), HEADER)
  t.match(await api.me(job), { id: 'nightly-job', kind: 'machine', clientId: 'nightly-job' })
  t.strictSame(await api.ask(job, { url: '/machine' }), ACCEPTED)
  t.match(await api.ask(key.token(accessClaims(), HEADER), { url: '/machine' }), { status: 403, code: 'AUTH_KIND_REFUSED' })
})

t.test('2.2.1: a token that says how its user signed in is one of a person', async t => {
  const api = await openStrictApi(t)
  for (const claims of [{ auth_time: 1_600_000_000 }, { amr: ['pwd'] }]) {
    t.match(await api.me(key.token(accessClaims(claims), HEADER)), { id: 'alice', kind: 'human', clientId: 'web-app' })
  }
  t.match(await api.me(key.token(accessClaims(), HEADER)), { kind: 'unknown' }, 'one that does not may be anybody’s')
})

t.test('2.2.3: scope is a list of scopes with one space between them', async t => {
  const api = await openStrictApi(t)
  t.match(await api.me(key.token(accessClaims({ scope: 'openid reports:read' }), HEADER)), { scopes: ['openid', 'reports:read'] })
  t.strictSame(await api.ask(key.token(accessClaims({ scope: 'openid reports:read' }), HEADER), { url: '/reports' }), ACCEPTED)
  for (const scope of ['reports:reader', 'xreports:read', 'REPORTS:READ', 'reports:read,openid']) {
    t.match(await api.ask(key.token(accessClaims({ scope }), HEADER), { url: '/reports' }), { status: 403, code: 'AUTH_SCOPE_MISSING', isHandled: false }, scope)
  }
})

t.test('2.2.3.1: groups and roles are what the claims of these names say, permissions what entitlements says where that is wanted', async t => {
  const api = await openStrictApi(t, { claims: { permissions: 'entitlements' } })
  const token = key.token(accessClaims({ groups: ['staff'], roles: ['editor', 'analyst'], entitlements: ['book.read'] }), HEADER)
  t.match(await api.me(token), { groups: ['staff'], roles: ['editor', 'analyst'], permissions: ['book.read'] })
  t.match(await api.me(key.token(accessClaims(), HEADER)), { groups: [], roles: [], permissions: [] })
})

t.test('4: the example of section 3 is accepted, as to its form', async t => {
  const api = await openStrictApi(t, { issuer: 'https://authorization-server.example.com/', audience: 'https://rs.example.com/' })
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'https://authorization-server.example.com/',
    sub: '5ba552d67',
    aud: 'https://rs.example.com/',
    exp: now + 60,
    iat: now,
    jti: 'dbe39bf3a3ba4238a513f51d6e1691c4',
    client_id: 's6BhdRkqt3',
    scope: 'openid profile reademail'
  }
  t.match(await api.me(key.token(claims, HEADER)), { id: '5ba552d67', clientId: 's6BhdRkqt3', scopes: ['openid', 'profile', 'reademail'] })
})

t.test('4: a token of any other type, or of none, is refused', async t => {
  const api = await openStrictApi(t)
  for (const typ of [undefined, 'JWT', 'jwt', 'at', 'jwt+at', 'rt+jwt', 'at-jwt', 'application/at', 'text/at+jwt', null, ['at+jwt']]) {
    t.strictSame(await api.ask(key.token(accessClaims(), { typ })), refused('token_type'), JSON.stringify(typ))
  }
})

t.test('4: the issuer is exactly the one that was configured', async t => {
  const api = await openStrictApi(t)
  for (const iss of [`${ISSUER}/`, ISSUER.toUpperCase(), 'https://other.example']) {
    t.strictSame(await api.ask(key.token(accessClaims({ iss }), HEADER)), refused('issuer_unknown'), iss)
  }
})

t.test('4: the audience has us in it', async t => {
  const api = await openStrictApi(t)
  t.strictSame(await api.ask(key.token(accessClaims({ aud: ['https://other.example', AUDIENCE] }), HEADER)), ACCEPTED)
  for (const aud of [undefined, [], 'web-app', 'https://other.example']) {
    t.strictSame(await api.ask(key.token(accessClaims({ aud }), HEADER)), refused('audience'), JSON.stringify(aud))
  }
})

t.test('4: the signature is of the issuer; none is none', async t => {
  const api = await openStrictApi(t)
  t.strictSame(await api.ask(createSigningKey('RS256', 'main').token(accessClaims(), HEADER)), refused('signature'))
  t.strictSame(await api.ask(key.token(accessClaims(), { ...HEADER, alg: 'none' })), refused('algorithm'))
  t.strictSame(await api.ask(`${encode({ ...HEADER, alg: 'none' })}.${encode(accessClaims())}.`), refused('token_syntax'))
  const text = `${encode({ ...HEADER, alg: 'HS256' })}.${encode(accessClaims())}`
  t.strictSame(await api.ask(`${text}.${createHmac('sha256', 'secret').update(text).digest('base64url')}`), refused('algorithm'))
})

t.test('4: the token has not expired; the leeway is no more than a few minutes', async t => {
  const api = await openStrictApi(t)
  const now = Math.floor(Date.now() / 1000)
  t.strictSame(await api.ask(key.token(accessClaims({ exp: now - 60 }), HEADER)), refused('expired', 'AUTH_TOKEN_EXPIRED'))
  await t.rejects(openStrictApi(t, { clockToleranceSeconds: 301 }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('4: an encrypted token is refused: no encryption was agreed on', async t => {
  const api = await openStrictApi(t)
  const header = encode({ ...HEADER, alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'at+jwt' })
  t.strictSame(await api.ask([header, 'a2V5', 'aXY', 'dGV4dA', 'dGFn'].join('.')), refused('token_syntax'))
})

t.test('5: an ID token of the same issuer, signed with the same key, is refused even where the audience is right', async t => {
  const claims = { nonce: 'n-0S6_WzA2Mj', auth_time: 1_600_000_000, sid: 's' }
  const strict = await openStrictApi(t)
  t.strictSame(await strict.ask(key.token(claimsOf(claims), { typ: 'JWT' })), refused('token_type'))
  t.strictSame(await strict.ask(key.token(claimsOf(claims))), refused('token_type'))
  const lenient = await openJwtApi(t, [key])
  t.strictSame(await lenient.ask(key.token(claimsOf(claims), { typ: 'JWT' })), refused('token_use'))
})
