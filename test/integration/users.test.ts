import t from 'tap'

import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser, requireGroups, requireRoles, requireUser } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { testIssuer } from '../../lib/testing/index.js'

import type { FastifyInstance } from 'fastify'
import type { AuthUser } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const exp = now() + 100
const alice = bearer(issuer.token({ exp, name: 'Alice', email: 'alice@example.org', scope: 'read write', nested: { list: [{ deep: true }] }, constructor: 'claim' }))

/** The user as the handler of an app sees him. */
async function see (t: Parameters<typeof openApp>[0], at: (user: AuthUser) => unknown): Promise<unknown> {
  const app = await openApp(t, { jwtProvider, profileProvider: { fetchProfile: () => ({ city: { name: 'Bern' } }) } }, app => {
    app.get('/', async request => {
      await at(currentUser(request))
      t.equal(request.user, currentUser(request), 'there is one user')
      return 'seen'
    })
  })
  return (await app.inject({ url: '/', headers: alice })).body
}

t.test('a user is what the token says, frozen', async t => {
  t.equal(await see(t, async user => {
    const { id, kind, issuer: iss, name, email, emailVerified, clientId, scopes, authenticator, expiresAt } = user
    t.strictSame({ id, kind, iss, name, email, emailVerified, clientId, authenticator, expiresAt }, {
      id: 'alice', kind: 'human', iss: issuer.url, name: 'Alice', email: 'alice@example.org', emailVerified: null, clientId: null, authenticator: 'bearerAuth', expiresAt: exp
    })
    t.strictSame(scopes, ['read', 'write'])
    t.ok([user, scopes, user.claims, await user.groups(), await user.roles(), await user.permissions(), await user.profile()].every(Object.isFrozen))
    t.throws(() => { (user as { id: string }).id = 'root' }, TypeError)
    t.throws(() => { (scopes as string[]).push('admin') }, TypeError)
  }), 'seen')
})

t.test('what came with a token has no prototype, all the way down', async t => {
  t.equal(await see(t, ({ claims }) => {
    const { nested, constructor } = claims as { nested: { list: readonly [object] }, constructor: unknown }
    for (const record of [claims, nested, nested.list[0]]) {
      t.equal(Object.getPrototypeOf(record), null)
      t.ok(Object.isFrozen(record))
    }
    t.ok(Object.isFrozen(nested.list))
    t.equal(constructor, 'claim')
    t.equal('toString' in claims, false)
  }), 'seen')
  t.equal(await see(t, async user => {
    const profile = await user.profile()
    for (const record of [profile, profile['city'] as object]) t.ok(Object.getPrototypeOf(record) === null && Object.isFrozen(record))
  }), 'seen')
})

t.test('a user in JSON is six members and nothing else', async t => {
  t.equal(await see(t, user => {
    t.strictSame(JSON.parse(JSON.stringify(user)), { id: 'alice', kind: 'human', issuer: issuer.url, name: 'Alice', email: 'alice@example.org', clientId: null })
  }), 'seen')
})

t.test('blank names and addresses are null', async t => {
  const app = await openApp(t, { jwtProvider }, app => { app.get('/', async request => currentUser(request)) })
  for (const blank of ['', ' ', '\t\n', '\u00a0']) {
    t.match((await app.inject({ url: '/', headers: bearer(issuer.token({ name: blank, email: blank })) })).json(), { name: null, email: null })
  }
})

