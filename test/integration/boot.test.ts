import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { allOf, anyOf, not, requireClaims, requireGroups, requireKind, requirePermissions, requirePolicy, requireRoles, requireScopes, requireUser } from '../../lib/index.js'

import type { FastifyInstance, RouteOptions, RouteShorthandOptions } from 'fastify'
import type { Test } from 'tap'
import type { RouteAuth } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const ok = async () => 'ok'

/** Whatever a user may have written, with or without the compiler's consent. */
type Written = Readonly<Record<string, unknown>>

async function stops (t: Test, route: Written, expected: { readonly code: string, readonly message?: RegExp }, name = ''): Promise<void> {
  const boot = openApp(t, { jwtProvider }, app => { app.get('/books', route as RouteShorthandOptions, ok) })
  await t.rejects(boot, { message: /GET \/books/, statusCode: 500, ...expected }, name)
}

t.test('a config that nobody understands stops the boot, naming the route', async t => {
  const unknown: readonly unknown[] = [
    'Required', 'none', '', null, true, false, 1, [], ['public'], {}, { mode: 'none' }, { mode: undefined }, { authenticators: ['bearerAuth'] },
    { mode: 'required', authenticator: 'bearerAuth' }, { mode: 'required', roles: ['editor'] }, { mode: ['public'] }
  ]
  for (const auth of unknown) await stops(t, { config: { auth } }, { code: 'AUTH_ROUTE_CONTRADICTORY' }, JSON.stringify(auth))
})

t.test('an authenticator that does not exist stops the boot, and so does an empty list', async t => {
  const wrong: readonly unknown[] = ['basicAuth', ['bearerAuth', 'basicAuth'], ['BearerAuth'], '', [''], [], [1], null, {}]
  for (const authenticators of wrong) {
    await stops(t, { config: { auth: { mode: 'required', authenticators } } }, { code: 'AUTH_ROUTE_CONTRADICTORY' }, JSON.stringify(authenticators))
  }
})

t.test('the name of an authenticator may stand alone', async t => {
  const auth: RouteAuth = { mode: 'required', authenticators: 'bearerAuth' }
  const app = await openApp(t, { jwtProvider }, app => { app.get('/books', { config: { auth } }, ok) })
  t.match(await app.inject({ url: '/books', headers: bearer(issuer.token()) }), { statusCode: 200 })
})

t.test('a guard and a config that lets strangers in stop the boot', async t => {
  const guards = [requireUser(), requireGroups('a'), requireRoles('a'), requirePermissions('a'), requireScopes('a'), requireKind('human')]
  for (const auth of ['public', 'optional', 'tolerant'] as const) {
    for (const guard of guards) await stops(t, { config: { auth }, onRequest: guard }, { code: 'AUTH_ROUTE_CONTRADICTORY' }, auth)
    await stops(t, { config: { auth: { mode: auth } }, preHandler: guards }, { code: 'AUTH_ROUTE_CONTRADICTORY' }, auth)
  }
})

