import Fastify from 'fastify'
import inject from 'light-my-request'
import t from 'tap'

import authPlugin, { AUTH_TOKEN_INVALID, currentUser, requireKind, requirePermissions, requireRoles, requireScopes } from '../../lib/index.js'
import { fakeUser, injectAs } from '../../lib/testing/index.js'

import type { FastifyInstance, FastifyServerOptions, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions, AuthUser, JwtProvider } from '../../lib/index.js'

/** Refuses whatever token it sees. */
const strictProvider: JwtProvider = {
  name: 'strict',
  issuers: ['https://issuer.example'],
  supplies: ['groups', 'roles', 'permissions'],
  verify () { throw new AUTH_TOKEN_INVALID({ reason: 'signature' }) }
}

async function buildApp (t: Test, options: Partial<AuthPluginOptions> = {}, serverOptions: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(serverOptions)
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider: strictProvider, ...options })
  app.get('/me', async request => ({ user: currentUser(request), groups: await currentUser(request).groups(), profile: await currentUser(request).profile() }))
  app.get('/public', { config: { auth: 'public' } }, async request => ({ user: request.user }))
  app.get('/optional', { config: { auth: 'optional' } }, async request => ({ user: request.user }))
  app.get('/reports', { preHandler: [requireRoles(['analyst', 'manager'])] }, async () => 'reports')
  app.get('/machine', { preHandler: [requireKind('machine')] }, async () => 'machine')
  app.get('/scoped', { preHandler: [requireScopes('read')] }, async () => 'scoped')
  app.post('/users', { preHandler: [requirePermissions('user.create')] }, async (request, reply) => {
    reply.code(201)
    return request.body
  })
  return app
}

const alice = fakeUser({ id: 'alice', name: 'Alice', groups: ['staff'], roles: ['analyst'], permissions: ['user.create'], scopes: ['read'] })
const bob = fakeUser({ id: 'bob' })

t.test('the handler sees the user', async t => {
  const app = await buildApp(t)
  const response = await injectAs(app, alice, '/me')
  t.equal(response.statusCode, 200)
  t.strictSame(response.json(), {
    user: { id: 'alice', kind: 'human', issuer: 'urn:fastify-gatekeeper:test', name: 'Alice', email: null, clientId: null }, groups: ['staff'], profile: {}
  })
})

t.test('guards judge him as anybody', async t => {
  const app = await buildApp(t)
  const robot = fakeUser({ id: 'robot', kind: 'machine' })
  const expected: ReadonlyArray<readonly [user: AuthUser, url: string, statusCode: number, code?: string]> = [
    [alice, '/reports', 200], [bob, '/reports', 403, 'AUTH_ROLE_MISSING'],
    [robot, '/machine', 200], [alice, '/machine', 403, 'AUTH_KIND_REFUSED'], [fakeUser({ kind: 'unknown' }), '/machine', 403, 'AUTH_KIND_REFUSED'],
    [alice, '/scoped', 200], [bob, '/scoped', 403, 'AUTH_SCOPE_MISSING'],
    [fakeUser({ roles: 'unknown' }), '/reports', 503, 'AUTH_ENTITLEMENTS_UNAVAILABLE']
  ]
  for (const [user, url, statusCode, code] of expected) {
    const response = await injectAs(app, user, url)
    t.equal(response.statusCode, statusCode, `${user.id} ${url}`)
    t.equal(code, statusCode === 200 ? undefined : response.json().code, `${user.id} ${url}`)
  }
})

t.test('options are those of app.inject', async t => {
  const app = await buildApp(t)
  const created = await injectAs(app, alice, { method: 'POST', url: '/users', payload: { name: 'carol' } })
  t.strictSame([created.statusCode, created.json()], [201, { name: 'carol' }])
  const refused = await injectAs(app, bob, { method: 'POST', url: '/users', payload: { name: 'carol' } })
  t.strictSame([refused.statusCode, refused.json().code], [403, 'AUTH_PERMISSION_MISSING'])
  const head = await injectAs(app, alice, { method: 'HEAD', url: '/reports' })
  t.strictSame([head.statusCode, head.body], [200, ''])
  t.equal((await injectAs(app, alice, '/nowhere')).statusCode, 404)
})

