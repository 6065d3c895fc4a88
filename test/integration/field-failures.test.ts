import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { isAuthError, requireRoles, requireUser } from '../../lib/index.js'

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Test } from 'tap'
import type { Guard } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token({ roles: ['editor'] }))
const bob = bearer(issuer.token({ sub: 'bob' }))
const whoami = async ({ user }: FastifyRequest): Promise<string> => user?.id ?? 'nobody'
const editors = requireRoles('editor')

/** Asks as a stranger, as somebody without the role, and as somebody with it. */
async function ask (app: FastifyInstance, url: string, method: 'GET' | 'HEAD' | 'POST' = 'GET'): Promise<readonly number[]> {
  const answers = []
  for (const headers of [{}, bob, alice]) {
    answers.push((await app.inject({ method, url, headers })).statusCode)
  }
  return answers
}

t.test('a later plugin that replaces the hooks of routes stops the boot', async t => {
  const vandals: ReadonlyArray<(route: RouteOptions) => void> = [
    route => { route.onRequest = [] },
    route => { Reflect.deleteProperty(route, 'onRequest') },
    route => { route.onRequest = async function replaced () {} },
    route => { route.preHandler = [] },
    route => { route.preHandler = async function replaced () {} }
  ]
  for (const vandalise of vandals) {
    const boot = openApp(t, { jwtProvider }, async app => {
      await app.register(fp(async outer => { outer.addHook('onRoute', vandalise) }))
      app.get('/books', { preHandler: editors }, whoami)
    })
    await t.rejects(boot, { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ }, String(vandalise))
  }
})

t.test('a later plugin that adds to the hooks of routes does not', async t => {
  const app = await openApp(t, { jwtProvider }, async app => {
    await app.register(fp(async outer => {
      outer.addHook('onRoute', route => {
        route.onRequest = [async function added () {}, ...[route.onRequest ?? []].flat()]
        route.preHandler = [...[route.preHandler ?? []].flat(), async function added () {}]
      })
    }))
    app.get('/books', { preHandler: editors }, whoami)
  })
  t.same(await ask(app, '/books'), [401, 403, 200])
})

t.test('a later plugin that gives routes a guard guards their HEAD twins, too', async t => {
  const app = await openApp(t, { jwtProvider }, async app => {
    await app.register(fp(async outer => {
      outer.addHook('onRoute', route => { if (route.method === 'GET') route.preHandler = [editors] as NonNullable<typeof route.preHandler> })
    }))
    app.get('/books', whoami)
  })
  t.same(await ask(app, '/books'), [401, 403, 200])
  t.same(await ask(app, '/books', 'HEAD'), [401, 403, 200])
  t.match(app.accessMatrix(), [{ methods: ['GET', 'HEAD'], url: '/books', declaredBy: 'guard' }])
})

t.test('a prefix with a slash is guarded under both URLs, and so are both HEADs', async t => {
  for (const prefixTrailingSlash of ['both', 'slash', 'no-slash'] as const) {
    const app = await openApp(t, { jwtProvider }, app => {
      app.register(async inner => { inner.get('/', { prefixTrailingSlash, preHandler: editors }, whoami) }, { prefix: '/books' })
    })
    const urls = { both: ['/books', '/books/'], slash: ['/books/'], 'no-slash': ['/books'] }[prefixTrailingSlash]
    for (const url of urls) {
      t.same(await ask(app, url), [401, 403, 200], `GET ${url}, ${prefixTrailingSlash}`)
      t.same(await ask(app, url, 'HEAD'), [401, 403, 200], `HEAD ${url}, ${prefixTrailingSlash}`)
    }
    t.same(app.accessMatrix().map(row => [row.url, row.methods, row.declaredBy]).sort(), urls.map(url => [url, ['GET', 'HEAD'], 'guard']))
  }
})

