// Lines A11 to A15 of docs/from-python.md.
import t from 'tap'

import { jwt } from '../../lib/providers/jwt/index.js'
import { oidcFromEnv } from '../../lib/providers/oidc/index.js'
import { commonJwtDefaults } from '../../lib/providers/jwt/options.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { KEYS_UNAVAILABLE, KID_UNKNOWN, outcomeOf } from '../fixtures/outcome-of.js'
import { setEnv } from '../fixtures/set-env.js'
import { setUpRemote } from '../fixtures/set-up-remote.js'

t.test('A11: half an implementation of a contract stops the boot', async t => {
  const { name, issuers, verify } = handIssuer().provider()
  for (const jwtProvider of [{ name, issuers }, { name, verify }, { issuers, verify }, { name, issuers: [], verify }, {}]) {
    await t.rejects(openApp(t, { jwtProvider }), { code: 'AUTH_OPTION_INVALID' })
  }
  for (const option of ['groupsProvider', 'rolesProvider', 'permissionsProvider', 'profileProvider']) {
    await t.rejects(openApp(t, { jwtProvider: { name, issuers, verify }, [option]: {} }), { code: 'AUTH_OPTION_INVALID' }, option)
  }
})

t.test('A11: a provider has its own providers of groups, roles and permissions', async t => {
  const issuer = handIssuer()
  const jwtProvider = issuer.provider({
    groupsProvider: { fetchGroups: () => ['g'] },
    rolesProvider: { fetchRoles: async () => ['r'] },
    permissionsProvider: { fetchPermissions: () => ['p'] }
  })
  const app = await openApp(t, { jwtProvider }, app => app.get('/', async ({ user }) => [await user?.groups(), await user?.roles(), await user?.permissions()]))
  t.strictSame((await app.inject({ url: '/', headers: bearer(issuer.token()) })).json(), [['g'], ['r'], ['p']])
})

t.test('A12: the first use loads the keys, the second does not', async t => {
  const { issuer, provider } = await setUpRemote(t)
  t.equal(issuer.fetches, 0)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 1)
})

t.test('A12: keys are loaded again by age', async t => {
  const { issuer, clock, provider } = await setUpRemote(t, { jwksMaxAgeSeconds: 60 })
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  clock.advance(60)
  await issuer.untilFetched(2)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})

t.test('A12: keys are loaded again by use only where jwksMaxUses says so; there it is the default', async t => {
  const { issuer, clock, provider } = await setUpRemote(t, { jwksMaxUses: 2 })
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  clock.advance(10)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  await issuer.untilFetched(2)
  t.equal(commonJwtDefaults.jwksMaxUses, null)
})

t.test('A12: a document that holds no keys gives none: 503, where it is 401 there', async t => {
  for (const behaviour of ['noKeys', 'malformed', 'html', 'fail'] as const) {
    const { issuer, provider } = await setUpRemote(t)
    issuer.behaviour = behaviour
    t.equal(await outcomeOf(provider, issuer.token()), KEYS_UNAVAILABLE, behaviour)
  }
})

t.test('A13: what a provider does by default', async t => {
  const { jwksMaxAgeSeconds, jwksMaxUses, clockToleranceSeconds } = commonJwtDefaults
  t.strictSame({ jwksMaxAgeSeconds, jwksMaxUses, clockToleranceSeconds }, { jwksMaxAgeSeconds: 20 * 60, jwksMaxUses: null, clockToleranceSeconds: 5 })
})

t.test('A13: the tolerance is never negative', async t => {
  const options = { issuer: 'https://issuer.example', audience: 'api', jwksUri: 'https://issuer.example/keys' }
  t.throws(() => jwt({ ...options, clockToleranceSeconds: -1 }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A13: settings cannot be changed afterwards', async t => {
  const { issuer, provider } = await setUpRemote(t)
  const options = { issuer: issuer.url, audience: ['api'], jwksUri: issuer.jwksUri }
  const copied = jwt(options)
  options.audience.push('else')
  t.equal(await outcomeOf(copied, issuer.token({ aud: 'else' })), '401 AUTH_TOKEN_INVALID audience')
  t.throws(() => Object.assign(provider, { name: 'else' }), TypeError)
})

t.test('A13: what the code says beats the environment, whose booleans are 1, 0, true and false', async t => {
  const jwtProvider = handIssuer().provider()
  const protect = (app: Parameters<NonNullable<Parameters<typeof openApp>[2]>>[0]) => app.get('/', async () => true)
  for (const [text, statusCode] of [['1', 200], ['true', 200], ['TRUE', 200], ['0', 401], ['false', 401]] as const) {
    setEnv(t, { AUTH_MIDDLEWARE_DISABLED: text, NODE_ENV: 'test' })
    const app = await openApp(t, { jwtProvider }, protect)
    t.equal((await app.inject('/')).statusCode, statusCode, text)
  }
  setEnv(t, { AUTH_MIDDLEWARE_DISABLED: 'true', NODE_ENV: 'test' })
  const app = await openApp(t, { jwtProvider, disabled: false }, protect)
  t.equal((await app.inject('/')).statusCode, 401)
})

t.test('A13: issuer and audience may come from the environment, under names of our own', async t => {
  const { issuer } = await setUpRemote(t)
  setEnv(t, { AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'api', ISSUER: 'https://else.example', AUDIENCE: 'else' })
  const provider = oidcFromEnv()
  t.teardown(() => provider.close?.())
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})

t.test('A14: keys are refreshed in the background before they are too old, once at a time, and again after that', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  for (const fetches of [2, 3]) {
    clock.advance(1_200 * 0.8)
    await issuer.untilFetched(fetches)
    const outcomes = await Promise.all([1, 2, 3].map(() => outcomeOf(provider, issuer.token())))
    t.strictSame(outcomes, ['alice', 'alice', 'alice'])
    t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN, 'waits for the fetch that is under way')
    t.equal(issuer.fetches, fetches)
  }
})

t.test('A14: a refresh that fails leaves the old keys in use', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  issuer.behaviour = 'fail'
  clock.advance(1_200)
  await issuer.untilFetched(2)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})

t.test('A14: nothing switches the background refresh off; there an option does', async t => {
  const options = { issuer: 'https://issuer.example', audience: 'api', jwksUri: 'https://issuer.example/keys', jwksBackgroundRefresh: false }
  t.throws(() => jwt(options), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A15: the key is found by kid, and an unknown one is refused', async t => {
  const { issuer, provider } = await setUpRemote(t)
  issuer.rotate()
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN)
})

t.test('A15: an unknown kid is looked for at the issuer first, once per cool-down; there it is not', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  clock.advance(10)
  issuer.rotate()
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 2)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN)
  t.equal(issuer.fetches, 2)
})