t.test('currentUser throws where nobody is signed in', async t => {
  const app = await openApp(t, { jwtProvider, mode: 'optional' }, app => {
    app.get('/', async request => currentUser(request))
    app.get('/public', { config: { auth: 'public' } }, async request => currentUser(request))
    app.setNotFoundHandler(async request => currentUser(request))
  })
  for (const [url, headers] of [['/', {}], ['/public', {}], ['/public', alice], ['/nowhere', alice]] as const) {
    const response = await app.inject({ url, headers })
    t.match(response.json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING' })
    t.equal(response.headers['www-authenticate'], 'Bearer realm="api"')
  }
})

t.test('currentUser says in an earlier hook, an error handler and a response hook what it says in the handler', async t => {
  const seen: Array<string | undefined> = []
  const app = await openApp(t, { jwtProvider }, app => {
    app.addHook('onResponse', async request => { seen.push(request.user?.id) })
    app.addHook('preValidation', async request => { seen.push(currentUser(request).id) })
    app.setErrorHandler(async (_error, request, reply) => await reply.code(500).send(request.user?.id ?? 'nobody'))
    app.get('/', async () => { throw new Error('of the handler') })
  })
  t.equal((await app.inject({ url: '/', headers: alice })).body, 'alice')
  t.equal((await app.inject('/')).body, 'nobody')
  t.strictSame(seen, ['alice', 'alice', undefined])
})

t.test('concurrent requests keep their users apart', async t => {
  for (const provider of [jwtProvider, issuer.promisingProvider()]) {
    const app = await openApp(t, { jwtProvider: provider, groupsProvider: { fetchGroups: async ({ subject }) => [subject] } }, app => {
      app.get('/', { preHandler: requireUser() }, async request => [currentUser(request).id, ...await currentUser(request).groups()])
    })
    const ids = Array.from({ length: 50 }, (_, index) => `user-${index}`)
    const bodies = await Promise.all(ids.map(async sub => (await app.inject({ url: '/', headers: bearer(issuer.token({ sub })) })).json()))
    t.strictSame(bodies, ids.map(id => [id, id]))
  }
})

t.test('among several issuers, none grants what nobody has configured for it', async t => {
  const people = await testIssuer()
  const partners = await testIssuer()
  t.teardown(async () => { await Promise.all([people.close(), partners.close()]) })
  const one = { issuer: people.url, audience: 'api', jwks: people.jwks }
  const other = { issuer: partners.url, audience: 'api', jwks: partners.jwks }
  const declare = (app: FastifyInstance) => {
    app.get('/names', async request => {
      const user = currentUser(request)
      return { groups: await user.groups(), roles: await user.roles(), permissions: await user.permissions() }
    })
  }
  const names = async (app: FastifyInstance, { token }: typeof people) => {
    const headers = bearer(await token({ sub: 'a', aud: 'api', groups: ['g'], roles: ['r'], permissions: ['p'] }))
    return (await app.inject({ url: '/names', headers })).json()
  }
  const nothing = { groups: [], roles: [], permissions: [] }

  const alone = await openApp(t, { jwtProvider: [jwt(one)] }, declare)
  t.same(await names(alone, people), { groups: ['g'], roles: ['r'], permissions: ['p'] })
  const both = await openApp(t, { jwtProvider: [jwt(one), jwt(other)] }, declare)
  for (const who of [people, partners]) t.same(await names(both, who), nothing)
  const trusted = await openApp(t, { jwtProvider: [jwt({ ...one, claims: { roles: 'roles' } }), jwt(other)] }, app => {
    declare(app)
    app.get('/editors', { preHandler: requireRoles('r') }, async () => 'in')
  })
  t.same(await names(trusted, people), { ...nothing, roles: ['r'] })
  t.same(await names(trusted, partners), nothing)
  t.match(await trusted.inject({ url: '/editors', headers: bearer(await partners.token({ sub: 'a', aud: 'api', roles: ['r'] })) }), { statusCode: 403 })
  const unprovided = openApp(t, { jwtProvider: [jwt(one), jwt(other)] }, app => { app.get('/', { preHandler: requireGroups('g') }, async () => 'in') })
  await t.rejects(unprovided, { code: 'AUTH_ENTITLEMENTS_UNPROVIDED' })
  const provided = await openApp(t, { jwtProvider: [jwt(one), jwt(other)], groupsProvider: { fetchGroups: ({ issuer: iss }) => [iss] } }, declare)
  t.same(await names(provided, partners), { ...nothing, groups: [partners.url] })
})