t.test('an inherited guard stops a boot only where the config says optional or tolerant', async t => {
  const boot = (auth: RouteAuth, isGuardFirst: boolean) => openApp(t, { jwtProvider }, app => {
    isGuardFirst && app.addHook('preHandler', requireUser())
    app.get('/books', { config: { auth } }, ok)
    isGuardFirst || app.addHook('preHandler', requireUser())
  })
  for (const isGuardFirst of [true, false]) {
    await t.resolves(boot('public', isGuardFirst))
    await t.resolves(boot('required', isGuardFirst))
    await t.rejects(boot('optional', isGuardFirst), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
    await t.rejects(boot('tolerant', isGuardFirst), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
  }
})

t.test('a guard without a name to ask for cannot be made', async t => {
  const app = await openApp(t, { jwtProvider })
  const empty: readonly unknown[] = [[], '', [''], ' ', 'editor ', [' editor'], ['editor', ''], ['\teditor'], undefined, null, 7, [7], {}, ['a', null], [['a']]]
  for (const factory of ['requireGroups', 'requireRoles', 'requirePermissions', 'requireScopes'] as const) {
    for (const make of [app[factory], { requireGroups, requireRoles, requirePermissions, requireScopes }[factory]]) {
      for (const names of empty) t.throws(() => make(names as string), { code: 'AUTH_GUARD_EMPTY', message: new RegExp(factory) }, `${factory} ${JSON.stringify(names)}`)
    }
  }
  for (const kind of [undefined, '', 'unknown', 'Human', ['human'], null]) t.throws(() => requireKind(kind as 'human'), { code: 'AUTH_GUARD_EMPTY' }, String(kind))
})

t.test('a guard that matches otherwise than any or all cannot be made', async t => {
  for (const match of ['ALL', 'none', '', null, true]) t.throws(() => requireRoles('a', { match: match as 'all' }), { code: 'AUTH_OPTION_INVALID' }, String(match))
  for (const scope of ['a b', 'a"b', 'a\\b', 'ä', 'a\nb']) t.throws(() => requireScopes(scope), { code: 'AUTH_OPTION_INVALID' }, scope)
})

t.test('a guard passed uncalled stops the boot', async t => {
  const factories = { requireUser, requireGroups, requireRoles, requirePermissions, requireScopes, requireKind }
  for (const [name, factory] of Object.entries(factories)) {
    await stops(t, { preHandler: factory }, { code: 'AUTH_GUARD_EMPTY' }, name)
    await stops(t, { onRequest: [requireUser(), factory] }, { code: 'AUTH_GUARD_EMPTY' }, name)
    await stops(t, { onSend: factory }, { code: 'AUTH_GUARD_EMPTY' }, name)
  }
  for (const name of ['requireUser', 'requireRoles'] as const) {
    const own = openApp(t, { jwtProvider }, app => { app.get('/books', { preHandler: app[name] as never }, ok) })
    await t.rejects(own, { code: 'AUTH_GUARD_EMPTY', message: /GET \/books/ }, name)
    const inherited = openApp(t, { jwtProvider }, app => { app.addHook('preHandler', app[name] as never).get('/books', ok) })
    await t.rejects(inherited, { code: 'AUTH_GUARD_EMPTY', message: /GET \/books/ }, name)
  }
})

t.test('a guard in a hook that runs too late stops the boot', async t => {
  for (const hook of ['preSerialization', 'onSend', 'onResponse', 'onTimeout', 'onError', 'onRequestAbort']) {
    await stops(t, { [hook]: requireUser() }, { code: 'AUTH_GUARD_MISPLACED' }, hook)
    await stops(t, { preHandler: requireUser(), [hook]: [requireUser(), requireUser()] }, { code: 'AUTH_GUARD_MISPLACED' }, hook)
  }
  const inherited = openApp(t, { jwtProvider }, app => { app.addHook('onSend', requireUser() as never).get('/books', ok) })
  await t.rejects(inherited, { code: 'AUTH_GUARD_MISPLACED', message: /GET \/books/ })
})

t.test('a guard of another registration stops the boot', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const guards: FastifyInstance['requireUser'][] = []
  await app.register(async inner => {
    await inner.register(authPlugin, { jwtProvider })
    guards.push(inner.requireUser)
  })
  app.register(async inner => {
    await inner.register(authPlugin, { jwtProvider })
    inner.get('/books', { preHandler: guards.map(make => make()) }, ok)
  })
  await t.rejects(Promise.resolve(app.ready()), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
})

t.test('guards that are asked for what nothing supplies stop the boot', async t => {
  const makers = { groups: requireGroups, roles: requireRoles, permissions: requirePermissions }
  for (const [name, make] of Object.entries(makers)) {
    const boot = openApp(t, { jwtProvider: issuer.provider({ supplies: [] }) }, app => { app.get('/books', { preHandler: make('a') }, ok) })
    await t.rejects(boot, { code: 'AUTH_ENTITLEMENTS_UNPROVIDED', message: new RegExp(`GET /books.*${name}`) }, name)
  }
  await t.resolves(openApp(t, { jwtProvider: issuer.provider({ supplies: [] }) }, app => {
    app.get('/books', { preHandler: [requireScopes('a'), requireKind('human'), requireUser()] }, ok)
    app.get('/open', { config: { auth: 'public' } }, ok)
  }))
})

t.test('a plugin that replaces the hooks of a route stops the boot', async t => {
  const replacements: Readonly<Record<string, (route: RouteOptions) => void>> = {
    'without our refusal': route => { route.onRequest = [] },
    'without any hook': route => { delete route.onRequest },
    'with a hook of its own': route => { route.onRequest = (_request, _reply, done) => { done() } },
    'without the guard': route => { route.preHandler = [] },
    'with the guard wrapped': route => { route.preHandler = [route.preHandler].flat().map(hook => async (...args: unknown[]) => Reflect.apply(hook as () => void, null, args)) as never }
  }
  for (const [name, replace] of Object.entries(replacements)) {
    const boot = openApp(t, { jwtProvider }, async app => {
      await app.register(fp(async outer => { outer.addHook('onRoute', replace) }))
      app.get('/books', { preHandler: [requireUser()] }, ok)
    })
    await t.rejects(boot, { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ }, name)
  }
})

t.test('a plugin may add to the hooks of a route, before and behind', async t => {
  const seen: string[] = []
  const hook = (name: string) => async () => { seen.push(name) }
  const app = await openApp(t, { jwtProvider }, async app => {
    app.addHook('onRoute', route => {
      route.onRequest = [hook('before'), ...[route.onRequest ?? []].flat(), hook('behind')]
      route.preHandler = hook('preHandler')
    })
    app.get('/books', ok)
  })
  t.match(await app.inject('/books'), { statusCode: 401 })
  t.same(seen, ['before'])
  t.match(await app.inject({ url: '/books', headers: bearer(issuer.token()) }), { statusCode: 200 })
  t.same(seen, ['before', 'before', 'behind', 'preHandler'])
})

t.test('a guard that a plugin gives to each route guards it', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.addHook('onRoute', route => { route.preHandler = [requireRoles('editor')] })
  await app.register(authPlugin, { jwtProvider })
  app.get('/books', ok)
  for (const method of ['GET', 'HEAD'] as const) {
    t.match(await app.inject({ method, url: '/books' }), { statusCode: 401 })
    t.match(await app.inject({ method, url: '/books', headers: bearer(issuer.token()) }), { statusCode: 403 })
    t.match(await app.inject({ method, url: '/books', headers: bearer(issuer.token({ roles: ['editor'] })) }), { statusCode: 200 })
  }
})

t.test('a guard from above that cannot be seen at boot guards all the same', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.addHook('onReady', async function hideHooks () {
    const symbol = Object.getOwnPropertySymbols(app).find(({ description }) => description === 'fastify.hooks') as symbol
    const { [symbol]: hooks } = app as unknown as Record<symbol, unknown>
    Object.setPrototypeOf(app, { ...Object.getPrototypeOf(app), [symbol]: hooks })
    Reflect.deleteProperty(app, symbol)
  })
  await app.register(authPlugin, { jwtProvider, mode: 'optional' })
  app.addHook('preHandler', requireRoles('editor')).get('/books', ok)
  t.match(await app.inject('/books'), { statusCode: 401 })
  t.match(await app.inject({ url: '/books', headers: bearer(issuer.token()) }), { statusCode: 403 })
  t.match(await app.inject({ url: '/books', headers: bearer(issuer.token({ roles: ['editor'] })) }), { statusCode: 200 })
  t.match(app.accessMatrix(), [{ url: '/books', mode: 'optional', guard: null }])
})

