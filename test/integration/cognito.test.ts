import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { createPoolKey, startPool } from '../fixtures/cognito-pool.js'
import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { cognito } from '../../lib/providers/cognito/index.js'
import { memoryRevocations, requireGroups, requireKind, requireScopes } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { CollectedLog } from '../fixtures/collect-log.js'
import type { AnyOptions } from '../fixtures/open-app.js'

const PERSON = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'

function declare (app: FastifyInstance): void {
  app.get('/me', async function readMe ({ user }) {
    const { id, name, kind, email, emailVerified, clientId, scopes, issuer } = user ?? {}
    const [groups, roles, permissions] = await Promise.all([user?.groups(), user?.roles(), user?.permissions()])
    return { id, name, kind, email, emailVerified, clientId, scopes, issuer, groups, roles, permissions }
  })
  app.get('/group', { preHandler: requireGroups('testgroup') }, async () => 'in')
  app.get('/machine', { preHandler: [requireKind('machine'), requireScopes('reports/read')] }, async () => 'in')
  app.get('/person', { preHandler: requireKind('human') }, async () => 'in')
}

async function open (t: Test, options: AnyOptions): Promise<{ app: FastifyInstance, log: CollectedLog }> {
  const log = collectLog('info')
  return { app: await openApp(t, options, declare, { logger: log.logger }), log }
}

/** Whose token it is; or why not, as `401 audience`. */
async function ask ({ app, log }: { app: FastifyInstance, log: CollectedLog }, token: string): Promise<string> {
  log.clear()
  const answer = await app.inject({ url: '/me', headers: bearer(token) })
  return answer.statusCode === 200 ? answer.json().id : `${answer.statusCode} ${log.lines.map(line => line['reason'] ?? '').join('')}`
}

async function see (app: FastifyInstance, token: string): Promise<Record<string, unknown>> {
  return (await app.inject({ url: '/me', headers: bearer(token) })).json()
}

async function statusesOf (app: FastifyInstance, token: string): Promise<readonly number[]> {
  const answers = await Promise.all(['/group', '/machine', '/person'].map(url => app.inject({ url, headers: bearer(token) })))
  return answers.map(({ statusCode }) => statusCode)
}

t.test('an access token is the user that it was issued to', async t => {
  const pool = await startPool(t)
  const { app } = await open(t, { jwtProvider: cognito(pool.options()) })
  t.strictSame(await see(app, pool.access()), {
    id: PERSON,
    name: 'my-test-user',
    kind: 'human',
    email: null,
    emailVerified: null,
    clientId: pool.clientId,
    scopes: ['phone', 'openid', 'profile', 'resourceserver.1/appclient2', 'email'],
    issuer: pool.issuer,
    ...{ groups: ['testgroup'], roles: [], permissions: [] }
  })
  t.strictSame(await statusesOf(app, pool.access()), [200, 403, 200])
  t.strictSame(pool.fetched, [`${pool.issuer}/.well-known/jwks.json`], 'the keys were fetched once, from the original issuer')
})

t.test('an ID token is the user that it describes, where ID tokens are asked for', async t => {
  const pool = await startPool(t)
  const { app } = await open(t, { jwtProvider: cognito(pool.options({ tokenUse: 'id' as const })) })
  t.strictSame(await see(app, pool.id()), {
    id: PERSON,
    name: 'my-test-user',
    kind: 'human',
    email: 'my-test-user@example.com',
    emailVerified: true,
    clientId: pool.clientId,
    scopes: [],
    issuer: pool.issuer,
    ...{ groups: ['test-group-a', 'test-group-b'], roles: [], permissions: [] }
  })
  t.match(await see(app, pool.id({ aud: ['other', pool.clientId] })), { id: PERSON, clientId: null }, 'several audiences do not say which client it was')
  t.match(await see(app, pool.id({ aud: [pool.clientId] })), { clientId: pool.clientId })
  const told = await open(t, { jwtProvider: cognito(pool.options({ tokenUse: 'id' as const, claims: { clientId: null } })) })
  t.match(await see(told.app, pool.id()), { id: PERSON, clientId: null }, 'the options have the last word')
})

