// Lines A18, A22, A23, A25 and A29 of docs/from-python.md.
import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'

import { cognito, cognitoGroups, cognitoGroupsAsRoles, cognitoProfile, cognitoUrls } from '../../lib/providers/cognito/index.js'
import { AwsFailure, startAwsService } from '../fixtures/aws-json-service.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { outcomeOf } from '../fixtures/outcome-of.js'
import { createContext } from '../fixtures/provider-context.js'

import type { Test } from 'tap'
import type { CognitoPool } from '../fixtures/cognito-pool.js'
import type { AnyOptions } from '../fixtures/open-app.js'
import type { CognitoGroupsOptions, CognitoOptions, CognitoUrlsOptions } from '../../lib/providers/cognito/index.js'

const PERSON = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const AUDIENCE = '401 AUTH_TOKEN_INVALID audience'

/** A pool, and ours that knows it and its client. */
async function setUp (t: Test, options: Partial<CognitoOptions> = {}) {
  const pool = await startPool(t)
  const provider = cognito({ ...pool.options(), ...options })
  t.teardown(async function closeProvider () { await provider.close?.() })
  return {
    pool,
    outcome: async (token: string) => await outcomeOf(provider, token),
    identity: async (token: string) => await provider.verify(token, createContext())
  }
}

/** What an app knows of the groups and roles of a user. */
async function openNames (t: Test, options: AnyOptions) {
  const app = await openApp(t, options, function declare (app) {
    app.get('/', async ({ user }) => ({ groups: await user?.groups(), roles: await user?.roles() }))
  })
  return async (token: string): Promise<unknown> => (await app.inject({ url: '/', headers: bearer(token) })).json()
}

t.test('A18: an access token names its client in client_id, and needs no audience', async t => {
  const { pool, outcome } = await setUp(t)
  t.equal(await outcome(pool.access({ aud: undefined })), PERSON)
  t.equal(await outcome(pool.access({ aud: undefined, client_id: 'other' })), AUDIENCE)
})

t.test('A18: where there is an audience, the client makes up for nothing; there either of the two will do', async t => {
  const { pool, outcome } = await setUp(t)
  t.equal(await outcome(pool.access({ aud: 'https://other.example' })), AUDIENCE)
  t.equal(await outcome(pool.access({ aud: pool.clientId, client_id: 'other' })), AUDIENCE)
  t.equal(await outcome(pool.access({ aud: pool.clientId })), PERSON)
})

t.test('A22: the right client gets in, another one does not, by aud or by client_id', async t => {
  const access = await setUp(t)
  t.equal(await access.outcome(access.pool.access()), PERSON)
  t.equal(await access.outcome(access.pool.access({ client_id: 'other' })), AUDIENCE)
  const id = await setUp(t, { tokenUse: 'id' })
  t.equal(await id.outcome(id.pool.id()), PERSON)
  t.equal(await id.outcome(id.pool.id({ aud: 'other' })), AUDIENCE)
})

t.test('A22: every client gets in with null, and only out loud; there it is enough to set none', async t => {
  const { pool, outcome } = await setUp(t, { clientId: null })
  t.equal(await outcome(pool.access({ client_id: 'other' })), PERSON)
  t.throws(() => cognito({ userPoolId: pool.userPoolId } as CognitoOptions), { code: 'AUTH_OPTION_INVALID', message: /^cognito\.clientId is missing/ })
})

t.test('A22: the name is username, cognito:username or sub, and an address need not be there', async t => {
  const { pool, identity } = await setUp(t, { tokenUse: null })
  t.match(await identity(pool.access({ username: 'alice', 'cognito:username': 'other' })), { subject: PERSON, name: 'alice', email: null })
  t.match(await identity(pool.id({ 'cognito:username': 'alice', email: undefined })), { subject: PERSON, name: 'alice', email: null })
  t.match(await identity(pool.access({ username: undefined })), { subject: PERSON, name: PERSON })
  t.match(await identity(pool.id()), { email: 'my-test-user@example.com' })
})

t.test('A22: a token without sub is 401; there it is 500', async t => {
  const { pool, outcome } = await setUp(t)
  t.equal(await outcome(pool.access({ sub: undefined })), '401 AUTH_TOKEN_INVALID claim_missing')
})

t.test('A22: providers of groups are asked about people, and about machines too; there not about these', async t => {
  const asked: string[] = []
  const pool = await startPool(t)
  const groupsProvider = { fetchGroups: ({ kind }: { readonly kind: string }) => [asked.push(kind)].map(() => 'from-provider') }
  const names = await openNames(t, { jwtProvider: cognito(pool.options({ groupsProvider })) })
  for (const token of [pool.access(), pool.machine()]) t.match(await names(token), { groups: ['from-provider'] })
  t.strictSame(asked, ['human', 'machine'])
})

t.test('A22: providers are objects; a class, which there is instantiated, stops the boot', async t => {
  class Groups { fetchGroups = (): string[] => [] }
  const { pool, outcome } = await setUp(t, { groupsProvider: new Groups() })
  t.equal(await outcome(pool.access()), PERSON)
  t.throws(() => cognito({ ...pool.options(), groupsProvider: Groups as unknown as Groups }), { code: 'AUTH_OPTION_INVALID', message: /^cognito\.groupsProvider must be an object/ })
})

