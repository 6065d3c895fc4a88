import t from 'tap'

import { requireRoles } from '../../lib/index.js'
import { raw } from './routing-asks.js'
import { MANNERS, openScene, registerFirst, walkAll } from './routing-scene.js'

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Row, Stage } from './routing-scene.js'

const guard = () => ({ preHandler: requireRoles('editor') })

function toRow (method: string, target: string, reaches: string | null, status?: number): Row {
  return { name: `${method} ${target}`, ask: raw(method, target), reaches, ...(status === undefined ? {} : { status }) }
}

for (const manner of MANNERS) {
  t.test(`not-found handlers: guarded ones are guarded, however they are reached; judged ${manner}`, async t => {
    const scene = await openScene(t, { manner, plugin: { exclude: ['/excluded'] }, build: declareNotFound })
    const nowhere = ['/nowhere', '/', '/%6eowhere', '/innerx', '//inner/nowhere', '/INNER/nowhere', '/public', '/guarded/', '/GUARDED', '/%2561dmin', '*']
    await walkAll(t, scene, [
      ...nowhere.map(url => toRow('GET', url, 'root', 404)),
      ...['POST', 'DELETE', 'OPTIONS', 'HEAD', 'PUT'].map(method => toRow(method, '/nowhere', 'root', 404)),
      toRow('POST', '/guarded', 'root', 404),
      ...['/inner/nowhere', '/inner', '/inner/', '/inner/%2e%2e/nowhere', '/inner/../public', 'http://api.example/inner/x'].map(url => toRow('GET', url, 'inner', 404)),
      toRow('POST', '/inner/found', 'inner', 404),
      ...['/open/nowhere', '/open/found/deeper', '/open/..'].map(url => toRow('GET', url, 'open unguarded', 404)),
      ...['/excluded', '/called', '/called/public', '/called/optional'].map(url => toRow('GET', url, 'root', 404)),
      toRow('GET', '/inner/called', 'inner', 404),
      toRow('GET', '/open/called', 'open unguarded', 404),
      toRow('GET', '/guarded', '/guarded'), toRow('GET', '/inner/found', '/inner/found'), toRow('GET', '/open/found', '/open/found'),
      toRow('GET', '/%zz', null, 400)
    ])
  })

  t.test(`a guard on the root, by addHook, guards what nobody declared, too; judged ${manner}`, async t => {
    for (const hook of ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const) {
      const scene = await openScene(t, {
        manner,
        async build (app, stage) {
          await registerFirst(app, stage)
          app.addHook(hook as 'preHandler', requireRoles('editor'))
          app.setNotFoundHandler(stage.guarded('root', 404))
          app.get('/found', stage.guarded('/found'))
          app.get('/called', { config: { auth: 'public' } }, (_request, reply) => { reply.callNotFound() })
        }
      })
      // Fastify runs no hook but preHandler before a not-found handler that is called.
      const called = hook === 'preHandler' ? ['/called'] : []
      await walkAll(t, scene, [
        ...['/nowhere', '/found/', '/FOUND', '//found', ...called].map(url => toRow('GET', url, 'root', 404)), toRow('POST', '/found', 'root', 404), toRow('GET', '/found', '/found')
      ])
    }
  })
}

async function declareNotFound (app: FastifyInstance, stage: Stage): Promise<void> {
  await registerFirst(app, stage)
  app.setNotFoundHandler(guard(), stage.guarded('root', 404))
  app.get('/guarded', guard(), stage.guarded('/guarded'))
  declareCalling(app, '/excluded', {})
  declareCalling(app, '/called', guard())
  for (const auth of ['public', 'optional'] as const) {
    declareCalling(app, `/called/${auth}`, { config: { auth } })
  }
  app.register(async function inner (inner) {
    inner.setNotFoundHandler(guard(), stage.guarded('inner', 404))
    inner.get('/found', guard(), stage.guarded('/inner/found'))
    declareCalling(inner, '/called', { config: { auth: 'public' } })
  }, { prefix: '/inner' })
  app.register(async function open (open) {
    open.setNotFoundHandler(stage.open('unguarded', 404))
    open.get('/found', guard(), stage.guarded('/open/found'))
    declareCalling(open, '/called', { config: { auth: 'public' } })
  }, { prefix: '/open' })
}