t.test('a guard of claims or policies, and one made of guards, passed uncalled stops the boot, too', async t => {
  for (const [name, factory] of Object.entries({ requireClaims, requirePolicy, anyOf, allOf, not })) {
    for (const hook of ['preHandler', 'onSend']) await stops(t, { [hook]: factory }, { code: 'AUTH_GUARD_EMPTY' }, `${name} ${hook}`)
    const hooked = openApp(t, { jwtProvider }, app => { app.addHook('onRequest', factory as never).get('/books', ok) })
    await t.rejects(hooked, { code: 'AUTH_GUARD_EMPTY', message: /GET \/books/ }, name)
    const guarding = openApp(t, { jwtProvider }, app => { app.guard(factory as never) })
    await t.rejects(guarding, { code: 'AUTH_GUARD_EMPTY', message: /^guard: .*uncalled/ }, name)
  }
})

t.test('a guard passed uncalled where no boot can see it answers 500, and neither hangs nor lets anybody in', async t => {
  const uncalled = { requireUser, requireGroups, requireRoles, requirePermissions, requireScopes, requireKind, requireClaims, requirePolicy, anyOf, allOf, not }
  const app = Fastify()
  t.teardown(() => app.close())
  for (const [name, factory] of Object.entries(uncalled)) app.get(`/${name}`, { preHandler: factory as never }, ok)
  await app.register(authPlugin, { jwtProvider })
  for (const name of Object.keys(uncalled)) {
    const response = await app.inject({ url: `/${name}`, headers: bearer(issuer.token()) })
    t.match(response.json(), { statusCode: 500, code: 'AUTH_GUARD_EMPTY' }, name)
  }
})