t.test('modes count: a public route has no user, an optional one has', async t => {
  const app = await buildApp(t)
  t.strictSame((await injectAs(app, alice, '/public')).json(), { user: null })
  t.match((await injectAs(app, alice, '/optional')).json(), { user: { id: 'alice' } })
})

t.test('providers are asked as usual, about what the user is made of', async t => {
  const asked: unknown[] = []
  const app = await buildApp(t, {
    groupsProvider: { fetchGroups: async (identity, { token }) => { asked.push([identity.subject, identity.authenticator, token]); return ['from-provider'] } },
    rolesProvider: { fetchRoles: () => { throw new Error('down') } },
    profileProvider: { fetchProfile: identity => ({ shelf: identity.subject }) }
  })
  const { groups, profile } = (await injectAs(app, alice, '/me')).json()
  t.strictSame({ groups, profile }, { groups: ['from-provider'], profile: { shelf: 'alice' } })
  t.strictSame(asked, [['alice', 'bearerAuth', null]])
  const response = await injectAs(app, alice, '/reports')
  t.strictSame([response.statusCode, response.json().code], [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
})

t.test('a token in the request is not read', async t => {
  const app = await buildApp(t)
  const authorization = 'Bearer not.a.token'
  t.equal((await app.inject({ url: '/reports', headers: { authorization } })).statusCode, 401)
  t.equal((await injectAs(app, alice, { url: '/reports', headers: { authorization } })).statusCode, 200)
})

t.test('works on an app that is not ready yet, through rewritten URLs and from a child instance', async t => {
  const app = Fastify({ rewriteUrl: () => '/me' })
  t.teardown(() => app.close())
  app.register(authPlugin, { jwtProvider: strictProvider })
  let child: FastifyInstance | null = null
  app.register(async function plugin (instance) {
    child = instance
    instance.get('/me', async request => request.user?.id)
  })
  t.equal((await injectAs(app, alice, '/other')).body, 'alice')
  t.equal((await injectAs(child ?? app, bob, '/other')).body, 'bob')
})

t.test('an app that does not boot rejects', async t => {
  const app = Fastify()
  app.register(authPlugin, { jwtProvider: [] })
  await t.rejects(injectAs(app, alice, '/'), { code: 'AUTH_OPTION_INVALID' })
})

t.test('one user on many requests at once, beside strangers', async t => {
  const app = await buildApp(t)
  const answers = await Promise.all([alice, null, bob, null, alice].map(user => user === null ? app.inject('/me') : injectAs(app, user, '/me')))
  t.strictSame(answers.map(answer => answer.statusCode), [200, 401, 200, 401, 200])
  t.strictSame(answers.map(answer => answer.json().user?.id), ['alice', undefined, 'bob', undefined, 'alice'])
})

t.test('only users made by fakeUser are injected', async t => {
  const app = await buildApp(t)
  for (const user of [{ ...alice }, Object.create(alice), {}, null, 'alice']) {
    await t.rejects(injectAs(app, user as AuthUser, '/me'), { code: 'AUTH_OPTION_INVALID' })
  }
})

t.test('the user of one request is not the user of the requests that its handler makes', async t => {
  const app = await buildApp(t)
  app.get('/outer', async (request, reply) => {
    const { statusCode } = await app.inject({ url: '/me', headers: request.headers })
    reply.send({ statusCode })
  })
  t.strictSame((await injectAs(app, alice, '/outer')).json(), { statusCode: 401 })
})

const kIdentity = { subject: 'alice', issuer: 'urn:fastify-gatekeeper:test', kind: 'human', roles: ['analyst'], authenticator: 'bearerAuth' }
const kSymbols = ['fastify-gatekeeper.verdict', 'fastify-gatekeeper.user', 'fastify-gatekeeper.identity', 'fastify-gatekeeper.route'].map(name => Symbol.for(name))

/** Whatever may travel with a request, each trying to be Alice. */
function attempts (): ReadonlyArray<readonly [name: string, options: InjectOptions]> {
  const json = JSON.stringify(kIdentity)
  const names = ['x-user', 'x-test-user', 'x-fastify-gatekeeper-user', 'x-inject-user', 'x-identity', 'remote-user', 'x-forwarded-user', 'user', 'auth-user']
  const members = ['user', 'identity', 'credentials', 'auth', 'principal', 'verdict', 'injectedUser']
  const options = members.map(name => ({ [name]: name === 'verdict' ? { error: null, principal: { user: alice } } : alice }))
  return [
    ...names.map(name => [`header ${name}`, { headers: { [name]: json } }] as const),
    ...['Basic YWxpY2U6', 'Bearer alice', `Bearer ${Buffer.from(json).toString('base64url')}..`, 'Bearer undefined'].map(value => [value, { headers: { authorization: value } }] as const),
    ...members.map(name => [`query ${name}`, { query: { [name]: json } }] as const),
    ['query __proto__', { url: `/reports?__proto__[user]=${encodeURIComponent(json)}` }],
    ...members.map(name => [`cookie ${name}`, { cookies: { [name]: json } }] as const),
    ...options.map(option => [`option ${Object.keys(option)}`, option as InjectOptions] as const),
    ...kSymbols.map(symbol => [String(symbol), { [symbol]: { error: null, principal: { user: alice, identity: kIdentity } } } as InjectOptions] as const),
    ['option server', { server: Object.assign(Object.create(null), { user: alice }) }]
  ]
}

t.test('nothing that travels with a request makes it Alice', async t => {
  const app = await buildApp(t)
  t.equal((await injectAs(app, alice, '/reports')).statusCode, 200)
  for (const [name, options] of attempts()) {
    const response = await app.inject({ url: '/reports', ...options })
    t.strictSame([response.statusCode, response.headers['www-authenticate'] !== undefined], [401, true], name)
  }
})

t.test('no body makes it Alice', async t => {
  const app = await buildApp(t)
  const polluting = `{"__proto__":{"user":${JSON.stringify(kIdentity)}},"user":${JSON.stringify(kIdentity)}}`
  for (const payload of [kIdentity, { user: kIdentity }, { identity: kIdentity }, polluting]) {
    const response = await app.inject({ method: 'POST', url: '/users', payload, headers: { 'content-type': 'application/json' } })
    t.strictSame([response.statusCode, response.json().code], [401, 'AUTH_CREDENTIALS_MISSING'])
  }
})

t.test('no member of the raw request makes it Alice', async t => {
  const app = await buildApp(t)
  await app.ready()
  const response = await inject(function dispatch (request, reply) {
    const verdict = { error: null, principal: { user: alice, identity: kIdentity }, authenticator: 'bearerAuth', route: { mode: 'required', isEarly: false } }
    Object.assign(request, { user: alice, identity: kIdentity, verdict }, Object.fromEntries(kSymbols.map(symbol => [symbol, verdict])))
    app.routing(request, reply)
  }, '/reports')
  t.equal(response.statusCode, 401)
})

t.test('nothing on a real socket makes it Alice, on the connection of a request that was', async t => {
  const app = await buildApp(t)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal((await injectAs(app, alice, '/reports')).statusCode, 200)
  for (const [name, { headers }] of attempts().filter(([, options]) => options.headers !== undefined)) {
    t.equal((await fetch(`${address}/reports`, { headers: headers as Record<string, string> })).status, 401, name)
  }
})
