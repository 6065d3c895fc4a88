import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { setEnv } from '../fixtures/set-env.js'
import authPlugin, { fromCookie, requireRoles } from '../../lib/index.js'

import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'

const issuer = handIssuer()
const partners = handIssuer('https://partners.example')
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token())
const token = issuer.token()
const tokenSources = [fromCookie('token')]

type Given = Omit<AuthPluginOptions, 'jwtProvider'>

/** Declares `/inner` behind a registration inside another one. */
async function nest (t: Test, outer: Given, inner: Given, auth: 'optional' | null = 'optional'): Promise<FastifyInstance> {
  return await openApp(t, { jwtProvider: partners.provider(), ...outer }, app => { app.register(toContext(inner, auth)) })
}

/** The same, but the outer registration loads when the inner one has. */
async function nestLate (t: Test, outer: Given, inner: Given, auth: 'optional' | null = 'optional'): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  app.register(toContext(inner, auth))
  app.register(authPlugin, { jwtProvider: partners.provider(), ...outer })
  await app.ready()
  return app
}

function toContext (inner: Given, auth: 'optional' | null): FastifyPluginAsync {
  return async function context (app) {
    await app.register(authPlugin, { jwtProvider, ...inner })
    app.route({ method: ['GET', 'POST'], url: '/inner', ...auth === null ? {} : { config: { auth } }, handler: async ({ user }) => user?.id ?? 'nobody' })
  }
}

const orders = { 'the outer one first': nest, 'the inner one first': nestLate }
const deny = { isRevoked: () => true }
const allow = { isRevoked: () => false }

const loosened: ReadonlyArray<readonly [name: string, outer: Given, inner: Given]> = [
  ['mode', {}, { mode: 'optional' }],
  ['mode', { mode: 'tolerant' }, { mode: 'public' }],
  ['strict', { strict: true }, { strict: false }],
  ['csrf', {}, { csrf: null }],
  ['csrf', {}, { csrf: { trustedOrigins: ['https://page.example'] } }],
  ['csrf', { csrf: { trustedOrigins: ['https://page.example'] } }, { csrf: null }],
  ['csrf', { csrf: { trustedOrigins: ['https://page.example'] } }, { csrf: { trustedOrigins: ['https://page.example', 'https://other.example'] } }],
  ['revocation', { revocation: deny }, { revocation: allow }],
  ['disabled', {}, { disabled: true }],
  ['disabled', { disabled: false }, { disabled: true }]
]

const trustedOrigins = ['https://page.example']
const tightened: ReadonlyArray<readonly [outer: Given, inner: Given]> = [
  [{ mode: 'optional' }, { mode: 'required' }], [{ strict: true }, { strict: true }], [{}, { strict: true }],
  [{ csrf: { trustedOrigins } }, { csrf: { trustedOrigins } }], [{ csrf: { trustedOrigins } }, { csrf: {} }], [{ csrf: null }, { csrf: null }],
  [{ revocation: deny }, { revocation: deny }], [{}, { revocation: deny }], [{}, { disabled: false }]
]

