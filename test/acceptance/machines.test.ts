// Lines A21 and A24 of docs/from-python.md.
import t from 'tap'

import { requireKind } from '../../lib/index.js'
import { cognito } from '../../lib/providers/cognito/index.js'
import { oidc } from '../../lib/providers/oidc/index.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { startIssuer } from '../fixtures/counting-issuer.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { outcomeOf } from '../fixtures/outcome-of.js'
import { createContext } from '../fixtures/provider-context.js'

import type { Test } from 'tap'
import type { OidcOptions } from '../../lib/providers/oidc/index.js'

/** An OpenID provider, and ours that knows its issuer and its audience. */
async function setUp (t: Test, options: Partial<OidcOptions> = {}) {
  const issuer = await startIssuer(t)
  const provider = oidc({ issuer: issuer.url, audience: 'api', ...options })
  t.teardown(async function closeProvider () { await provider.close?.() })
  return {
    issuer,
    provider,
    identity: async (claims: object) => await provider.verify(issuer.token(claims), createContext()),
    outcome: async (claims: object) => await outcomeOf(provider, issuer.token(claims))
  }
}

const JOB = { sub: 'job', client_id: 'job' }

t.test('A21: an access token is a machine\'s where its subject is the client; there, where it names nobody', async t => {
  const { identity } = await setUp(t)
  t.match(await identity(JOB), { kind: 'machine', subject: 'job', clientId: 'job' })
  t.match(await identity({ sub: 'job', azp: 'job' }), { kind: 'machine', clientId: 'job' })
  t.match(await identity({ sub: 'alice', client_id: 'web' }), { kind: 'unknown', clientId: 'web' }, 'what is absent proves nothing')
})

t.test('A21: an address makes nobody a machine', async t => {
  const { identity } = await setUp(t)
  t.match(await identity({ sub: 'alice', client_id: 'web', email: 'alice@example.com' }), { kind: 'unknown' })
  t.match(await identity({ sub: 'alice', client_id: 'web', email: 'alice@example.com', given_name: 'Alice' }), { kind: 'human' })
})

t.test('A21: an ID token is never a machine\'s', async t => {
  const { identity, outcome } = await setUp(t, { tokenUse: 'id' })
  t.match(await identity({ sub: 'alice', azp: 'web', token_use: 'id', given_name: 'Alice' }), { kind: 'human' })
  t.match(await outcome({ ...JOB, token_use: 'access' }), '401 AUTH_TOKEN_INVALID token_use')
})

t.test('A21: claims.kind is the last word', async t => {
  const { identity } = await setUp(t, { claims: { kind: () => 'unknown' } })
  t.match(await identity(JOB), { kind: 'unknown', clientId: 'job' })
})

t.test('A21: machines are asked about like people; there nobody asks, and they have no groups', async t => {
  const { issuer, provider } = await setUp(t, { groupsProvider: { fetchGroups: () => ['nightly'] }, rolesProvider: { fetchRoles: () => ['importer'] } })
  const app = await openApp(t, { jwtProvider: provider }, app => app.get('/', async ({ user }) => [user?.kind, user?.clientId, await user?.groups(), await user?.roles()]))
  t.strictSame((await app.inject({ url: '/', headers: bearer(issuer.token(JOB)) })).json(), ['machine', 'job', ['nightly'], ['importer']])
})

t.test('A21: without sub there is no id, whatever the client is: 401; there it is the client\'s, and without one 500', async t => {
  const { outcome } = await setUp(t)
  t.equal(await outcome({ sub: undefined, client_id: 'job' }), '401 AUTH_TOKEN_INVALID claim_missing')
  t.equal(await outcome({ sub: undefined }), '401 AUTH_TOKEN_INVALID claim_missing')
})

/** A pool, and what an app makes of tokens of its machine with these claims. */
async function setUpPool (t: Test) {
  const pool = await startPool(t)
  const provider = cognito(pool.options({ tokenUse: null }))
  t.teardown(async function closeProvider () { await provider.close?.() })
  return { pool, provider, kindOf: async (claims: object) => (await provider.verify(pool.machine({ ...claims }), createContext())).kind }
}

t.test('A24: a machine has no claim that people have; presence counts, even of an empty one', async t => {
  const { kindOf } = await setUpPool(t)
  t.equal(await kindOf({}), 'machine')
  for (const claim of ['cognito:username', 'username', 'email', 'name', 'given_name', 'family_name']) {
    for (const value of ['alice', '']) t.not(await kindOf({ [claim]: value }), 'machine', `${claim} ${value}`)
  }
  t.equal(await kindOf({ azp: 'other' }), 'machine', 'azp is not looked at')
})

t.test('A24: a machine is its own client; there a client is enough', async t => {
  const { kindOf } = await setUpPool(t)
  t.equal(await kindOf({ sub: 'somebody-else' }), 'unknown')
})

t.test('A24: a machine has an access token that says so; there it may say nothing', async t => {
  const { pool, provider } = await setUpPool(t)
  t.equal(await outcomeOf(provider, pool.machine({ token_use: undefined })), '401 AUTH_TOKEN_INVALID token_use')
  t.equal(await outcomeOf(provider, pool.machine({ client_id: undefined })), '401 AUTH_TOKEN_INVALID claim_missing')
  t.match(await provider.verify(pool.machine({ token_use: 'id', aud: pool.clientId }), createContext()), { kind: 'unknown' })
})

t.test('A24: what there is to know of a machine is in the user', async t => {
  const { pool, provider } = await setUpPool(t)
  const scope = 'reports/read reports/write'
  const identity = await provider.verify(pool.machine({ scope }), createContext())
  t.match(identity, { kind: 'machine', clientId: pool.clientId, subject: pool.clientId, scopes: ['reports/read', 'reports/write'] })
  t.equal(identity.claims['token_use'], 'access')
})

t.test('A24: and of a person', async t => {
  const { pool, provider } = await setUpPool(t)
  t.match(await provider.verify(pool.access({ email: 'alice@example.com' }), createContext()), { kind: 'human', clientId: pool.clientId, name: 'my-test-user', email: 'alice@example.com' })
})

t.test('A24: scopes are split at blanks, and none are none', async t => {
  const { pool, provider } = await setUpPool(t)
  const scopesOf = async (scope: unknown) => (await provider.verify(pool.machine({ scope }), createContext())).scopes
  t.strictSame(await scopesOf('a  b '), ['a', 'b'])
  for (const scope of ['', ' ', undefined]) t.strictSame(await scopesOf(scope), [], JSON.stringify(scope))
})

t.test('A24: a route that is for people refuses machines, and whom nothing shows to be one', async t => {
  const { pool, provider } = await setUpPool(t)
  const app = await openApp(t, { jwtProvider: provider }, app => app.get('/', { preHandler: requireKind('human') }, async () => 'in'))
  const statusOf = async (token: string) => (await app.inject({ url: '/', headers: bearer(token) })).statusCode
  t.strictSame([await statusOf(pool.access()), await statusOf(pool.machine()), await statusOf(pool.access({ username: undefined }))], [200, 403, 403])
})