t.test('a slash at the end leads to the guarded route or nowhere', async t => {
  for (const ignoreTrailingSlash of [true, false]) {
    const app = await openApp(t, { jwtProvider }, app => { app.get('/books', { preHandler: editors }, whoami) }, { routerOptions: { ignoreTrailingSlash } })
    t.same(await ask(app, '/books/'), ignoreTrailingSlash ? [401, 403, 200] : [404, 404, 404])
    t.same(await ask(app, '/books/', 'HEAD'), ignoreTrailingSlash ? [401, 403, 200] : [404, 404, 404])
  }
})

t.test('a guard guards however it is called', async t => {
  const bound = editors.bind(null) as Guard
  const forms: Readonly<Record<string, (app: FastifyInstance) => void>> = {
    bound: app => { app.get('/', { preHandler: bound }, whoami) },
    'bound twice': app => { app.get('/', { preHandler: bound.bind(null) as Guard }, whoami) },
    'in an async hook': app => { app.get('/', { preHandler: async (request, reply) => { await editors(request, reply) } }, whoami) },
    'in an async hook that returns it': app => { app.get('/', { preHandler: async (request, reply) => editors(request, reply) }, whoami) },
    'in a hook with a callback': app => { app.get('/', { preHandler: (request, reply, done) => { editors(request, reply, done) } }, whoami) },
    'in an async onRequest': app => { app.get('/', { onRequest: async (request, reply) => { await editors(request, reply) } }, whoami) },
    'in preParsing': app => { app.get('/', { preParsing: editors }, whoami) },
    'in preParsing, wrapped with a callback': app => { app.get('/', { preParsing: (request, reply, payload, done) => { editors(request, reply, payload, done) } }, whoami) },
    'in preParsing, wrapped without': app => { app.get('/', { preParsing: async (request, reply, payload) => { await editors(request, reply); return payload } }, whoami) },
    'in addHook, wrapped': app => { app.addHook('preValidation', async (request, reply) => { await editors(request, reply) }); app.get('/', whoami) },
    'in the handler': app => { app.get('/', async (request, reply) => { await editors(request, reply); return await whoami(request) }) }
  }
  for (const [form, declare] of Object.entries(forms)) {
    for (const mode of ['required', 'optional'] as const) {
      const app = await openApp(t, { jwtProvider, mode }, declare)
      t.same(await ask(app, '/'), [401, 403, 200], `${form}, ${mode}`)
      t.same(await ask(app, '/', 'HEAD'), [401, 403, 200], `HEAD ${form}, ${mode}`)
    }
  }
  t.same(await ask(await openApp(t, { jwtProvider }, forms['bound']), '/'), [401, 403, 200])
})

t.test('a bound guard is still seen, and a wrapped one is not', async t => {
  const app = await openApp(t, { jwtProvider, mode: 'optional' }, app => {
    app.get('/bound', { preHandler: editors.bind(null) as Guard }, whoami)
    app.get('/wrapped', { preHandler: async (request, reply) => { await editors(request, reply) } }, whoami)
  })
  const declaredBy = app.accessMatrix().map(row => [row.url, row.mode, row.declaredBy])
  t.same(declaredBy, [['/bound', 'required', 'guard'], ['/wrapped', 'optional', 'default']])
})

t.test('a guard in preParsing leaves the body alone', async t => {
  const app = await openApp(t, { jwtProvider }, app => { app.post('/', { preParsing: [requireUser(), editors] }, async ({ body }) => body) })
  t.match(await app.inject({ method: 'POST', url: '/', headers: alice, payload: { title: 'Emma' } }), { statusCode: 200, body: '{"title":"Emma"}' })
  t.match(await app.inject({ method: 'POST', url: '/', headers: bob, payload: { title: 'Emma' } }), { statusCode: 403 })
})

