// Lines A16, A17, A19 and A20 of docs/from-python.md.
import t from 'tap'

import { oidc } from '../../lib/providers/oidc/index.js'
import { stopClock } from '../fixtures/clock.js'
import { createIssuerKey, signToken, startIssuer } from '../fixtures/counting-issuer.js'
import { createContext } from '../fixtures/provider-context.js'
import { KEYS_UNAVAILABLE, outcomeOf } from '../fixtures/outcome-of.js'
import { openApp } from '../fixtures/open-app.js'
import { setUpRemote } from '../fixtures/set-up-remote.js'

import type { Test } from 'tap'
import type { OidcOptions } from '../../lib/providers/oidc/index.js'

/** An OpenID provider, and ours that knows its issuer and its audience. */
async function setUp (t: Test, options: Partial<OidcOptions> = {}) {
  const issuer = await startIssuer(t)
  const provider = oidc({ issuer: issuer.url, audience: 'api', ...options })
  t.teardown(async function closeProvider () { await provider.close?.() })
  const nowSeconds = Math.floor(Date.now() / 1000)
  return {
    issuer,
    provider,
    nowSeconds,
    outcome: async (claims: object = {}, header: object = {}) => await outcomeOf(provider, issuer.token(claims, header)),
    identity: async (claims: object = {}) => await provider.verify(issuer.token(claims), createContext())
  }
}

const REFUSED = '401 AUTH_TOKEN_INVALID'

