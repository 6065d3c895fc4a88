import Fastify from 'fastify'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { statusesFor } from '../fixtures/statuses-for.js'
import authPlugin, { requireRoles, requireUser } from '../../lib/index.js'

import type { FastifyInstance, RouteOptions } from 'fastify'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token())
const editor = bearer(issuer.token({ roles: ['editor'] }))
const handler = async () => 'ok'

const statuses = statusesFor(alice, editor)

t.test('a HEAD route is guarded like its GET', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/default', handler)
    app.get('/public', { config: { auth: 'public' } }, handler)
    app.get('/guarded', { preHandler: requireRoles('editor') }, handler)
    app.route({ method: ['GET', 'POST'], url: '/several', onRequest: requireRoles('editor'), handler })
    app.register(async inner => { inner.addHook('preHandler', requireRoles('editor')).get('/inherited', handler) })
    app.head('/alone', { preHandler: requireRoles('editor') }, handler)
  })
  for (const method of ['GET', 'HEAD'] as const) {
    await statuses(t, app, { method, url: '/default' }, [401, 200, 200])
    await statuses(t, app, { method, url: '/public' }, [200, 200, 200])
    for (const url of ['/guarded', '/several', '/inherited']) await statuses(t, app, { method, url }, [401, 403, 200])
  }
  await statuses(t, app, { method: 'POST', url: '/several' }, [401, 403, 200])
  await statuses(t, app, { method: 'HEAD', url: '/alone' }, [401, 403, 200])
})

t.test('a HEAD route is held to a guard that a plugin gave to its GET alone', async t => {
  for (const provider of [issuer.provider(), issuer.promisingProvider()]) {
    const app = Fastify()
    t.teardown(() => app.close())
    app.addHook('onRoute', route => {
      if (route.method === 'GET') route.preHandler = [requireUser(), requireRoles('editor')]
    })
    await app.register(authPlugin, { jwtProvider: provider })
    app.get('/', handler)
    for (const method of ['GET', 'HEAD'] as const) await statuses(t, app, { method, url: '/' }, [401, 403, 200])
  }
})

t.test('a HEAD route of its own is what it says', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.head('/books', { config: { auth: 'public' } }, handler)
    app.get('/books', { preHandler: requireRoles('editor') }, handler)
  })
  await statuses(t, app, { method: 'HEAD', url: '/books' }, [200, 200, 200])
  await statuses(t, app, { method: 'GET', url: '/books' }, [401, 403, 200])
})

t.test('the two URLs of a route called / are guarded alike, and so are their HEAD routes', async t => {
  for (const prefixTrailingSlash of [undefined, 'both', 'slash', 'no-slash'] as const) {
    const options = prefixTrailingSlash === undefined ? {} : { prefixTrailingSlash }
    const app = await openApp(t, { jwtProvider, exclude: ['/open'] }, app => {
      app.register(async inner => { inner.get('/', { ...options, preHandler: requireRoles('editor') }, handler) }, { prefix: '/books' })
      app.register(async inner => { inner.get('/', options, handler) }, { prefix: '/open' })
    })
    const suffixes = { both: ['', '/'], slash: ['/'], 'no-slash': [''] }[prefixTrailingSlash ?? 'both']
    for (const suffix of suffixes) {
      for (const method of ['GET', 'HEAD'] as const) {
        await statuses(t, app, { method, url: `/books${suffix}` }, [401, 403, 200])
        await statuses(t, app, { method, url: `/open${suffix}` }, [200, 200, 200])
      }
    }
  }
})

t.test('routes with one URL and several constraints are told apart', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/books', { constraints: { version: '1.0.0' }, config: { auth: 'public' } }, handler)
    app.get('/books', { constraints: { version: '2.0.0' }, preHandler: requireRoles('editor') }, handler)
  })
  for (const method of ['GET', 'HEAD'] as const) {
    t.match(await app.inject({ method, url: '/books', headers: { 'accept-version': '1.x' } }), { statusCode: 200 })
    t.match(await app.inject({ method, url: '/books', headers: { 'accept-version': '2.x' } }), { statusCode: 401 })
    t.match(await app.inject({ method, url: '/books', headers: { 'accept-version': '2.x', ...alice } }), { statusCode: 403 })
  }
})

