import { createRequire } from 'node:module'

import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { requireRoles, requireUser } from '../../lib/index.js'

import type { FastifyInstance, FastifyPluginCallback } from 'fastify'
import type { Test } from 'tap'

// Its types declare a `request.user` of their own, beside ours.
const fastifyJwt = createRequire(import.meta.url)('@fastify/jwt') as FastifyPluginCallback<{ secret: string, decoratorName?: string }>

const people = handIssuer('https://people.example')
const partners = handIssuer('https://partners.example')
const alice = bearer(people.token({ sub: 'alice', roles: ['editor'] }))
const acme = bearer(partners.token({ sub: 'acme', roles: ['editor'] }))
const whoami = async ({ user }: { user: { id: string } | null }) => user?.id ?? 'nobody'

function closedAtEnd (t: Test): FastifyInstance {
  const app = Fastify()
  t.teardown(() => app.close())
  return app
}

t.test('sibling registrations know nothing of each other', async t => {
  const app = closedAtEnd(t)
  for (const [name, issuer] of Object.entries({ people, partners })) {
    app.register(async inner => {
      await inner.register(authPlugin, { jwtProvider: issuer.provider(), realm: name })
      inner.get('/', whoami)
      inner.get('/editors', { preHandler: [inner.requireRoles('editor'), requireUser()] }, whoami)
    }, { prefix: `/${name}` })
  }
  app.get('/free', async () => 'free')
  for (const path of ['', '/editors']) {
    t.match(await app.inject({ url: `/people${path}`, headers: alice }), { statusCode: 200, body: 'alice' })
    t.match(await app.inject({ url: `/partners${path}`, headers: acme }), { statusCode: 200, body: 'acme' })
    t.match(await app.inject({ url: `/people${path}`, headers: acme }), { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="people", error="invalid_token"' } })
    t.match(await app.inject({ url: `/partners${path}`, headers: alice }), { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="partners", error="invalid_token"' } })
  }
  t.match(await app.inject('/free'), { statusCode: 200, body: 'free' }, 'what stands outside of both is nobody\'s business')
})

t.test('the registration nearest to a route authenticates it, once', async t => {
  const [outer, inner] = [people.provider(), partners.provider()]
  const log = collectLog()
  const app = await openApp(t, { jwtProvider: outer, realm: 'outer' }, app => {
    app.get('/', { preHandler: requireUser() }, whoami)
    app.register(async context => {
      await context.register(authPlugin, { jwtProvider: inner, realm: 'inner' })
      context.get('/', { preHandler: [requireUser(), context.requireRoles('editor')] }, whoami)
      context.register(async deeper => { deeper.get('/deeper', whoami) })
    }, { prefix: '/inner' })
  }, { logger: log.logger })
  for (const url of ['/inner', '/inner/deeper']) {
    t.match(await app.inject({ url, headers: acme }), { statusCode: 200, body: 'acme' })
    t.match(await app.inject({ url, headers: alice }), { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="inner", error="invalid_token"' } })
  }
  t.same([outer.asked, inner.asked], [0, 2])
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'alice' })
  t.match(await app.inject({ url: '/', headers: acme }), { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="outer", error="invalid_token"' } })
  t.equal(log.of('request refused').length, 3, 'and logs its refusals, once')
})

t.test('routes declared before an inner registration had loaded are its own, too', async t => {
  const app = closedAtEnd(t)
  const outer = people.provider()
  await app.register(authPlugin, { jwtProvider: outer, exclude: ['/early'] })
  app.register(async context => {
    context.register(authPlugin, { jwtProvider: partners.provider() })
    context.get('/early', whoami)
    context.get('/guarded', { preHandler: requireRoles('editor') }, whoami)
  })
  for (const url of ['/early', '/guarded']) {
    t.match(await app.inject({ url, headers: acme }), { statusCode: 200, body: 'acme' }, url)
    t.match(await app.inject({ url, headers: alice }), { statusCode: 401 }, url)
    t.match(await app.inject(url), { statusCode: 401 }, url)
  }
  t.equal(outer.asked, 0)
})

t.test('an inner registration has no part in the exclusions of the outer one', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider: people.provider(), exclude: ['/inner/*'] }, app => {
    app.register(async context => {
      await context.register(authPlugin, { jwtProvider: partners.provider() })
      context.get('/', whoami)
    }, { prefix: '/inner' })
  }, { logger: log.logger })
  t.match(await app.inject('/inner'), { statusCode: 401 })
  t.equal(log.of('exclude names a route that does not exist').length, 1)
})

t.test('an inner registration inherits the mode, and may only tighten it', async t => {
  const modes = ['public', 'tolerant', 'optional', 'required'] as const
  const boot = (outer: typeof modes[number] | undefined, inner: typeof modes[number] | undefined) => openApp(t, { jwtProvider: people.provider(), mode: outer }, app => {
    app.register(async context => {
      await context.register(authPlugin, { jwtProvider: partners.provider(), ...inner === undefined ? {} : { mode: inner } })
      context.get('/inner', whoami)
    })
  })
  for (const [index, outer] of modes.entries()) {
    for (const [innerIndex, inner] of modes.entries()) {
      if (innerIndex < index) await t.rejects(boot(outer, inner), { code: 'AUTH_OPTION_INVALID', message: /^mode / }, `${inner} in ${outer}`)
      else await t.resolves(boot(outer, inner), `${inner} in ${outer}`)
    }
    t.match(await (await boot(outer, undefined)).inject('/inner'), { statusCode: outer === 'required' ? 401 : 200 }, `none in ${outer}`)
  }
  await t.rejects(boot(undefined, 'optional'), { code: 'AUTH_OPTION_INVALID' })
})

t.test('a registration inside may be of a whole other part of the app', async t => {
  const app = closedAtEnd(t)
  await app.register(async context => {
    await context.register(authPlugin, { jwtProvider: people.provider() })
    context.register(async deeper => {
      await deeper.register(authPlugin, { jwtProvider: partners.provider() })
      deeper.get('/deeper', { preHandler: requireRoles('editor') }, whoami)
    })
    context.get('/context', { preHandler: requireRoles('editor') }, whoami)
  })
  app.get('/outside', { preHandler: requireRoles('editor') }, whoami)
  t.match(await app.inject({ url: '/deeper', headers: acme }), { statusCode: 200 })
  t.match(await app.inject({ url: '/context', headers: alice }), { statusCode: 200 })
  t.match((await app.inject({ url: '/outside', headers: alice })).json(), { statusCode: 500, code: 'AUTH_PLUGIN_MISSING' })
})

t.test('a registration that comes twice in one context stops the boot', async t => {
  const app = closedAtEnd(t)
  await app.register(authPlugin, { jwtProvider: people.provider() })
  await t.rejects(Promise.resolve(app.register(authPlugin, { jwtProvider: partners.provider() })), { code: 'AUTH_OPTION_INVALID', message: /twice/ })
})

t.test('an issuer that two providers share stops the boot', async t => {
  const jwtProvider = [people.provider({ name: 'one' }), partners.provider(), people.provider({ name: 'other' })]
  await t.rejects(openApp(t, { jwtProvider }), { code: 'AUTH_OPTION_INVALID', message: /one and other .*https:\/\/people\.example/ })
})

t.test('another plugin that owns request.user stops the boot', async t => {
  for (const own of [null, 'text', { getter: () => null }]) {
    const app = closedAtEnd(t)
    app.decorateRequest('user', own as null)
    await t.rejects(Promise.resolve(app.register(authPlugin, { jwtProvider: people.provider() })), { code: 'AUTH_DECORATOR_TAKEN', message: /decoratorName/ })
  }
  const app = closedAtEnd(t)
  await app.register(fastifyJwt, { secret: 'thirty-two bytes are not too few' })
  await t.rejects(Promise.resolve(app.register(authPlugin, { jwtProvider: people.provider() })), { code: 'AUTH_DECORATOR_TAKEN' })
})

t.test('another plugin that wants request.user later is refused by Fastify', async t => {
  const boot = openApp(t, { jwtProvider: people.provider() }, async app => {
    await app.register(fp(async outer => { outer.decorateRequest('user', null) }))
  })
  await t.rejects(boot, { code: 'FST_ERR_DEC_ALREADY_PRESENT' })
})

t.test('another plugin that keeps its user elsewhere stands beside', async t => {
  for (const isFirst of [true, false]) {
    const app = closedAtEnd(t)
    const other = () => app.register(fastifyJwt, { secret: 'thirty-two bytes are not too few', decoratorName: 'jwtUser' })
    isFirst && await other()
    await app.register(authPlugin, { jwtProvider: people.provider() })
    isFirst || await other()
    app.get('/', whoami)
    t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'alice' })
  }
})

t.test('a plugin that wraps the plugin gives its app everything', async t => {
  const app = closedAtEnd(t)
  await app.register(fp(async outer => { await outer.register(authPlugin, { jwtProvider: people.provider() }) }))
  app.get('/', { preHandler: app.requireRoles('editor') }, whoami)
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'alice' })
  t.match(await app.inject('/'), { statusCode: 401 })
})

t.test('request.user cannot be set', async t => {
  const app = await openApp(t, { jwtProvider: people.provider(), mode: 'optional' }, app => {
    app.addHook('preHandler', async request => { t.throws(() => { (request as { user: unknown }).user = { id: 'root' } }, TypeError) })
    app.get('/', whoami)
    app.get('/editors', { preHandler: requireRoles('editor') }, whoami)
  })
  t.match(await app.inject('/'), { statusCode: 200, body: 'nobody' })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'alice' })
})

t.test('a not-found handler of the outer registration knows nothing of the users of the inner one', async t => {
  const app = await openApp(t, { jwtProvider: people.provider() }, app => {
    app.setNotFoundHandler({ preHandler: requireUser() }, async (request, reply) => await reply.code(404).send(request.user?.id))
    app.register(async context => {
      await context.register(authPlugin, { jwtProvider: [partners.provider()] })
      context.get('/inner', (_request, reply) => { reply.callNotFound() })
    })
  })
  t.match(await app.inject({ url: '/inner', headers: acme }), { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' } })
  t.match(await app.inject({ url: '/inner', headers: alice }), { statusCode: 401 })
})