function declareCalling (app: FastifyInstance, url: string, options: object): void {
  app.get(url, options, (_request, reply) => { reply.callNotFound() })
}

t.test('whoever is sent on is judged where he arrives', async t => {
  const scene = await openScene(t, {
    plugin: { exclude: ['/redirect', '/forward/*', '/inject/*'] },
    async build (app, stage) {
      await registerFirst(app, stage)
      app.get('/admin', guard(), stage.guarded('/admin'))
      app.delete('/admin', guard(), stage.guarded('DELETE /admin'))
      app.get('/public', { config: { auth: 'public' } }, stage.open('/public'))
      app.get('/redirect', (_request, reply) => { reply.redirect('/admin') })
      app.get('/forward/*', function forward ({ raw, params }, reply) {
        raw.url = `/${(params as { '*': string })['*']}`
        reply.hijack()
        app.routing(raw, reply.raw)
      })
      app.post('/forward/*', function forwardAsDelete ({ raw }, reply) {
        Object.assign(raw, { url: '/admin', method: 'DELETE' })
        reply.hijack()
        app.routing(raw, reply.raw)
      })
      app.get('/inject/*', async function inject ({ headers, params }, reply) {
        const { authorization } = headers
        const answer = await app.inject({ url: `/${(params as { '*': string })['*']}`, headers: authorization === undefined ? {} : { authorization } })
        const { 'content-type': type = 'text/plain', 'www-authenticate': challenge } = answer.headers
        return await reply.code(answer.statusCode).headers({ 'content-type': type, ...(challenge === undefined ? {} : { 'www-authenticate': challenge }) }).send(answer.body)
      })
      app.get('/guarded-forward', guard(), function forwardOpenly ({ raw }, reply) {
        raw.url = '/public'
        reply.hijack()
        app.routing(raw, reply.raw)
      })
    }
  })
  await walkAll(t, scene, [
    toRow('GET', '/redirect', null, 302), toRow('GET', '/redirect?to=/admin', null, 302),
    ...['/forward/admin', '/forward/%61dmin', '/forward/forward/admin', '/forward/admin?/public', '/forward/inject/admin'].map(url => toRow('GET', url, '/admin')),
    toRow('POST', '/forward/anything', 'DELETE /admin'),
    toRow('GET', '/forward/public', 'open /public'), toRow('GET', '/forward/nowhere', null, 404), toRow('GET', '/forward//admin', null, 404),
    ...['/inject/admin', '/inject/%61dmin', '/inject/forward/admin'].map(url => toRow('GET', url, '/admin')),
    toRow('GET', '/inject/public', 'open /public'), toRow('GET', '/inject/nowhere', null, 404)
  ])
  for (const caller of ['nobody', 'forger', 'reader'] as const) {
    const { places } = await scene.visit(raw('GET', '/guarded-forward'), caller)
    t.strictSame(places, [], `${caller} is not sent on by a guarded route`)
  }
})