t.test('A16: the issuer must be given', async t => {
  t.throws(() => oidc({ audience: 'api' } as unknown as OidcOptions), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A16: keys are found below the issuer, once', async t => {
  const { issuer, outcome } = await setUp(t)
  t.strictSame([await outcome(), await outcome()], ['alice', 'alice'])
  t.strictSame([issuer.discoveries, issuer.fetches, issuer.others], [1, 1, 0])
})

t.test('A16: an issuer with a slash at its end has none twice in its description', async t => {
  const issuer = await startIssuer(t)
  issuer.description = { issuer: `${issuer.url}/` }
  const provider = oidc({ issuer: `${issuer.url}/`, audience: 'api' })
  t.teardown(async function closeProvider () { await provider.close?.() })
  t.equal(await outcomeOf(provider, issuer.token({ iss: `${issuer.url}/` })), 'alice')
  t.strictSame([issuer.discoveries, issuer.others], [1, 0])
})

t.test('A16: the description may stand elsewhere', async t => {
  const other = await startIssuer(t)
  const { issuer, provider } = await setUp(t, { discoveryUrl: `${other.url}/.well-known/openid-configuration` })
  other.description = { issuer: issuer.url, jwks_uri: issuer.jwksUri }
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.strictSame([other.discoveries, issuer.discoveries, issuer.fetches], [1, 0, 1])
})

t.test('A16: with the address of the keys nothing is asked but for keys', async t => {
  const { issuer, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.strictSame([issuer.discoveries, issuer.fetches], [0, 1])
})

t.test('A16: an issuer that does not answer well is 503; there it is 401 or 500', async t => {
  for (const behaviour of ['fail', 'hangUp', 'malformed', 'html', 'noKeys'] as const) {
    const { issuer, outcome } = await setUp(t)
    issuer.discoveryBehaviour = behaviour
    t.equal(await outcome(), KEYS_UNAVAILABLE, behaviour)
  }
  const { issuer, outcome } = await setUp(t)
  issuer.description = { jwks_uri: undefined }
  t.equal(await outcome(), KEYS_UNAVAILABLE, 'without jwks_uri')
})

t.test('A17: a good token is accepted, any fault of one refused', async t => {
  const { issuer, provider, nowSeconds, outcome } = await setUp(t)
  t.equal(await outcome(), 'alice')
  t.equal(await outcome({ aud: 'else' }), `${REFUSED} audience`)
  t.equal(await outcome({ iss: 'https://else.example' }), `${REFUSED} issuer_unknown`)
  t.equal(await outcome({ exp: nowSeconds - 60 }), '401 AUTH_TOKEN_EXPIRED expired')
  t.match(await outcome({ token_use: 'refresh' }), `${REFUSED} token_use`)
  const forged = signToken({ iss: issuer.url, aud: 'api', sub: 'alice', exp: nowSeconds + 300 }, { ...createIssuerKey(), kid: issuer.key.kid })
  t.equal(await outcomeOf(provider, forged), `${REFUSED} signature`)
})

t.test('A17: the tolerance for clocks counts', async t => {
  stopClock(t)
  const { nowSeconds, outcome } = await setUp(t, { clockToleranceSeconds: 30 })
  t.equal(await outcome({ exp: nowSeconds - 20 }), 'alice')
  t.equal(await outcome({ exp: nowSeconds - 40 }), '401 AUTH_TOKEN_EXPIRED expired')
  const strict = await setUp(t, { clockToleranceSeconds: 0 })
  t.equal(await strict.outcome({ exp: nowSeconds - 1 }), '401 AUTH_TOKEN_EXPIRED expired')
})

t.test('A17: the audience must be given; null accepts any; there it may be left out', async t => {
  t.throws(() => oidc({ issuer: 'https://issuer.example' } as unknown as OidcOptions), { code: 'AUTH_OPTION_INVALID' })
  const { outcome } = await setUp(t, { audience: null })
  t.strictSame([await outcome({ aud: 'else' }), await outcome({ aud: undefined })], ['alice', 'alice'])
})

t.test('A17: no option switches verification off; there one does', async t => {
  for (const option of ['jwtTokenVerificationDisabled', 'verify', 'disabled']) {
    t.throws(() => oidc({ issuer: 'https://issuer.example', audience: 'api', [option]: true }), { code: 'AUTH_OPTION_INVALID' }, option)
  }
})

/** The groups of a user whose token has some. */
async function groupsOf (t: Test, options: Partial<OidcOptions>) {
  const { issuer, provider } = await setUp(t, options)
  const app = await openApp(t, { jwtProvider: provider }, app => app.get('/', async ({ user }) => await user?.groups()))
  return (await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token({ groups: ['from-token'], teams: ['from-teams'] })}` } })).json()
}

t.test('A19: groups come from the provider before the claim, from the claim without one, and from nowhere where the claim is null', async t => {
  const groupsProvider = { fetchGroups: () => ['from-provider'] }
  t.strictSame(await groupsOf(t, { groupsProvider }), ['from-provider'])
  t.strictSame(await groupsOf(t, {}), ['from-token'])
  t.strictSame(await groupsOf(t, { claims: { groups: 'teams' } }), ['from-teams'])
  t.strictSame(await groupsOf(t, { claims: { groups: null } }), [])
  t.strictSame(await groupsOf(t, { claims: { groups: null }, groupsProvider }), ['from-provider'])
})

t.test('A19: the name is read from the claims that are listed, in their order, the first that is there', async t => {
  const { identity } = await setUp(t, { claims: { name: { firstOf: ['preferred_username', 'nickname', 'email', 'sub'] } } })
  const nameOf = async (claims: object) => (await identity(claims)).name
  t.equal(await nameOf({ preferred_username: 'one', nickname: 'two', email: 'three' }), 'one')
  t.equal(await nameOf({ nickname: 'two', email: 'three' }), 'two')
  t.equal(await nameOf({ email: 'three' }), 'three')
  t.equal(await nameOf({}), 'alice')
})

t.test('A19: the name has no fallback by itself, and an own claim may be named; there e-mail and id are fallbacks', async t => {
  const { identity } = await setUp(t)
  t.equal((await identity({ email: 'alice@example.com' })).name, null)
  const custom = await setUp(t, { claims: { name: 'https://example.com/name' } })
  t.equal((await custom.identity({ 'https://example.com/name': 'Alice' })).name, 'Alice')
})

t.test('A20: what says it is an access token, or nothing, is one; what says it is an ID or refresh token is refused', async t => {
  const { outcome } = await setUp(t)
  for (const claims of [{}, { token_use: 'access' }, { client_id: 'web' }, { client_id: 'web', username: 'alice' }]) {
    t.equal(await outcome(claims), 'alice', JSON.stringify(claims))
  }
  for (const claims of [{ token_use: 'id' }, { token_use: 'refresh' }, { nonce: 'n' }, { at_hash: 'h' }]) {
    t.match(await outcome(claims), REFUSED, JSON.stringify(claims))
  }
})

t.test('A20: nothing is guessed from the claims of a person; there a token with an e-mail address is an ID token', async t => {
  const { outcome } = await setUp(t)
  t.equal(await outcome({ email: 'alice@example.com', name: 'Alice', username: 'alice' }), 'alice')
})

t.test('A20: ID tokens are accepted where tokenUse says so', async t => {
  const { outcome } = await setUp(t, { tokenUse: 'id' })
  t.equal(await outcome({ token_use: 'id', nonce: 'n' }), 'alice')
  t.match(await outcome({ token_use: 'access' }), REFUSED)
})

t.test('A20: an access token with a user name is no machine', async t => {
  const { identity } = await setUp(t)
  t.equal((await identity({ token_use: 'access', client_id: 'web', username: 'alice' })).kind, 'unknown')
  t.equal((await identity({ sub: 'job', client_id: 'job' })).kind, 'machine')
})
