import t from 'tap'

import { oidc } from '../../../../lib/providers/oidc/index.js'
import { oidcOptionsSchema } from '../../../../lib/providers/oidc/options.js'
import { stopClock } from '../../../fixtures/clock.js'
import { startIssuer } from '../../../fixtures/counting-issuer.js'
import { KEYS_UNAVAILABLE, KID_UNKNOWN, outcomeOf } from '../../../fixtures/outcome-of.js'
import { createContext } from '../../../fixtures/provider-context.js'

import type { Test } from 'tap'
import type { Behaviour } from '../../../fixtures/counting-issuer.js'
import type { OidcOptions } from '../../../../lib/providers/oidc/index.js'

const COOLDOWN = 10
const MAX_AGE = 1_200

async function setUp (t: Test, options: Partial<OidcOptions> = {}) {
  const issuer = await startIssuer(t)
  const clock = stopClock(t)
  const provider = oidc({ issuer: issuer.url, audience: 'api', ...options })
  t.teardown(async function closeProvider () { await provider.close?.() })
  return { issuer, clock, provider }
}

t.test('finds the keys of an issuer by itself, once for a hundred cold callers', async t => {
  const { issuer, provider } = await setUp(t)
  const token = issuer.token()
  const outcomes = await Promise.all(Array.from({ length: 100 }, async () => await outcomeOf(provider, token)))
  t.same(new Set(outcomes), new Set(['alice']))
  t.match(issuer, { discoveries: 1, fetches: 1, others: 0 })
})

t.test('names itself and where its issuer is described', async t => {
  const plain = oidc({ issuer: 'https://issuer.example/tenant/', audience: null })
  t.match(plain, { name: 'oidc', issuers: ['https://issuer.example/tenant/'], cacheable: true, maxTokenBytes: 16_384 })
  t.same(plain.securityScheme, { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/tenant/.well-known/openid-configuration' })
  const elsewhere = oidc({ issuer: 'https://issuer.example', audience: null, discoveryUrl: 'https://other.example/description' })
  t.same(elsewhere.securityScheme, { type: 'openIdConnect', openIdConnectUrl: 'https://other.example/description' })
})

t.test('describes its tokens as it was told to, and as its issuer can issue them', async t => {
  const endpoints = { authorization_endpoint: 'https://issuer.example/auth', token_endpoint: 'https://issuer.example/token' }
  const describe = async (securityScheme: OidcOptions['securityScheme'], description: Readonly<Record<string, string>>) => {
    const { issuer, provider } = await setUp(t, securityScheme === undefined ? {} : { securityScheme })
    issuer.description = description
    const before = provider.securityScheme
    await provider.warmUp?.()
    return [before?.type, provider.securityScheme?.type]
  }
  t.same(await describe(undefined, endpoints), ['openIdConnect', 'openIdConnect'])
  t.same(await describe('http', endpoints), ['http', 'http'])
  t.same(await describe('oauth2', endpoints), ['openIdConnect', 'oauth2'], 'as soon as the issuer has been reached')
  t.same(await describe('oauth2', {}), ['openIdConnect', 'http'], 'nobody can sign in there')
  t.same(await describe(undefined, { ...endpoints, token_endpoint: 'http://issuer.example/token' }), ['openIdConnect', 'http'], 'nor without encryption')
  const { issuer, provider } = await setUp(t, { securityScheme: 'oauth2' })
  issuer.description = endpoints
  await provider.warmUp?.()
  t.same(provider.securityScheme, { type: 'oauth2', flows: { authorizationCode: { authorizationUrl: 'https://issuer.example/auth', tokenUrl: 'https://issuer.example/token', scopes: {} } } })
})

t.test('asks for the description where it was told to', async t => {
  const described = await startIssuer(t)
  const issuer = await startIssuer(t)
  stopClock(t)
  described.description = { issuer: issuer.url, jwks_uri: issuer.jwksUri }
  const provider = oidc({ issuer: issuer.url, audience: 'api', discoveryUrl: `${described.url}/.well-known/openid-configuration` })
  t.teardown(async function closeProvider () { await provider.close?.() })
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.match([described.discoveries, described.fetches, issuer.discoveries, issuer.fetches], [1, 0, 0, 1])
})

t.test('trusts no description of another issuer, and says so once per failure', async t => {
  const { issuer, clock, provider } = await setUp(t)
  for (const stated of [`${issuer.url}/`, issuer.url.toUpperCase(), 'https://evil.example', '', null, [issuer.url], undefined]) {
    issuer.description = { issuer: stated }
    const context = createContext()
    t.equal(await outcomeOf(provider, issuer.token(), context), KEYS_UNAVAILABLE, String(stated))
    t.equal(await outcomeOf(provider, issuer.token(), context), KEYS_UNAVAILABLE)
    t.match(context.lines, [{ level: 'error', members: { expected: `the issuer ${issuer.url}` } }])
    t.equal(context.lines.length, 1)
    await provider.close?.()
    clock.advance(COOLDOWN)
  }
  t.equal(issuer.fetches, 0)
})

t.test('fetches no keys from where others could exchange them', async t => {
  const { issuer, clock, provider } = await setUp(t)
  for (const uri of ['http://issuer.example/jwks', 'ftp://issuer.example', '/jwks', '', null, 1, ['https://issuer.example'], undefined, 'file:///etc/passwd']) {
    issuer.description = { jwks_uri: uri }
    const context = createContext()
    t.equal(await outcomeOf(provider, issuer.token(), context), KEYS_UNAVAILABLE, String(uri))
    t.match(context.lines, [{ level: 'error', members: { expected: /^as jwks_uri an https address/ } }])
    await provider.close?.()
    clock.advance(COOLDOWN)
  }
  t.equal(issuer.fetches, 0)
})

for (const behaviour of ['fail', 'redirect', 'endless', 'announceTooMuch', 'html', 'malformed', 'list', 'hangUp'] as Behaviour[]) {
  t.test(`counts an issuer whose description comes like "${behaviour}" as unreachable`, async t => {
    const { issuer, provider } = await setUp(t)
    issuer.discoveryBehaviour = behaviour
    t.equal(await outcomeOf(provider, issuer.token()), KEYS_UNAVAILABLE)
    t.match(issuer, { discoveries: 1, fetches: 0, others: 0 })
  })
}

t.test('asks again where the keys are when they cannot be fetched', async t => {
  const { issuer, clock, provider } = await setUp(t)
  const successor = await startIssuer(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  issuer.behaviour = 'fail'
  issuer.description = { jwks_uri: successor.jwksUri }
  clock.advance(COOLDOWN)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'new' })), KEYS_UNAVAILABLE)
  t.equal(issuer.discoveries, 1)
  successor.rotate({ kid: 'new' })
  await provider.close?.()
  clock.advance(COOLDOWN)
  issuer.key = successor.key
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.discoveries, 2)
  t.equal(successor.fetches, 1)
})