t.test('an error handler, a bad URL and a constraint that fails are no handlers of anybody', async t => {
  const scene = await openScene(t, {
    server: {
      frameworkErrors (error, _request, reply) { return (reply as FastifyReply).code(400).send({ code: error.code }) },
      routerOptions: {
        constraints: {
          secret: {
            name: 'secret',
            storage: () => new Map() as never,
            deriveConstraint (request: { readonly headers: { readonly 'x-fail'?: string } }, _context: unknown, done: (error: Error | null, value?: string) => void) {
              request.headers['x-fail'] === undefined ? done(null, 'none') : done(new Error('no constraint for you'))
            }
          }
        }
      } as never
    },
    async build (app, stage) {
      await registerFirst(app, stage)
      app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => { reply.code(error.statusCode ?? 500).send(error) })
      app.get('/admin', { ...guard(), constraints: { secret: 'none' } }, stage.guarded('/admin'))
    }
  })
  await walkAll(t, scene, [
    ...['/%zz', '/admin%', '/%c0%af', 'http:/admin'].map(url => toRow('GET', url, null, 400)),
    { name: 'a constraint that fails', ask: raw('GET', '/admin', { fields: ['X-Fail: yes'] }), reaches: null, status: 400 },
    toRow('GET', '/admin', '/admin')
  ])
})

const EXCLUDED = ['/health', '/docs/*', '/users/:id', '/v1/open/', { method: 'GET', url: '/hooks' }, '/files/*', '/odd.name', '/caf\u00e9']

t.test('what is excluded is open, and nothing that looks like it', async t => {
  for (const routerOptions of [{}, { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true }]) {
    const scene = await openScene(t, {
      server: { routerOptions },
      plugin: { exclude: EXCLUDED },
      async build (app, { options, ...stage }) {
        await registerFirst(app, { options, ...stage })
        app.guard(requireRoles('editor'))
        for (const url of ['/health', '/docs', '/docs/index.html', '/users/:id', '/v1/open', '/hooks', '/files/*', '/odd.name', '/café']) {
          app.get(url, stage.open(url))
        }
        const lookalikes = [
          '/healthz', '/health/deep', '/healt', '/docsx', '/docs-internal/a', '/users/me', '/users/:id/secrets', '/users', '/v1', '/v1/opened', '/v1/open/deep', '/hooks/all',
          '/oddxname', '/v2/health', '/health.json', '/cafe', '/v1/docs/a'
        ]
        lookalikes.forEach(url => app.get(url, stage.guarded(url)))
        app.post('/hooks', stage.guarded('POST /hooks'))
      }
    })
    const isLenient = 'caseSensitive' in routerOptions
    const open = ['/health', '/docs', '/docs/index.html', '/v1/open', '/hooks', '/odd.name'].map(url => toRow('GET', url, `open ${url}`))
    const guarded = [
      '/healthz', '/health/deep', '/healt', '/docsx', '/docs-internal/a', '/users/me', '/users', '/v1', '/v1/opened', '/v1/open/deep', '/hooks/all', '/oddxname', '/v2/health',
      '/health.json', '/cafe', '/v1/docs/a'
    ].map(url => toRow('GET', url, url))
    await walkAll(t, scene, [
      ...open, ...guarded,
      toRow('GET', '/users/7', 'open /users/:id'), toRow('GET', '/users/m%65', '/users/me'), toRow('GET', '/users/me?/users/7', '/users/me'),
      toRow('GET', '/users/7/secrets', '/users/:id/secrets'), toRow('GET', '/users/..%2fhealthz', 'open /users/:id'), toRow('GET', '/files/../users/me', 'open /files/*'),
      toRow('HEAD', '/health', 'open /health'), toRow('HEAD', '/healthz', '/healthz'), toRow('HEAD', '/hooks', 'open /hooks'), toRow('POST', '/hooks', 'POST /hooks'),
      toRow('GET', '/caf%c3%a9', 'open /café'), toRow('GET', '/HEALTHZ', isLenient ? '/healthz' : null), toRow('GET', '/HEALTH', isLenient ? 'open /health' : null),
      toRow('GET', '//users//me', isLenient ? '/users/me' : null), toRow('GET', '/users/ME', isLenient ? '/users/me' : 'open /users/:id'),
      toRow('GET', '/users/me;x', isLenient ? '/users/me' : 'open /users/:id'), toRow('GET', '/users/me;/health', isLenient ? '/users/me' : null), toRow('GET', '/users/me/', isLenient ? '/users/me' : null)
    ])
  }
})
