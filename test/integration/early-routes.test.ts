import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { statusesFor } from '../fixtures/statuses-for.js'
import authPlugin, { requireRoles } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token())
const editor = bearer(issuer.token({ roles: ['editor'] }))
const statuses = statusesFor(alice, editor)
const handler = async () => 'ok'

t.test('a route declared before the plugin had loaded is refused from its config and the options, and named once', async t => {
  const log = collectLog()
  const app = Fastify({ logger: log.logger })
  t.teardown(() => app.close())
  app.register(authPlugin, { jwtProvider, exclude: ['/excluded', '/docs/*'] })
  app.get('/default', handler)
  app.get('/public', { config: { auth: 'public' } }, handler)
  app.get('/optional', { config: { auth: 'optional' } }, async request => request.user?.id ?? 'nobody')
  app.get('/excluded', handler)
  app.get('/docs/:page', handler)
  app.get('/guarded', { preHandler: requireRoles('editor') }, handler)
  for (const method of ['GET', 'HEAD'] as const) {
    await statuses(t, app, { method, url: '/default' }, [401, 200, 200])
    for (const url of ['/public', '/excluded', '/docs/a']) await statuses(t, app, { method, url }, [200, 200, 200])
    await statuses(t, app, { method, url: '/guarded' }, [401, 403, 200])
  }
  t.match(await app.inject('/default'), { headers: { 'www-authenticate': 'Bearer realm="api"' } })
  t.match(await app.inject('/optional'), { statusCode: 200, body: 'nobody' })
  t.match(await app.inject({ url: '/optional', headers: alice }), { statusCode: 200, body: 'alice' })
  t.match(await app.inject({ url: '/optional', headers: bearer('bad') }), { statusCode: 401 })
  const named = log.lines.filter(line => line.msg.startsWith('route was declared before')).map(line => line['route'])
  t.same(named.filter(route => route === 'GET /default'), ['GET /default'], 'once')
  t.ok(named.includes('GET /guarded'))
})

t.test('such a route is refused by a provider that answers later, too', async t => {
  for (const provider of [issuer.provider(), issuer.promisingProvider()]) {
    const app = Fastify()
    t.teardown(() => app.close())
    app.register(authPlugin, { jwtProvider: provider })
    app.get('/', handler)
    t.match((await app.inject({ url: '/', headers: bearer(handIssuer().token()) })).json(), { statusCode: 401, code: 'AUTH_TOKEN_INVALID' })
    t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200 })
  }
})

t.test('the guards of such a route refuse where they stand, whatever the mode', async t => {
  for (const mode of ['public', 'tolerant', 'optional', 'required'] as const) {
    for (const provider of [issuer.provider(), issuer.promisingProvider()]) {
      const app = Fastify()
      t.teardown(() => app.close())
      app.register(authPlugin, { jwtProvider: provider, mode })
      app.get('/guarded', { preHandler: requireRoles('editor') }, handler)
      app.get('/awaited', async (request, reply) => await requireRoles('editor')(request, reply))
      await statuses(t, app, { method: 'GET', url: '/guarded' }, [401, 403, 200])
      mode !== 'public' && await statuses(t, app, { method: 'GET', url: '/awaited' }, [401, 403, 200])
    }
  }
})

t.test('such a route with a config that nobody understands is never answered', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.register(authPlugin, { jwtProvider, mode: 'public' })
  app.get('/books', { config: { auth: 'none' as 'public' } }, handler)
  for (const headers of [{}, alice]) t.match((await app.inject({ url: '/books', headers })).json(), { statusCode: 500, code: 'AUTH_ROUTE_CONTRADICTORY' })
})

t.test('routes that wait for the plugin are declared after it, in the same tick or not', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.register(authPlugin, { jwtProvider, exclude: ['/open'] })
  app.register(async inner => {
    inner.get('/open', handler)
    inner.get('/guarded', { preHandler: inner.requireRoles('editor') }, handler)
  })
  app.after(() => { app.get('/later', handler) })
  await statuses(t, app, { method: 'GET', url: '/open' }, [200, 200, 200])
  await statuses(t, app, { method: 'GET', url: '/guarded' }, [401, 403, 200])
  await statuses(t, app, { method: 'GET', url: '/later' }, [401, 200, 200])
})
