import { randomUUID } from 'node:crypto'
import t from 'tap'
import { oidc } from '../../lib/providers/oidc/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { fetchHumanTokens, fetchMachineToken } from '../fixtures/openid-client.js'
import { createSigningKey } from '../fixtures/openid-keys.js'
import { JOB, OPAQUE_RESOURCE, RESOURCES, startOpenIdProvider, WEB } from '../fixtures/openid-provider.js'

import type { Test } from 'tap'
import type { Resource } from '../fixtures/openid-provider.js'

const RS256_API = 'https://rs256.api.example'
const SCOPE = 'reports:read'

const keys = [createSigningKey('RS256', 'rsa'), createSigningKey('ES256', 'ec'), createSigningKey('EdDSA', 'okp')]

async function start (t: Test) {
  const provider = await startOpenIdProvider({ published: keys })
  t.teardown(() => provider.close())
  return provider
}

for (const [resource, algorithm] of Object.entries(RESOURCES) as Array<[Resource, string]>) {
  t.test(`an API that knows only issuer and audience accepts what the provider signs with ${algorithm}`, async t => {
    const { issuer } = await start(t)
    const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: resource }) })

    await t.test('by client credentials: a machine', async t => {
      const { access_token: token } = await fetchMachineToken(issuer, { resource, scope: SCOPE })
      t.match(await api.me(token), { id: JOB.id, kind: 'machine', clientId: JOB.id, scopes: [SCOPE] })
      t.strictSame(await api.ask(token, { url: '/machine' }), ACCEPTED)
      t.match(await api.ask(token, { url: '/human' }), { status: 403, code: 'AUTH_KIND_REFUSED', challenge: null, isHandled: false })
    })

    await t.test('by the authorization code flow with PKCE: a person', async t => {
      const { access_token: token } = await fetchHumanTokens(issuer, { resource, scope: SCOPE })
      t.match(await api.me(token), { id: 'alice', kind: 'human', clientId: WEB.id, scopes: [SCOPE] })
      t.strictSame(await api.ask(token, { url: '/human' }), ACCEPTED)
      t.match(await api.ask(token, { url: '/machine' }), { status: 403, code: 'AUTH_KIND_REFUSED', challenge: null, isHandled: false })
    })

    await t.test('and a user of whom the provider says nothing more is neither', async t => {
      const { access_token: token } = await fetchHumanTokens(issuer, { resource, scope: SCOPE }, 'bob')
      t.match(await api.me(token), { id: 'bob', kind: 'unknown', clientId: WEB.id, scopes: [SCOPE] })
      for (const url of ['/human', '/machine']) {
        t.match(await api.ask(token, { url }), { status: 403, code: 'AUTH_KIND_REFUSED', challenge: null, isHandled: false })
      }
    })
  })
}

t.test('guards ask for the scopes that the provider granted', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API }) })
  for (const fetchToken of [fetchMachineToken, fetchHumanTokens]) {
    const reader = await fetchToken(issuer, { resource: RS256_API, scope: 'reports:read' })
    const writer = await fetchToken(issuer, { resource: RS256_API, scope: 'reports:read reports:write' })
    t.strictSame(await api.ask(reader.access_token, { url: '/reports' }), ACCEPTED)
    t.strictSame(await api.ask(writer.access_token, { url: '/reports/write' }), ACCEPTED)
    t.strictSame(await api.ask(reader.access_token, { url: '/reports/write' }), {
      status: 403,
      code: 'AUTH_SCOPE_MISSING',
      reason: 'scope',
      challenge: 'Bearer realm="api", error="insufficient_scope", scope="reports:read reports:write"',
      isHandled: false
    })
  }
})

t.test('with typ at+jwt its access tokens are accepted', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API, typ: 'at+jwt' }) })
  const machine = await fetchMachineToken(issuer, { resource: RS256_API, scope: SCOPE })
  const human = await fetchHumanTokens(issuer, { resource: RS256_API, scope: SCOPE })
  t.strictSame(await api.ask(machine.access_token), ACCEPTED)
  t.strictSame(await api.ask(human.access_token), ACCEPTED)
})

