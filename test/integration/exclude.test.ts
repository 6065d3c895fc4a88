import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { requireUser } from '../../lib/index.js'

import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { Exclusion } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()

function declare (...routes: ReadonlyArray<string | readonly [HTTPMethods | HTTPMethods[], string]>) {
  return function declareRoutes (app: FastifyInstance): void {
    for (const route of routes) {
      const [method, url] = typeof route === 'string' ? ['GET' as const, route] : route
      app.route({ method, url, handler: async request => request.user?.id ?? 'nobody' })
    }
  }
}

t.test('an excluded route is public, and no other one is', async t => {
  const cases: ReadonlyArray<readonly [exclude: readonly Exclusion[], open: readonly string[], closed: readonly string[]]> = [
    [['/health'], ['/health'], ['/healthy', '/health/deep', '/']],
    [['/health/'], ['/health'], ['/healthy', '/health/deep', '/']],
    [['/'], ['/'], ['/health', '/healthy', '/health/deep']],
    [['/health/*'], ['/health', '/health/deep'], ['/healthy', '/']],
    [['/users/:id'], ['/users/7', '/users/8'], ['/users', '/health']],
    [['/users/:name'], [], ['/users/7', '/users']],
    [['/files/*'], ['/files/a', '/files/a/b'], ['/users', '/health']],
    [[{ method: 'GET', url: '/health' }, '/users'], ['/health', '/users'], ['/healthy', '/users/7']]
  ]
  const declareAll = declare('/', '/health', '/healthy', '/health/deep', '/users', '/users/:id', '/files/*')
  for (const [exclude, open, closed] of cases) {
    const app = await openApp(t, { jwtProvider, exclude }, declareAll)
    for (const url of open) t.match(await app.inject(url), { statusCode: 200, body: 'nobody' }, `${JSON.stringify(exclude)} opens ${url}`)
    for (const url of closed) t.match(await app.inject(url), { statusCode: 401 }, `${JSON.stringify(exclude)} leaves ${url} closed`)
  }
})