t.test('options that two routes share are not mixed up', async t => {
  const options = { config: { note: 'shared' }, onRequest: [] }
  const app = await openApp(t, { jwtProvider, exclude: ['/open'] }, app => {
    app.get('/open', options, handler)
    app.get('/closed', options, handler)
  })
  await statuses(t, app, { method: 'GET', url: '/open' }, [200, 200, 200])
  await statuses(t, app, { method: 'GET', url: '/closed' }, [401, 200, 200])
  t.same(options, { config: { note: 'shared' }, onRequest: [] }, 'and not touched')
})

t.test('a route that a plugin makes from another one is a route of its own', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/open'] }, app => {
    app.addHook('onRoute', function mirror (this: FastifyInstance, route: RouteOptions) {
      if (route.method === 'GET' && !route.url.startsWith('/admin')) {
        this.route({ ...route, url: `/admin${route.url}`, preHandler: requireRoles('editor') })
      }
    })
    app.get('/open', handler)
    app.get('/closed', handler)
  })
  await statuses(t, app, { method: 'GET', url: '/open' }, [200, 200, 200])
  await statuses(t, app, { method: 'GET', url: '/closed' }, [401, 200, 200])
  for (const method of ['GET', 'HEAD'] as const) {
    for (const url of ['/admin/open', '/admin/closed']) await statuses(t, app, { method, url }, [401, 403, 200])
  }
})

t.test('a route that is taken to an app without the plugin is closed', async t => {
  const routes: RouteOptions[] = []
  await openApp(t, { jwtProvider }, app => {
    app.get('/', handler)
    app.get('/guarded', { preHandler: requireRoles('editor') }, handler)
    app.addHook('onRoute', route => { routes.push(route) })
    app.get('/public', { config: { auth: 'public' } }, handler)
  })
  const other = Fastify({ exposeHeadRoutes: false })
  t.teardown(() => other.close())
  for (const route of routes) other.route({ ...route })
  for (const headers of [{}, editor]) t.match((await other.inject({ url: '/public', headers })).json(), { statusCode: 500, code: 'AUTH_PLUGIN_MISSING' })
})

t.test('a URL without a route costs no token, and has no user', async t => {
  const provider = issuer.provider()
  const seen: unknown[] = []
  const app = await openApp(t, { jwtProvider: provider }, app => {
    app.setNotFoundHandler(async (request, reply) => {
      seen.push(request.user)
      return await reply.code(404).send('nothing here')
    })
  })
  t.match(await app.inject({ url: '/nowhere', headers: alice }), { statusCode: 404, body: 'nothing here' })
  t.match(await app.inject({ url: '/nowhere', headers: bearer('bad') }), { statusCode: 404, body: 'nothing here' })
  t.same(seen, [null, null])
  t.equal(provider.asked, 0)
})

t.test('a guard on a not-found handler guards it', async t => {
  for (const mode of ['public', 'required'] as const) {
    const app = await openApp(t, { jwtProvider, mode }, app => {
      app.setNotFoundHandler({ preHandler: requireUser() }, async (request, reply) => await reply.code(404).send(request.user?.id))
      app.register(async inner => { inner.setNotFoundHandler({ preHandler: requireRoles('editor') }, async (_request, reply) => await reply.code(404).send('inner')) }, { prefix: '/inner' })
    })
    await statuses(t, app, { method: 'GET', url: '/nowhere' }, [401, 404, 404])
    await statuses(t, app, { method: 'POST', url: '/inner/nowhere' }, [401, 403, 404])
    const { headers } = await app.inject('/nowhere')
    t.equal(headers['www-authenticate'], 'Bearer realm="api"')
    t.equal((await app.inject({ url: '/nowhere', headers: alice })).body, 'alice')
  }
})

t.test('a guard on a not-found handler guards it from the handlers that call it, too', async t => {
  for (const mode of ['public', 'optional', 'required'] as const) {
    const app = await openApp(t, { jwtProvider, exclude: ['/excluded'] }, app => {
      app.get('/config', { config: { auth: mode } }, (_request, reply) => { reply.callNotFound() })
      app.get('/excluded', (_request, reply) => { reply.callNotFound() })
      app.setNotFoundHandler({ preHandler: requireUser() }, async (request, reply) => await reply.code(404).send(request.user?.id))
    })
    for (const url of ['/config', '/excluded']) {
      await statuses(t, app, { url }, [401, 404, 404])
      t.equal((await app.inject({ url, headers: alice })).body, 'alice')
    }
  }
})

t.test('a guard that nobody saw at boot is not lifted where the plugin lets everybody in', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider, mode: 'public' })
  app.get('/', handler)
  app.addHook('preHandler', (request, reply, done) => requireUser()(request, reply, done))
  await statuses(t, app, { url: '/' }, [401, 200, 200])
})
