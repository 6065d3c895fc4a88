import Fastify from 'fastify'
import t from 'tap'
import authPlugin, { requireScopes } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER, openJwtApi } from '../fixtures/openid-claims.js'
import { createSigningKey } from '../fixtures/openid-keys.js'

const key = createSigningKey('EdDSA', 'main')

const ANONYMOUS = { status: 401, code: 'AUTH_CREDENTIALS_MISSING', reason: 'credential_missing', challenge: 'Bearer realm="api"', isHandled: false }
const MALFORMED = refused('header_syntax', 'AUTH_CREDENTIALS_MALFORMED')

t.test('2: a client that sends more than one token is told that its request is invalid', async t => {
  const api = await openJwtApi(t, [key])
  const [one, other] = [key.token(claimsOf()), key.token(claimsOf({ sub: 'bob' }))]
  for (const headers of [[`Bearer ${one}`, `Bearer ${other}`], [`Bearer ${one}`, `Bearer ${one}`], ['Basic YTpi', `Bearer ${one}`]]) {
    t.strictSame(await api.ask(null, { headers: { authorization: headers } }), {
      status: 400,
      code: 'AUTH_CREDENTIALS_AMBIGUOUS',
      reason: 'header_repeated',
      challenge: 'Bearer realm="api", error="invalid_request"',
      isHandled: false
    })
  }
})

t.test('2.1: the Authorization header is supported, with one space or more before the token', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf())
  for (const header of [`Bearer ${token}`, `Bearer  ${token}`, `Bearer     ${token}`]) {
    t.strictSame(await api.ask(null, { headers: { authorization: header } }), ACCEPTED, header.slice(0, 14))
  }
})

t.test('2.1: a token may hold every character of b64token', async t => {
  const api = await openJwtApi(t, [key])
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/'
  for (const token of [...alphabet, alphabet, `${alphabet}=`, `${alphabet}==`]) {
    t.strictSame(await api.ask(token), refused('token_syntax'), token)
  }
})

t.test('2.1: a token of any other form is malformed', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf())
  const headers = [
    'Bearer', 'Bearer ', `Bearer\t${token}`, `Bearer \t${token}`, `Bearer ${token} x`, `Bearer ${token},`, `Bearer ${token}, Bearer ${token}`, `Bearer "${token}"`,
    'Bearer =', `Bearer =${token}`, `Bearer ${token}=x`, `Bearer ${token};v=1`, `Bearer token="${token}"`, `Bearer ${token}\u00e9`, `Bearer: ${token}`, `Bearer,${token}`
  ]
  for (const header of headers) {
    t.strictSame(await api.ask(null, { headers: { authorization: header } }), MALFORMED, header.replace(token, '<token>'))
  }
})

t.test('2.2 and 2.3: tokens in bodies and in URLs are not read', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf())
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `access_token=${token}` } as const
  t.strictSame(await api.ask(null, form), ANONYMOUS)
  t.strictSame(await api.ask(null, { url: `/me?access_token=${token}` }), ANONYMOUS)
  t.strictSame(await api.ask(token, { url: '/me?access_token=other' }), ACCEPTED, 'nor do they get in the way')
})

t.test('3: a challenge is the scheme Bearer, with a realm and without a word more when no token was sent', async t => {
  const api = await openJwtApi(t, [key])
  for (const url of ['/me', '/reports', '/machine']) {
    t.strictSame(await api.ask(null, { url }), ANONYMOUS, url)
  }
})

t.test('3: a challenge has the realm of the app', async t => {
  const api = await openApi(t, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicKey] } }), realm: 'the library (main hall)' })
  t.match(await api.ask(null), { challenge: 'Bearer realm="the library (main hall)"' })
})

t.test('3: no attribute is there twice, and none has a character that it must not have', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf())
  for (const [sent, url] of [[null, '/me'], ['bad', '/me'], [token, '/reports'], [token, '/reports/write']] as const) {
    const { challenge } = await api.ask(sent, { url })
    const [, parameters = ''] = /^Bearer ([^]+)$/.exec(challenge ?? '') ?? []
    const attributes = [...parameters.matchAll(/([a-z_]+)="([\x20\x21\x23-\x5B\x5D-\x7E]*)"(?:, |$)/g)]
    t.equal(attributes.map(([text]) => text).join(''), parameters, 'nothing but attributes')
    t.equal(new Set(attributes.map(([, name]) => name)).size, attributes.length, 'each once')
  }
})

t.test('3: realms and scopes that a challenge could not carry stop the boot', async t => {
  const jwtProvider = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicKey] } })
  for (const realm of ['a "quoted" realm', 'back\\slash', 'Bücher', 'two\nlines', '']) {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(authPlugin, { jwtProvider, realm }), { code: 'AUTH_OPTION_INVALID' }, JSON.stringify(realm))
  }
  for (const scope of ['quo"ted', 'back\\slash', 'two words', 'bücher', 'two\nlines']) {
    t.throws(() => requireScopes(scope), { code: 'AUTH_OPTION_INVALID' }, JSON.stringify(scope))
    t.throws(() => requireScopes(['reports:read', scope]), { code: 'AUTH_OPTION_INVALID' }, JSON.stringify(scope))
  }
  t.doesNotThrow(() => requireScopes('!#$%&\'()*+,-./09:;<=>?@AZ[]^_`az{|}~'), 'every character of a scope token')
})

t.test('3.1: invalid_token, with 401, is what is wrong with a token that is expired, malformed or invalid for other reasons', async t => {
  const api = await openJwtApi(t, [key])
  const now = Math.floor(Date.now() / 1000)
  t.strictSame(await api.ask(key.token(claimsOf({ exp: now - 60 }))), refused('expired', 'AUTH_TOKEN_EXPIRED'))
  t.strictSame(await api.ask('a.b.c'), refused('token_syntax'))
  t.strictSame(await api.ask(key.token(claimsOf({ aud: 'https://other.example' }))), refused('audience'))
  t.strictSame(await api.ask(createSigningKey('EdDSA', 'main').token(claimsOf())), refused('signature'))
})

t.test('3.1: insufficient_scope, with 403, names the scopes that are needed', async t => {
  const api = await openJwtApi(t, [key])
  const token = key.token(claimsOf({ scope: 'reports:write' }))
  const answer = { status: 403, code: 'AUTH_SCOPE_MISSING', reason: 'scope', isHandled: false }
  t.strictSame(await api.ask(token, { url: '/reports' }), { ...answer, challenge: 'Bearer realm="api", error="insufficient_scope", scope="reports:read"' })
  t.strictSame(await api.ask(token, { url: '/reports/write' }), { ...answer, challenge: 'Bearer realm="api", error="insufficient_scope", scope="reports:read reports:write"' })
})

t.test('3.1: a refusal that no other scope would change asks for none', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf()), { url: '/machine' }), { status: 403, code: 'AUTH_KIND_REFUSED', reason: 'kind', challenge: null, isHandled: false })
})

t.test('5.2: a token that is meant for another resource server is refused', async t => {
  const api = await openJwtApi(t, [key])
  t.strictSame(await api.ask(key.token(claimsOf({ aud: ['https://other.example', 'https://third.example'] }))), refused('audience'))
})