t.test('a machine is the client itself', async t => {
  const pool = await startPool(t)
  const { app } = await open(t, { jwtProvider: cognito(pool.options()) })
  t.match(await see(app, pool.machine()), { id: pool.clientId, name: pool.clientId, kind: 'machine', clientId: pool.clientId, scopes: ['reports/read'], groups: [] })
  t.strictSame(await statusesOf(app, pool.machine()), [403, 200, 403])
  const unclear = pool.access({ username: undefined })
  t.match(await see(app, unclear), { id: PERSON, name: PERSON, kind: 'unknown' }, 'no username makes nobody a machine')
  t.strictSame(await statusesOf(app, unclear), [200, 403, 403])
})

t.test('every other token is refused, and the log says why', async t => {
  const pool = await startPool(t)
  const foreign = await startPool(t, { userPoolId: 'us-east-1_EXAMPLE22' })
  const scene = await open(t, { jwtProvider: cognito(pool.options()) })
  const otherRegion = 'https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_EXAMPLE11'
  const stranger = { kid: pool.accessKey.kid, privateKey: createPoolKey('stranger').privateKey }
  const refused: ReadonlyArray<readonly [string, string, string]> = [
    ['an ID token', pool.id(), '401 token_use'],
    ['an ID token without signs of one', pool.id({ nonce: undefined }), '401 token_use'],
    ['a token of another client', pool.access({ client_id: 'another' }), '401 audience'],
    ['a machine of another client', pool.machine({ sub: 'another', client_id: 'another' }), '401 audience'],
    ['the client in another case', pool.access({ client_id: pool.clientId.toUpperCase() }), '401 audience'],
    ['the client among others', pool.access({ client_id: [pool.clientId] }), '401 claim_type'],
    ['no client', pool.access({ client_id: undefined }), '401 claim_missing'],
    ['an empty client', pool.access({ client_id: '' }), '401 claim_type'],
    ['no client, but the audience of one', pool.access({ client_id: undefined, aud: pool.clientId }), '401 claim_missing'],
    ['a refresh token', pool.access({ token_use: 'refresh' }), '401 token_use'],
    ['a use that nobody knows', pool.access({ token_use: 'other' }), '401 token_use'],
    ['another spelling', pool.access({ token_use: 'Access' }), '401 token_use'],
    ['no use', pool.access({ token_use: undefined }), '401 token_use'],
    ['a list of uses', pool.access({ token_use: ['access'] }), '401 claim_type'],
    ['another pool', foreign.access(), '401 issuer_unknown'],
    ['another pool that says to be this one', foreign.access({ iss: pool.issuer }), '401 signature'],
    ['another region', pool.access({ iss: otherRegion }), '401 issuer_unknown'],
    ['a slash', pool.access({ iss: `${pool.issuer}/` }), '401 issuer_unknown'],
    ['a look-alike', pool.access({ iss: pool.issuer.replace('amazonaws.com', 'amazonaws.com.evil.example') }), '401 issuer_unknown'],
    ['a key of nobody', pool.sign({ iss: pool.issuer }, stranger), '401 signature'],
    ['a kid of nobody', pool.access({}, { kid: 'nobody' }), '401 kid_unknown'],
    ['another algorithm', pool.access({}, { alg: 'PS256' }), '401 algorithm'],
    ['an expired token', pool.access({ exp: now() - 60 }), '401 expired'],
    ['no expiry', pool.access({ exp: undefined }), '401 claim_missing'],
    ['no subject', pool.access({ sub: undefined }), '401 claim_missing'],
    ['groups of a wrong type', pool.access({ 'cognito:groups': { admin: true } }), '401 claim_type']
  ]
  for (const [what, token, outcome] of refused) t.equal(await ask(scene, token), outcome, what)
  t.equal(await ask(scene, pool.access()), PERSON, 'and the good one is still good')
})

t.test('without a token use of its own, access and ID tokens pass and nothing else', async t => {
  const pool = await startPool(t)
  const scene = await open(t, { jwtProvider: cognito(pool.options({ tokenUse: null })) })
  t.equal(await ask(scene, pool.access()), PERSON)
  t.equal(await ask(scene, pool.id()), PERSON)
  for (const use of ['refresh', 'ID', '', undefined, null, 7, ['id']]) t.equal(await ask(scene, pool.access({ token_use: use })), '401 token_use', String(use))
  t.equal(await ask(scene, pool.access({ token_use: 'id' })), '401 claim_missing', 'an ID token has an audience')
  t.equal(await ask(scene, pool.id({ token_use: 'access' })), '401 claim_missing', 'an access token has a client')
})