/** An app whose error handler is the app's own; tells what a stranger and somebody without the role get. */
async function askHandled (t: Test, handler: (error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply) => unknown) {
  const app = await openApp(t, { jwtProvider }, app => {
    app.setErrorHandler(handler)
    app.get('/', { preHandler: editors }, whoami)
    app.get('/login', { config: { auth: 'public' } }, async () => 'please')
  })
  return { none: await app.inject('/'), bob: await app.inject({ url: '/', headers: bob }), alice: await app.inject({ url: '/', headers: alice }) }
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="api"' }

t.test('an error handler may rethrow', async t => {
  const { none, bob, alice } = await askHandled(t, async error => { throw error })
  t.match(none, { statusCode: 401, headers: CHALLENGE })
  t.match(none.json(), { code: 'AUTH_CREDENTIALS_MISSING' })
  t.match(bob, { statusCode: 403 })
  t.match(alice, { statusCode: 200 })
})

t.test('an error handler may throw another error', async t => {
  const { none } = await askHandled(t, async () => { throw Object.assign(new Error('teapot'), { statusCode: 418 }) })
  t.match(none, { statusCode: 418 })
})

t.test('an error handler may redirect', async t => {
  const { none, bob, alice } = await askHandled(t, async (error, _request, reply) => error.statusCode === 401 ? reply.redirect('/login') : reply.send(error))
  t.match(none, { statusCode: 302, headers: { location: '/login' } })
  t.match(bob, { statusCode: 403 })
  t.match(alice, { statusCode: 200 })
})

t.test('an error handler may change the status', async t => {
  const { none, bob } = await askHandled(t, async (error, _request, reply) => reply.code(404).send({ hidden: isAuthError(error) }))
  for (const answer of [none, bob]) {
    t.match(answer, { statusCode: 404 })
    t.same(answer.json(), { hidden: true })
  }
})

t.test('a check that was caught leaves no trace', async t => {
  const app = await openApp(t, { jwtProvider, mode: 'optional', errorBody: 'problem' }, app => {
    app.get('/', async request => {
      const passes = await request.authorize(editors).then(() => true, () => false)
      return { passes, can: await request.can(editors), user: request.user?.id ?? null }
    })
    app.get('/missing', async (request, reply) => {
      await request.authorize(editors).catch(() => {})
      return reply.code(401).send({ own: true })
    })
  })
  const none = await app.inject('/')
  t.match(none, { statusCode: 200, body: '{"passes":false,"can":false,"user":null}' })
  t.notHas(none.headers, 'www-authenticate')
  t.match(await app.inject({ url: '/', headers: bob }), { statusCode: 200, body: '{"passes":false,"can":false,"user":"bob"}' })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: '{"passes":true,"can":true,"user":"alice"}' })
  const own = await app.inject('/missing')
  t.match(own, { statusCode: 401, body: '{"own":true}' })
  t.notHas(own.headers, 'www-authenticate')
})

t.test('callNotFound() leads from a route to a not-found handler with guards of its own', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.setNotFoundHandler({ preHandler: editors }, async (request, reply) => reply.code(404).send(await whoami(request)))
    app.get('/public', { config: { auth: 'public' } }, async (_request, reply) => { reply.callNotFound() })
    app.get('/required', async (_request, reply) => { reply.callNotFound() })
  })
  t.same(await ask(app, '/nowhere'), [401, 403, 404])
  t.same(await ask(app, '/required'), [401, 403, 404])
  t.same(await ask(app, '/public'), [401, 403, 404])
})

t.test('a response schema of a route shapes the body of a 401, and not its headers', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/', { preHandler: editors, schema: { response: { 401: { type: 'object', properties: { message: { type: 'string' } } }, '4xx': { type: 'object', properties: { code: { type: 'string' } } } } } }, whoami)
  })
  const none = await app.inject('/')
  t.match(none, { statusCode: 401, headers: CHALLENGE })
  t.same(none.json(), { message: 'Authentication required' })
  t.same((await app.inject({ url: '/', headers: bob })).json(), { code: 'AUTH_ROLE_MISSING' })
})

t.test('an app without the plugin lets nobody through a guard', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.get('/', { preHandler: editors }, whoami)
  await app.register(async inner => { await inner.register(authPlugin, { jwtProvider }) })
  t.same(await ask(app, '/'), [500, 500, 500])
})
