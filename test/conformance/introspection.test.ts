import t from 'tap'
import { generateKeys } from '../fixtures/generate-keys.js'
import { introspection } from '../../lib/providers/introspection/index.js'
import { oidc } from '../../lib/providers/oidc/index.js'
import { ACCEPTED, openApi, refused, undecided } from '../fixtures/openid-api.js'
import { fetchHumanTokens, fetchMachineToken, revokeToken } from '../fixtures/openid-client.js'
import { createSigningKey } from '../fixtures/openid-keys.js'
import { APIS, JOB, OPAQUE_RESOURCE, startOpenIdProvider, WEB } from '../fixtures/openid-provider.js'

import type { Test } from 'tap'
import type { OpenIdProvider } from '../fixtures/openid-provider.js'
import type { IntrospectionOptions } from '../../lib/providers/introspection/index.js'

const JWT_API = 'https://es256.api.example'
const SCOPE = 'reports:read'

const keys = [createSigningKey('ES256', 'ec')]
const client = generateKeys('ec', { namedCurve: 'P-256' })
const privateKey = { ...client.privateKey.export({ format: 'jwk' }), kid: 'mine' }
const clientKey = { ...client.publicKey.export({ format: 'jwk' }), kid: 'mine', use: 'sig', alg: 'ES256' }

async function start (t: Test): Promise<OpenIdProvider> {
  const provider = await startOpenIdProvider({ published: keys, clientKey })
  t.teardown(() => provider.close())
  return provider
}

function toOptions (issuer: string, others: Partial<IntrospectionOptions> = {}): IntrospectionOptions {
  return { url: `${issuer}/token/introspection`, issuer, audience: OPAQUE_RESOURCE, clientId: APIS.basic.id, clientSecret: APIS.basic.secret, ...others }
}

const fetchOpaque = async (issuer: string) => (await fetchMachineToken(issuer, { resource: OPAQUE_RESOURCE, scope: SCOPE })).access_token

function withoutSecret ({ clientSecret, ...options }: IntrospectionOptions): IntrospectionOptions {
  return options
}

const ways: Readonly<Record<string, (issuer: string) => IntrospectionOptions>> = {
  client_secret_basic: issuer => toOptions(issuer),
  client_secret_post: issuer => toOptions(issuer, { auth: 'post', clientId: APIS.post.id, clientSecret: APIS.post.secret }),
  private_key_jwt: issuer => withoutSecret(toOptions(issuer, { auth: 'private_key_jwt', clientId: APIS.private_key_jwt.id, privateKey }))
}

for (const [way, toWay] of Object.entries(ways)) {
  t.test(`an API that is known by ${way} is told whose an opaque token is`, async t => {
    const { issuer } = await start(t)
    const api = await openApi(t, { jwtProvider: introspection(toWay(issuer)) })
    t.match(await api.me(await fetchOpaque(issuer)), { id: JOB.id, kind: 'machine', clientId: JOB.id, scopes: [SCOPE] })
    const { access_token: token } = await fetchHumanTokens(issuer, { resource: OPAQUE_RESOURCE, scope: SCOPE })
    t.match(await api.me(token), { id: 'alice', kind: 'human', clientId: WEB.id, scopes: [SCOPE] })
    t.strictSame(await api.ask(token, { url: '/reports' }), ACCEPTED)
    t.match(await api.ask(token, { url: '/reports/write' }), { status: 403, code: 'AUTH_SCOPE_MISSING' })
  })
}

t.test('an API that the provider does not know cannot judge', async t => {
  const { issuer } = await start(t)
  const token = await fetchOpaque(issuer)
  const other = generateKeys('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const wrong = [
    toOptions(issuer, { clientSecret: 'another' }), toOptions(issuer, { auth: 'post', clientId: APIS.post.id, clientSecret: 'another' }),
    withoutSecret(toOptions(issuer, { auth: 'private_key_jwt', clientId: APIS.private_key_jwt.id, privateKey: other }))
  ]
  for (const options of wrong) {
    const api = await openApi(t, { jwtProvider: introspection(options) })
    t.strictSame(await api.ask(token), undecided('introspection'))
  }
})

t.test('a token that is revoked is refused', async t => {
  await t.test('at once, without a cache', async t => {
    const { issuer } = await start(t)
    const api = await openApi(t, { jwtProvider: introspection(toOptions(issuer, { maxCacheSeconds: 0 })) })
    const token = await fetchOpaque(issuer)
    t.strictSame(await api.ask(token), ACCEPTED)
    await revokeToken(issuer, token)
    t.strictSame(await api.ask(token), refused('token_inactive'))
  })

  await t.test('when the answer is too old, with one', async t => {
    const { issuer, count } = await start(t)
    const api = await openApi(t, { jwtProvider: introspection(toOptions(issuer, { maxCacheSeconds: 1 })) })
    const token = await fetchOpaque(issuer)
    t.strictSame(await api.ask(token), ACCEPTED)
    await revokeToken(issuer, token)
    while (count('/token/introspection') < 2) await api.ask(token)
    t.strictSame(await api.ask(token), refused('token_inactive'))
  })
})

t.test('tokens that are not for the API are refused', async t => {
  const { issuer } = await start(t)
  const api = await openApi(t, { jwtProvider: introspection(toOptions(issuer)) })
  const { access_token: other } = await fetchHumanTokens(issuer, { resource: null, scope: SCOPE })
  t.strictSame(await api.ask(other), refused('audience'), 'those for the provider itself')
  t.strictSame(await api.ask('invented'), refused('token_inactive'))
})

t.test('JWTs and opaque tokens of one provider stand side by side, for the same users', async t => {
  const { issuer, count } = await start(t)
  const api = await openApi(t, { jwtProvider: [oidc({ issuer, audience: JWT_API }), introspection(toOptions(issuer, { jwts: false }))] })
  const { access_token: jwt } = await fetchHumanTokens(issuer, { resource: JWT_API, scope: SCOPE })
  const { access_token: opaque } = await fetchHumanTokens(issuer, { resource: OPAQUE_RESOURCE, scope: SCOPE })
  t.match(await api.me(jwt), { id: 'alice', clientId: WEB.id, scopes: [SCOPE] })
  t.equal(count('/token/introspection'), 0, 'nobody is asked about a JWT')
  t.strictSame(await api.me(opaque), await api.me(jwt))
  t.equal(count('/token/introspection'), 1)
})