t.test('an ID token must be for one of the clients', async t => {
  const pool = await startPool(t)
  const scene = await open(t, { jwtProvider: cognito(pool.options({ tokenUse: 'id' as const, clientId: ['first', 'second'] })) })
  for (const aud of ['first', 'second', ['other', 'second']]) t.equal(await ask(scene, pool.id({ aud })), PERSON, String(aud))
  for (const aud of ['other', 'First', ['other'], []]) t.equal(await ask(scene, pool.id({ aud })), '401 audience', String(aud))
  for (const aud of [7, [7], { first: true }, null]) t.equal(await ask(scene, pool.id({ aud })), '401 claim_type', String(aud))
  t.equal(await ask(scene, pool.id({ aud: undefined, client_id: 'first' })), '401 claim_missing', 'a client beside it is none')
  t.equal(await ask(scene, pool.access({ client_id: 'first' })), '401 token_use')
})

t.test('with null every client of the pool counts, but a client there must be', async t => {
  const pool = await startPool(t)
  const scene = await open(t, { jwtProvider: cognito({ ...pool.options(), clientId: null, tokenUse: null }) })
  t.equal(await ask(scene, pool.access({ client_id: 'any' })), PERSON)
  t.equal(await ask(scene, pool.id({ aud: 'any' })), PERSON)
  t.equal(await ask(scene, pool.access({ client_id: undefined })), '401 claim_missing')
  t.equal(await ask(scene, pool.access({ client_id: { id: 'any' } })), '401 claim_type')
  t.equal(await ask(scene, pool.id({ aud: undefined })), '401 claim_missing')
  t.equal(await ask(scene, pool.access({ client_id: 'any', aud: 'any' })), PERSON)
  t.equal(await ask(scene, pool.access({ client_id: 'any', aud: 'another' })), '401 audience')
})

t.test('an access token for one resource is refused by all others', async t => {
  const pool = await startPool(t)
  const plain = await open(t, { jwtProvider: cognito(pool.options()) })
  const bound = await open(t, { jwtProvider: cognito(pool.options({ audience: ['https://api.example', 'https://old.example'] })) })
  const asks = (aud: unknown) => Promise.all([plain, bound].map(scene => ask(scene, pool.access({ aud }))))
  t.strictSame(await asks(undefined), [PERSON, PERSON], 'most tokens have no audience')
  t.strictSame(await asks('https://api.example'), ['401 audience', PERSON])
  t.strictSame(await asks(['https://other.example', 'https://old.example']), ['401 audience', PERSON])
  t.strictSame(await asks('https://other.example'), ['401 audience', '401 audience'])
  t.strictSame(await asks(pool.clientId), [PERSON, '401 audience'])
  t.strictSame(await asks(null), ['401 claim_type', '401 claim_type'])
  t.equal(await ask(bound, pool.access({ aud: 'https://api.example', client_id: 'another' })), '401 audience', 'the client counts all the same')
})

t.test('both issuers of a pool are one, and the keys are those of the original', async t => {
  const pool = await startPool(t)
  const { app } = await open(t, { jwtProvider: cognito(pool.options()) })
  for (const iss of [pool.issuer, pool.updatedIssuer]) t.match(await see(app, pool.access({ iss })), { id: PERSON, issuer: pool.issuer }, iss)
  t.equal(pool.fetched.length, 1)
})

t.test('a replica of a pool is the same pool, with the keys of its own region', async t => {
  const userPoolId = 'us-east-1_EXAMPLE11'
  const [home, replica] = [await startPool(t, { userPoolId }), await startPool(t, { userPoolId })]
  const fetchThere = (url: string, init: RequestInit) => (url.includes('.us-west-2.') ? replica : home).fetch(url, init)
  const scene = await open(t, { jwtProvider: cognito(home.options({ region: ['us-east-1', 'us-west-2'], fetch: fetchThere })) })
  const iss = `https://cognito-idp.us-west-2.amazonaws.com/${userPoolId}`
  t.match(await see(scene.app, replica.access({ iss })), { id: PERSON, issuer: home.issuer })
  t.equal(await ask(scene, home.access()), PERSON)
  t.equal(await ask(scene, home.access({ iss })), '401 signature', 'keys of another region are those of somebody else')
  t.equal(await ask(scene, replica.access()), '401 signature')
  t.equal(await ask(scene, home.access({ iss: iss.replace('west-2', 'west-1') })), '401 issuer_unknown', 'a region that was not named')
  t.strictSame([home.fetched.length, replica.fetched.length], [1, 1])
})