t.test('its ID tokens are refused', async t => {
  const { issuer } = await start(t)
  const { id_token: idToken = '' } = await fetchHumanTokens(issuer, { resource: RS256_API, scope: SCOPE })

  await t.test('by their audience', async t => {
    const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API, tokenUse: null }) })
    t.strictSame(await api.ask(idToken), refused('audience'))
  })
  await t.test('as no access tokens, even where the audience is theirs', async t => {
    const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: [RS256_API, WEB.id] }) })
    t.strictSame(await api.ask(idToken), refused('token_use'))
  })
  await t.test('for want of the type at+jwt', async t => {
    const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: null, typ: 'at+jwt' }) })
    t.strictSame(await api.ask(idToken), refused('token_type'))
  })
  await t.test('unless they are what is asked for', async t => {
    const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: WEB.id, tokenUse: 'id' }) })
    t.strictSame(await api.ask(idToken), ACCEPTED)
  })
})

t.test('its opaque access tokens are refused', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: [RS256_API, OPAQUE_RESOURCE] }) })
  for (const resource of [OPAQUE_RESOURCE, null]) {
    const machine = await fetchMachineToken(issuer, { resource, scope: SCOPE })
    const human = await fetchHumanTokens(issuer, { resource, scope: SCOPE })
    t.strictSame(await api.ask(machine.access_token), refused('token_syntax'))
    t.strictSame(await api.ask(human.access_token), refused('token_syntax'))
  }
})

t.test('a token for another API is refused', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API }) })
  for (const resource of ['https://es256.api.example', 'https://eddsa.api.example']) {
    const { access_token: token } = await fetchMachineToken(issuer, { resource, scope: SCOPE })
    t.strictSame(await api.ask(token), refused('audience'))
  }
})

t.test('a token of another provider is refused, whatever its keys are called', async t => {
  const [ours, theirs] = [await start(t), await start(t)]
  const api = await openApi(t, { jwtProvider: oidc({ issuer: ours.issuer, audience: RS256_API }) })
  const { access_token: token } = await fetchMachineToken(theirs.issuer, { resource: RS256_API, scope: SCOPE })
  t.strictSame(await api.ask(token), refused('issuer_unknown'))
})

t.test('a token is refused from the moment it expires, also when it is remembered', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API, clockToleranceSeconds: 0 }) })
  const { access_token: token } = await fetchMachineToken(issuer, { resource: RS256_API, scope: SCOPE })
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }
  t.strictSame(await api.ask(token), ACCEPTED)

  let nowMs = exp * 1000 - 1
  t.intercept(Date, 'now', { value: () => nowMs })
  t.strictSame(await api.ask(token), ACCEPTED)
  nowMs = exp * 1000
  t.strictSame(await api.ask(token), refused('expired', 'AUTH_TOKEN_EXPIRED'))
})

t.test('a token that is bound to a key with DPoP is refused as a bearer token', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API }) })
  const { access_token: token, token_type: type } = await fetchMachineToken(issuer, { resource: RS256_API, scope: SCOPE }, { dpop: prove(`${issuer}/token`) })
  t.equal(type, 'DPoP')
  t.strictSame(await api.ask(token), refused('confirmation'))
  t.match(await api.ask(null, { headers: { authorization: `DPoP ${token}` } }), { status: 401, code: 'AUTH_CREDENTIALS_MISSING', isHandled: false })
})

t.test('of the provider, only its description and its keys are asked for, once', async t => {
  const provider = await start(t)
  const { issuer } = provider
  const api = await openApi(t, { jwtProvider: oidc({ issuer, audience: RS256_API }) })
  const { access_token: token } = await fetchMachineToken(issuer, { resource: RS256_API, scope: SCOPE })
  await Promise.all(Array.from({ length: 20 }, () => api.app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })))
  t.equal(provider.count('/.well-known/openid-configuration'), 1)
  t.equal(provider.count('/jwks'), 1)
  t.equal(provider.count('/token/introspection') + provider.count('/me'), 0)
})

/** A proof of a new key. RFC 9449, section 4.2. */
function prove (url: string): string {
  const key = createSigningKey('ES256', 'proof')
  const { kty, crv, x, y } = key.publicKey
  return key.token({ jti: randomUUID(), htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1000) }, { typ: 'dpop+jwt', jwk: { kty, crv, x, y }, kid: undefined })
}