/** Groups and roles that are read with these options. */
async function openGroups (t: Test, options: CognitoGroupsOptions = {}): Promise<{ pool: CognitoPool, names: (claims: object) => Promise<unknown> }> {
  const pool = await startPool(t)
  const see = await openNames(t, { jwtProvider: cognito(pool.options()), groupsProvider: cognitoGroups(options), rolesProvider: cognitoGroupsAsRoles(options) })
  return { pool, names: async claims => await see(pool.access({ ...claims })) }
}

const both = (...names: string[]): object => ({ groups: names, roles: names })

t.test('A23: groups and roles are those of the claim, one, several or none', async t => {
  const { names } = await openGroups(t)
  for (const groups of [['admin', 'staff'], ['admin'], []]) t.strictSame(await names({ 'cognito:groups': groups }), both(...groups))
  t.strictSame(await names({ 'cognito:groups': undefined, scope: undefined }), both())
})

t.test('A23: a scope is a group only where promoteSingleScope says so; there always', async t => {
  const plain = await openGroups(t)
  t.strictSame(await plain.names({ 'cognito:groups': undefined, scope: 'server/administrator' }), both())
  const { names } = await openGroups(t, { promoteSingleScope: true })
  t.strictSame(await names({ 'cognito:groups': undefined, scope: 'server/administrator' }), both('administrator'))
  t.strictSame(await names({ 'cognito:groups': undefined, scope: 'teacher' }), both('teacher'), 'all of it where it has no slash')
  t.strictSame(await names({ 'cognito:groups': undefined, scope: 'openid profile email' }), both(), 'several are none')
  t.strictSame(await names({ 'cognito:groups': ['staff'], scope: 'server/administrator' }), both('staff'), 'the claim comes first')
})

t.test('A23: another claim may be named, and users of others have nothing from here', async t => {
  const { names } = await openGroups(t, { groupsClaim: 'teams' })
  t.strictSame(await names({ teams: ['red'] }), both('red'))
  const [pool, hand] = [await startPool(t), handIssuer()]
  const see = await openNames(t, { jwtProvider: [cognito(pool.options()), hand.provider()], groupsProvider: cognitoGroups(), rolesProvider: cognitoGroupsAsRoles() })
  t.strictSame(await see(hand.token({ 'cognito:groups': ['admin'] })), both())
})

const URLS: CognitoUrlsOptions = { domain: 'books', region: 'eu-west-1', clientId: 'app', redirectUri: 'https://app.example/callback?a=b&c=d', logoutUri: 'https://app.example/bye' }
const random = (): string => randomBytes(16).toString('base64url')
const LOGIN = { state: random(), nonce: random(), codeChallenge: createHash('sha256').update(random()).digest('base64url') }

t.test('A25: the login page is asked for a code with PKCE, and comes back to an address that is percent-encoded; there it gives the token', async t => {
  const { origin, pathname, search, searchParams } = new URL(cognitoUrls(URLS).login(LOGIN))
  t.strictSame([origin, pathname], ['https://books.auth.eu-west-1.amazoncognito.com', '/oauth2/authorize'])
  t.match(search, 'redirect_uri=https%3A%2F%2Fapp.example%2Fcallback%3Fa%3Db%26c%3Dd&')
  const { redirectUri, clientId } = URLS
  t.match(Object.fromEntries(searchParams), { redirect_uri: redirectUri, client_id: clientId, response_type: 'code', code_challenge_method: 'S256', state: LOGIN.state, nonce: LOGIN.nonce })
})

t.test('A25: who signs out comes back to an address of his app', async t => {
  t.equal(cognitoUrls(URLS).logout(), 'https://books.auth.eu-west-1.amazoncognito.com/logout?client_id=app&logout_uri=https%3A%2F%2Fapp.example%2Fbye')
})

/** A pool whose users are these, by name; everything else goes wrong. */
async function openProfiles (t: Test, users: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const pool = await startPool(t)
  const service = await startAwsService(t, {
    AdminGetUser ({ Username }) {
      const attributes = users[String(Username)]
      if (attributes === undefined) throw new AwsFailure(Username === 'gone' ? 'UserNotFoundException' : 'TooManyRequestsException')
      return { Username: String(Username), UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })) }
    }
  })
  const profileProvider = cognitoProfile({ userPoolId: pool.userPoolId, endpoint: service.url, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } })
  const app = await openApp(t, { jwtProvider: cognito(pool.options()), profileProvider }, app => app.get('/', async ({ user }) => await user?.profile()))
  const profile = async (username: string): Promise<unknown> => {
    const answer = await app.inject({ url: '/', headers: bearer(pool.access({ username })) })
    return answer.statusCode === 200 ? answer.json() : answer.statusCode
  }
  return { pool, service, profile }
}

t.test('A29: a profile is the attributes as they are, asked for with the pool and the user', async t => {
  const attributes = { sub: PERSON, email: 'alice@example.com', email_verified: 'true', 'custom:shelf': '7' }
  const { pool, service, profile } = await openProfiles(t, { alice: attributes, bare: {} })
  t.strictSame(await profile('alice'), attributes)
  t.strictSame(service.calls[0]?.body, { UserPoolId: pool.userPoolId, Username: 'alice' })
  t.strictSame(await profile('bare'), {})
})

t.test('A29: a user who is gone has no attributes, and a failure is 503; there it is no attributes too', async t => {
  const { profile } = await openProfiles(t, {})
  t.strictSame([await profile('gone'), await profile('alice')], [{}, 503])
})