t.test('several pools are several providers, and share nothing', async t => {
  const [staff, partners] = [await startPool(t), await startPool(t, { userPoolId: 'eu-west-1_EXAMPLE22', clientId: 'partners' })]
  const scene = await open(t, { jwtProvider: [cognito(staff.options()), cognito(partners.options({ name: 'partners' }))] })
  t.match(await see(scene.app, staff.access()), { issuer: staff.issuer, groups: ['testgroup'] })
  t.match(await see(scene.app, partners.access()), { issuer: partners.issuer, groups: ['testgroup'] }, 'groups of both count')
  t.equal(await ask(scene, partners.access({ client_id: staff.clientId })), '401 audience', 'a client is one of its own pool')
  t.equal(await ask(scene, partners.access({ iss: staff.issuer, client_id: staff.clientId })), '401 signature')
  partners.isDown = true
  t.equal(await ask(scene, staff.access()), PERSON)
  await t.rejects(open(t, { jwtProvider: [cognito(staff.options()), cognito(staff.options())] }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('beside another issuer both keep to themselves', async t => {
  const [pool, issuer] = [await startPool(t), handIssuer()]
  const scene = await open(t, { jwtProvider: [cognito(pool.options()), issuer.provider()] })
  t.equal(await ask(scene, issuer.token()), 'alice')
  t.equal(await ask(scene, pool.access()), PERSON)
  t.equal(await ask(scene, pool.access({ iss: issuer.url })), '401 signature')
  t.equal(await ask(scene, issuer.token({ iss: pool.issuer, token_use: 'access', client_id: pool.clientId })), '401 algorithm')
})

t.test('while the keys cannot be had it is 503, and then it goes on', async t => {
  const pool = await startPool(t)
  pool.isDown = true
  const scene = await open(t, { jwtProvider: cognito(pool.options({ warmUp: false })) })
  t.match(await ask(scene, pool.access()), /^503 .*keys_unavailable/)
  t.equal(await ask(scene, pool.access({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OTHER' })), '401 issuer_unknown')
})

t.test('an emulator has an issuer and keys of its own', async t => {
  const pool = await startPool(t, { userPoolId: 'local_EXAMPLE', clientId: 'app' })
  const issuer = `${pool.url}/local_EXAMPLE`
  const byIssuer = await open(t, { jwtProvider: cognito({ userPoolId: 'local_EXAMPLE', clientId: 'app', issuer }) })
  t.match(await see(byIssuer.app, pool.access({ iss: issuer })), { id: PERSON, issuer, groups: ['testgroup'] })
  t.equal(await ask(byIssuer, pool.access({ iss: 'https://cognito-idp.local.amazonaws.com/local_EXAMPLE' })), '401 issuer_unknown', 'it takes the place of the others')
  const within = 'http://cognito:9229/local_EXAMPLE'
  const byBoth = await open(t, { jwtProvider: cognito({ userPoolId: 'local_EXAMPLE', clientId: 'app', issuer: within, jwksUri: `${issuer}/.well-known/jwks.json` }) })
  t.equal(await ask(byBoth, pool.access({ iss: within })), PERSON)
})

t.test('a revoked session is out with all its tokens', async t => {
  const [pool, revocation] = [await startPool(t), memoryRevocations()]
  const scene = await open(t, { jwtProvider: cognito(pool.options()), revocation })
  t.equal(await ask(scene, pool.access({ jti: '1' })), PERSON)
  revocation.revokeToken(pool.issuer, '1')
  t.equal(await ask(scene, pool.access({ jti: '1' })), '401 revoked')
  t.equal(await ask(scene, pool.access({ jti: '1', iss: pool.updatedIssuer })), '401 revoked', 'under its other issuer, too')
  t.equal(await ask(scene, pool.access({ jti: '2' })), PERSON)
})
