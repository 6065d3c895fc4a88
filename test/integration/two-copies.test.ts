import Fastify from 'fastify'
import t from 'tap'

import { loadSecondCopy } from '../fixtures/second-copy.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, * as library from '../../lib/index.js'

import type { FastifyInstance, FastifyRequest } from 'fastify'

const second = await loadSecondCopy(t)
const issuer = handIssuer()
const partners = handIssuer('https://partners.example')
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token({ roles: ['editor'] }))
const bob = bearer(issuer.token({ sub: 'bob' }))
const acme = bearer(partners.token({ sub: 'acme', roles: ['editor'] }))
const whoami = async ({ user }: FastifyRequest): Promise<string> => user?.id ?? 'nobody'

async function ask (app: FastifyInstance, url: string): Promise<readonly number[]> {
  const answers = []
  for (const headers of [{}, bob, alice]) {
    answers.push((await app.inject({ url, headers })).statusCode)
  }
  return answers
}

t.test('there are two copies', async t => {
  t.not(second.authPlugin, library.authPlugin)
  t.not(second.AUTH_TOKEN_INVALID, library.AUTH_TOKEN_INVALID)
})

t.test('guards of one copy guard the routes of the other', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/own', { preHandler: second.requireRoles('editor') }, whoami)
    app.get('/combined', { preHandler: library.allOf(library.requireUser(), second.not(second.not(second.requireRoles('editor')))) }, whoami)
    app.get('/asked', async request => await request.authorize(second.requireRoles('editor')))
    app.register(async inner => {
      inner.guard(second.requireRoles('editor'))
      inner.get('/context', whoami)
    })
  })
  for (const url of ['/own', '/combined', '/asked', '/context']) {
    t.same(await ask(app, url), [401, 403, 200], url)
  }
  t.match(app.accessMatrix().find(row => row.url === '/own'), { mode: 'required', declaredBy: 'guard', guard: { kind: 'roles', wanted: ['editor'] } })
})

t.test('mistakes with guards of one copy stop the boot of the other', async t => {
  await t.rejects(openApp(t, { jwtProvider }, app => { app.get('/', { onResponse: second.requireUser() as never }, whoami) }), { code: 'AUTH_GUARD_MISPLACED' })
  await t.rejects(openApp(t, { jwtProvider }, app => { app.get('/', { config: { auth: 'public' }, preHandler: second.requireUser() }, whoami) }), { code: 'AUTH_ROUTE_CONTRADICTORY' })
})

t.test('a guard of one copy that was passed uncalled stops the boot of the other, wherever it stands', async t => {
  const { requireUser, requireGroups, requireRoles, requirePermissions, requireScopes, requireKind, requireClaims, requirePolicy, anyOf, allOf, not } = second
  const factories = { requireUser, requireGroups, requireRoles, requirePermissions, requireScopes, requireKind, requireClaims, requirePolicy, anyOf, allOf, not }
  for (const [name, factory] of Object.entries(factories)) {
    const places: Readonly<Record<string, (app: FastifyInstance) => unknown>> = {
      'on a route': app => app.get('/', { preHandler: factory as never }, whoami),
      'beside another': app => app.get('/', { onRequest: [library.requireUser(), factory as never] }, whoami),
      'too late': app => app.get('/', { onSend: factory as never }, whoami),
      'for a context': app => app.addHook('onRequest', factory as never).get('/', whoami),
      'through app.guard': app => app.guard(factory as never).get('/', whoami)
    }
    for (const [place, declare] of Object.entries(places)) {
      await t.rejects(openApp(t, { jwtProvider }, app => { declare(app) }), { code: 'AUTH_GUARD_EMPTY', message: /uncalled/ }, `${name} ${place}`)
    }
  }
})

t.test('users and errors of one copy are known to the other', async t => {
  const app = await openApp(t, { jwtProvider, mode: 'optional' }, app => {
    app.get('/', async request => second.currentUser(request).id)
    app.setErrorHandler(async (error, _request, reply) => reply.code((error as { statusCode: number }).statusCode).send({ known: second.isAuthError(error) }))
  })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'alice' })
  t.match(await app.inject('/'), { statusCode: 401, body: '{"known":true}', headers: { 'www-authenticate': 'Bearer realm="api"' } })
})

t.test('a provider may refuse with the errors of another copy', async t => {
  function verify (): never {
    throw new second.AUTH_TOKEN_EXPIRED({ reason: 'expired' })
  }
  const app = await openApp(t, { jwtProvider: issuer.provider({ verify }) }, app => { app.get('/', whoami) })
  t.equal((await app.inject({ url: '/', headers: alice })).json().code, 'AUTH_TOKEN_EXPIRED')
})

t.test('a registration of one copy may stand inside one of the other', async t => {
  for (const [outer, inner] of [[library, second], [second, library]] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(outer.authPlugin, { jwtProvider })
    app.get('/', { preHandler: inner.requireRoles('editor') }, whoami)
    await app.register(async context => {
      await context.register(inner.authPlugin, { jwtProvider: partners.provider(), exclude: ['/inner/open'] })
      context.get('/', { preHandler: [outer.requireUser(), context.requireRoles('editor')] }, whoami)
      context.get('/open', whoami)
    }, { prefix: '/inner' })
    await app.ready()
    t.same(await ask(app, '/'), [401, 403, 200])
    t.same(await ask(app, '/inner'), [401, 401, 401])
    t.match(await app.inject({ url: '/inner', headers: acme }), { statusCode: 200, body: 'acme' })
    t.match(await app.inject('/inner/open'), { statusCode: 200, body: 'nobody' })
    t.same(app.accessMatrix().map(row => [row.url, row.mode, row.declaredBy]), [['/', 'required', 'guard'], ['/inner', 'required', 'guard'], ['/inner/', 'required', 'guard'], ['/inner/open', 'public', 'exclude']])
  }
})

t.test('two copies in one context stop the boot', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider })
  await t.rejects(Promise.resolve(app.register(second.authPlugin, { jwtProvider: partners.provider() })), { code: 'AUTH_OPTION_INVALID', message: /twice/ })
})