t.test('a slash at the end of the route makes no difference either', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/a', '/b/', '/docs/*'] }, declare('/a/', '/b/', '/docs/', '/docs/index.html'))
  for (const url of ['/a/', '/b/', '/docs/', '/docs/index.html']) t.match(await app.inject(url), { statusCode: 200 }, url)
})

t.test('an excluded route reads no token', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/health'] }, declare('/health'))
  t.match(await app.inject({ url: '/health', headers: bearer(issuer.token()) }), { statusCode: 200, body: 'nobody' })
})

t.test('patterns are those of the routes, prefix included', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/v1/open', '/v2/*'] }, app => {
    for (const prefix of ['/v1', '/v2']) app.register(async inner => declare('/', '/open', '/closed')(inner), { prefix })
  })
  for (const url of ['/v1/open', '/v2', '/v2/', '/v2/open', '/v2/closed']) t.match(await app.inject(url), { statusCode: 200 }, url)
  for (const url of ['/v1', '/v1/', '/v1/closed']) t.match(await app.inject(url), { statusCode: 401 }, url)
})

t.test('the URL of a request opens nothing', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/health', '/docs/*'] }, declare('/health', '/docs/*', '/admin', '/:any'), {
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, ...{ useSemicolonDelimiter: true } }
  })
  const closed = [
    '/admin?/health', '/admin?url=/docs/', '/admin#/health', '/admin;/health', '/%61dmin', '//admin', '/admin/', '/ADMIN', '/healthz', '/health%2Fdeep', '/docs%2Findex.html', '/%2Fhealth'
  ]
  for (const url of closed) t.match(await app.inject(url), { statusCode: 401 }, url)
  for (const url of ['/health', '/%68ealth', '/HEALTH', '/health/', '/health?x=1', '/docs/..%2Fadmin']) t.match(await app.inject(url), { statusCode: 200 }, url)
})

t.test('a method opens that method only', async t => {
  const app = await openApp(t, { jwtProvider, exclude: [{ method: 'post', url: '/hooks' }] }, declare('/hooks', ['POST', '/hooks'], ['PUT', '/hooks']))
  t.match(await app.inject({ method: 'POST', url: '/hooks' }), { statusCode: 200 })
  for (const method of ['GET', 'HEAD', 'PUT'] as const) t.match(await app.inject({ method, url: '/hooks' }), { statusCode: 401 }, method)
})

t.test('what opens GET opens its HEAD', async t => {
  const app = await openApp(t, { jwtProvider, exclude: [{ method: 'GET', url: '/health' }] }, declare('/health'))
  for (const method of ['GET', 'HEAD'] as const) t.match(await app.inject({ method, url: '/health' }), { statusCode: 200 }, method)
})

t.test('a route with several methods is excluded as a whole', async t => {
  const route = [['GET', 'POST'] as HTTPMethods[], '/both'] as const
  const app = await openApp(t, { jwtProvider, exclude: [{ method: 'GET', url: '/both' }, { method: 'POST', url: '/both' }] }, declare(route))
  for (const method of ['GET', 'HEAD', 'POST'] as const) t.match(await app.inject({ method, url: '/both' }), { statusCode: 200 }, method)
  await t.rejects(openApp(t, { jwtProvider, exclude: [{ method: 'GET', url: '/both' }] }, declare(route)), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET,POST \/both/ })
})

t.test('one that opens nothing is named in a warning', async t => {
  const log = collectLog()
  const exclude = ['/health', '/helth', { method: 'POST', url: '/health' }]
  await openApp(t, { jwtProvider, exclude }, declare('/health'), { logger: log.logger })
  const lines = log.of('exclude names a route that does not exist')
  t.same(lines.map(({ level, exclusion }) => [level, exclusion]), [[40, '/helth'], [40, { method: 'POST', url: '/health' }]])
  t.same(log.of('fastify-gatekeeper is ready')[0]?.['excluded'], ['GET /health'])
})

t.test('what would open everything stops the boot', async t => {
  for (const exclusion of ['/*', '*', { method: 'GET', url: '/*' }, { method: 'GET', url: '*' }, '', 'health', { method: '*', url: '/health' }, { url: '/health' }, { method: 'GET', url: '/', prefix: '/v1' }, null]) {
    await t.rejects(openApp(t, { jwtProvider, exclude: ['/health', exclusion] }), { code: 'AUTH_OPTION_INVALID', message: /^exclude\.1 / }, JSON.stringify(exclusion))
  }
  await t.rejects(openApp(t, { jwtProvider, exclude: '/health' }), { code: 'AUTH_OPTION_INVALID', message: /^exclude / })
})

t.test('an excluded route with a guard of its own stops the boot', async t => {
  const routes = (app: FastifyInstance) => { app.get('/health', { preHandler: [requireUser()] }, async () => 'ok') }
  await t.rejects(openApp(t, { jwtProvider, exclude: ['/health'] }, routes), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/health/ })
})

t.test('an excluded route lifts the guards it inherits', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/health'] }, app => {
    app.addHook('preHandler', requireUser())
    declare('/health', '/other')(app)
  })
  t.match(await app.inject('/health'), { statusCode: 200 })
  t.match(await app.inject('/other'), { statusCode: 401 })
})

t.test('an excluded route whose config says otherwise stops the boot', async t => {
  for (const auth of ['required', 'optional', 'tolerant'] as const) {
    const routes = (app: FastifyInstance) => { app.get('/health', { config: { auth } }, async () => 'ok') }
    await t.rejects(openApp(t, { jwtProvider, exclude: ['/health'] }, routes), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/health/ }, auth)
  }
  const app = await openApp(t, { jwtProvider, exclude: ['/health'] }, app => { app.get('/health', { config: { auth: 'public' } }, async () => 'ok') })
  t.match(await app.inject('/health'), { statusCode: 200 })
})