t.test('asks where the keys are as often as the keys are fetched for their age, not for unknown ones', async t => {
  const { issuer, clock, provider } = await setUp(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  await provider.close?.()
  clock.advance(COOLDOWN)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN)
  t.match(issuer, { discoveries: 1, fetches: 2 })
  await provider.close?.()
  clock.advance(MAX_AGE)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN)
  t.match(issuer, { discoveries: 2, fetches: 3 })
})

t.test('takes a new key without a 401 when it was published before it signs, or when the cool-down is over', async t => {
  const { issuer, clock, provider } = await setUp(t)
  await provider.warmUp?.()
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  clock.advance(COOLDOWN)
  issuer.rotate({ replace: true })
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})

t.test('names the option that is unknown, missing or wrong', async t => {
  const good = { issuer: 'https://issuer.example', audience: 'api' }
  const refused: Array<[object, RegExp]> = [
    [{ issuer: good.issuer }, /^oidc\.audience is missing: it must be a text, a list of texts, or null to accept any audience$/],
    [{ audience: 'api' }, /^oidc\.issuer is missing/],
    [{ ...good, issuer: ['https://issuer.example'] }, /^oidc\.issuer must be an https address/],
    [{ ...good, issuer: 'http://issuer.example' }, /^oidc\.issuer must be an https address/],
    [{ ...good, issuer: 'issuer.example' }, /^oidc\.issuer must be an https address/],
    [{ ...good, issuer: 'https://issuer.example?a=b' }, /^oidc\.issuer must be an https address .* without a query$/],
    [{ ...good, discoveryUrl: 'http://issuer.example' }, /^oidc\.discoveryUrl must be an https address/],
    [{ ...good, jwksUri: 'https://issuer.example' }, /^oidc\.jwksUri is not an option$/],
    [{ ...good, algorithms: ['HS256'] }, /^oidc\.algorithms must hold only algorithms with public keys/],
    [{ ...good, clockToleranceSeconds: 1_000 }, /^oidc\.clockToleranceSeconds must be/]
  ]
  for (const [options, message] of refused) {
    t.throws(() => oidc(options as OidcOptions), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
  t.equal(Object.keys(oidcOptionsSchema.properties).length, 27)
})