for (const [order, nest] of Object.entries(orders)) {
  t.test(`an inner registration inherits strict, ${order}`, async t => {
    await t.rejects(nest(t, { strict: true }, {}, null), { code: 'AUTH_ROUTE_UNDECLARED', message: /GET,POST \/inner/ })
    await t.resolves(nest(t, { strict: true }, {}))
    await t.rejects(nest(t, {}, { strict: true }, null), { code: 'AUTH_ROUTE_UNDECLARED' })
  })

  t.test(`an inner registration inherits the mode, ${order}`, async t => {
    for (const [mode, statusCode] of [['public', 200], ['optional', 200], ['required', 401]] as const) {
      t.match(await (await nest(t, { mode }, {}, null)).inject('/inner'), { statusCode })
      t.match(await (await nest(t, { mode }, { mode: 'required' }, null)).inject('/inner'), { statusCode: 401 })
      t.match(await (await nest(t, { mode }, { override: true }, null)).inject('/inner'), { statusCode })
    }
  })

  t.test(`an inner registration inherits the revocation list, ${order}`, async t => {
    t.match(await (await nest(t, { revocation: deny }, {})).inject({ url: '/inner', headers: alice }), { statusCode: 401 })
    t.match(await (await nest(t, { revocation: deny }, { override: true })).inject({ url: '/inner', headers: alice }), { statusCode: 401 })
    t.match(await (await nest(t, {}, { revocation: deny })).inject({ url: '/inner', headers: alice }), { statusCode: 401 })
    t.match(await (await nest(t, { revocation: deny }, { revocation: allow, override: true })).inject({ url: '/inner', headers: alice }), { statusCode: 200 })
  })

  t.test(`an inner registration inherits that nobody is asked, ${order}`, async t => {
    setEnv(t, { NODE_ENV: 'test' })
    t.match(await (await nest(t, { disabled: true }, {}, null)).inject('/inner'), { statusCode: 200 })
    t.match(await (await nest(t, { disabled: true }, { disabled: false }, null)).inject('/inner'), { statusCode: 401 })
    setEnv(t, { AUTH_MIDDLEWARE_DISABLED: 'true' })
    t.match(await (await nest(t, { disabled: false }, {}, null)).inject('/inner'), { statusCode: 401 })
  })

  t.test(`an inner registration inherits the trusted origins, ${order}`, async t => {
    const post = async (outer: Given, inner: Given): Promise<number> => {
      const app = await nest(t, outer, { tokenSources, ...inner })
      return (await app.inject({ method: 'POST', url: '/inner', cookies: { token }, headers: { origin: 'https://page.example' } })).statusCode
    }
    const trusted = { csrf: { trustedOrigins: ['https://page.example', 'https://other.example'] } }
    t.equal(await post({}, {}), 403)
    t.equal(await post(trusted, {}), 200)
    t.equal(await post({ csrf: null }, {}), 200)
    t.equal(await post({ csrf: null }, trusted), 200)
    t.equal(await post({ csrf: null }, { csrf: {} }), 403)
    t.equal(await post(trusted, { csrf: {} }), 403)
    t.equal(await post(trusted, { csrf: { trustedOrigins: ['https://page.example'] } }), 200)
    t.equal(await post({}, { ...trusted, override: true }), 200)
    t.equal(await post({}, { csrf: null, override: true }), 200)
  })

  t.test(`loosening what is inherited stops the boot, unless it is said out loud, ${order}`, async t => {
    setEnv(t, { NODE_ENV: 'test' })
    for (const [name, outer, inner] of loosened) {
      await t.rejects(nest(t, outer, inner), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^${name} .*override`) }, name)
      await t.rejects(nest(t, outer, { ...inner, override: false }), { code: 'AUTH_OPTION_INVALID' }, name)
      await t.resolves(nest(t, outer, { ...inner, override: true }), name)
    }
  })

  t.test(`saying the same again, or more, is no loosening, ${order}`, async t => {
    for (const [outer, inner] of tightened) await t.resolves(nest(t, outer, inner))
  })

  t.test(`the matrix of the outer registration has the routes of the inner one, ${order}`, async t => {
    const app = await nest(t, { mode: 'optional' }, {}, null)
    t.match(app.accessMatrix(), [{ url: '/inner', mode: 'optional' }])
  })
}

t.test('a registration in the middle that loads last is held to the outer one, and holds the inner one', async t => {
  const boot = async (outer: Given, middle: Given, inner: Given): Promise<FastifyInstance> => {
    const app = Fastify()
    t.teardown(() => app.close())
    app.register(async context => {
      context.register(toContext(inner, null))
      context.register(authPlugin, { jwtProvider: partners.provider(), ...middle })
    })
    app.register(authPlugin, { jwtProvider: partners.provider(), ...outer })
    await app.ready()
    return app
  }
  t.match(await (await boot({ mode: 'optional' }, {}, {})).inject('/inner'), { statusCode: 200 })
  t.match(await (await boot({ mode: 'optional' }, { mode: 'required' }, {})).inject('/inner'), { statusCode: 401 })
  t.match(await (await boot({ revocation: deny, mode: 'optional' }, {}, {})).inject({ url: '/inner', headers: alice }), { statusCode: 401 })
  await t.rejects(boot({ mode: 'optional' }, {}, { mode: 'public' }), { code: 'AUTH_OPTION_INVALID', message: /^mode / })
  await t.rejects(boot({ mode: 'optional' }, { mode: 'tolerant' }, {}), { code: 'AUTH_OPTION_INVALID', message: /^mode / })
  await t.rejects(boot({}, { mode: 'optional', override: true }, { mode: 'public' }), { code: 'AUTH_OPTION_INVALID', message: /^mode / })
})

t.test('what a registration says for itself is settled when it is registered', async t => {
  const trustedOrigins = ['https://page.example']
  const given: AuthPluginOptions = { jwtProvider, mode: 'required', tokenSources, csrf: { trustedOrigins } }
  const app = Fastify()
  t.teardown(() => app.close())
  app.register(async context => {
    await context.register(authPlugin, given)
    context.post('/inner', async () => 'in')
    Object.assign(given, { mode: 'public', csrf: null, override: true })
    trustedOrigins.push('https://evil.example')
  })
  app.register(authPlugin, { jwtProvider: partners.provider(), mode: 'public', csrf: { trustedOrigins: ['https://page.example', 'https://evil.example'] } })
  t.match(await app.inject({ method: 'POST', url: '/inner' }), { statusCode: 401 })
  for (const [origin, statusCode] of [['https://page.example', 200], ['https://evil.example', 403]] as const) {
    t.match(await app.inject({ method: 'POST', url: '/inner', cookies: { token }, headers: { origin } }), { statusCode }, origin)
  }
})

t.test('origins that no browser writes stop the boot', async t => {
  for (const origin of ['*', 'null', '', 'page.example', 'https://page.example/', 'https://page.example/app', 'https://*.example', 'https://page.example:443', 'HTTPS://page.example']) {
    await t.rejects(openApp(t, { jwtProvider, csrf: { trustedOrigins: ['https://good.example', origin] } }), { code: 'AUTH_OPTION_INVALID', message: /^csrf\.trustedOrigins\.1 / }, origin)
  }
})

t.test('strict wants every route to say what it asks', async t => {
  const boot = (declare: (app: FastifyInstance) => unknown, more: Given = {}) => openApp(t, { jwtProvider, strict: true, exclude: ['/excluded'], ...more }, declare)
  await t.rejects(boot(app => { app.get('/silent', async () => 'ok') }), { code: 'AUTH_ROUTE_UNDECLARED', statusCode: 500, message: /GET \/silent/ })
  await t.rejects(boot(app => { app.get('/silent', async () => 'ok') }, { mode: 'public' }), { code: 'AUTH_ROUTE_UNDECLARED' })
  await t.resolves(boot(app => {
    app.get('/excluded', async () => 'ok')
    app.get('/guarded', { preHandler: requireRoles('editor') }, async () => 'ok')
    app.get('/required', { config: { auth: 'required' } }, async () => 'ok')
    app.get('/public', { config: { auth: 'public' } }, async () => 'ok')
    app.register(async inner => {
      inner.addHook('preHandler', requireRoles('editor'))
      inner.get('/hooked', async () => 'ok')
    })
    app.register(async inner => {
      inner.guard(requireRoles('editor'))
      inner.get('/context', async () => 'ok')
    })
  }))
})

t.test('where Fastify keeps its hooks elsewhere, a warning says what cannot be seen, and guards still guard', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider, mode: 'optional' }, app => {
    app.addHook('preHandler', requireRoles('editor'))
    app.register(async inner => {
      const [kHooks] = Object.getOwnPropertySymbols(inner).filter(symbol => symbol.description === 'fastify.hooks')
      t.ok(kHooks, 'the symbol is where we look for it')
      Reflect.deleteProperty(inner, kHooks as symbol)
      inner.get('/inner', async () => 'ok')
    })
  }, { logger: log.logger })
  t.ok(log.lines.some(line => /keeps the hooks/.test(line.msg)))
  t.match(app.accessMatrix(), [{ url: '/inner', declaredBy: 'default', guard: null }])
  t.match(await app.inject('/inner'), { statusCode: 401 })
  t.match(await app.inject({ url: '/inner', headers: alice }), { statusCode: 403 })
})
