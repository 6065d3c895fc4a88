import cors from '@fastify/cors'
import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { definePolicy, requireGroups, requirePolicy, requireRoles, requireUser } from '../../lib/index.js'

import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { Test } from 'tap'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const ok = async () => 'ok'

const editor = bearer(issuer.token({ roles: ['editor'], groups: ['staff'] }))
const reader = bearer(issuer.token({ sub: 'bob' }))

interface Expected { readonly none: number, readonly reader: number, readonly editor: number }

const GUARDED: Expected = { none: 401, reader: 403, editor: 200 }
const SIGNED_IN: Expected = { none: 401, reader: 200, editor: 200 }
const OPEN: Expected = { none: 200, reader: 200, editor: 200 }

async function answers (t: Test, app: FastifyInstance, url: string, expected: Expected, method: HTTPMethods = 'GET'): Promise<void> {
  const found: Record<string, number> = {}
  for (const [who, headers] of Object.entries({ none: {}, reader, editor })) {
    found[who] = (await app.inject({ method, url, headers })).statusCode
  }
  t.same(found, expected, `${method} ${url}`)
}

t.test('guard guards all routes of its context, those before it too, and their HEAD routes', async t => {
  for (const provider of [jwtProvider, issuer.promisingProvider()]) {
    const app = await openApp(t, { jwtProvider: provider }, app => {
      app.get('/before', ok)
      t.equal(app.guard(requireRoles('editor')), app, 'and returns the instance')
      app.get('/after', ok)
      app.route({ method: ['PUT', 'DELETE'], url: '/several', handler: ok })
    })
    for (const url of ['/before', '/after']) {
      for (const method of ['GET', 'HEAD'] as const) await answers(t, app, url, GUARDED, method)
    }
    for (const method of ['PUT', 'DELETE'] as const) await answers(t, app, '/several', GUARDED, method)
  }
})

t.test('guard guards contexts within its own, at any depth, and none beside or around it', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/around', ok)
    app.register(async function inner (inner) {
      inner.register(async function deep (deep) {
        deep.get('/deep', ok)
        deep.register(async function deeper (deeper) { deeper.get('/', ok) }, { prefix: '/deeper' })
      })
      inner.get('/inner', ok)
      inner.guard(inner.requireRoles('editor'))
    })
    app.register(async function beside (beside) { beside.get('/beside', ok) })
  })
  for (const url of ['/inner', '/deep', '/deeper', '/deeper/']) {
    for (const method of ['GET', 'HEAD'] as const) await answers(t, app, url, GUARDED, method)
  }
  for (const url of ['/around', '/beside']) await answers(t, app, url, SIGNED_IN)
})

t.test('guards add up, the outermost first', async t => {
  const asked: string[] = []
  const note = (name: string) => requirePolicy(() => asked.push(name) > 0)
  const app = await openApp(t, { jwtProvider }, app => {
    app.guard(note('first')).guard(note('second'))
    app.register(async function inner (inner) {
      inner.guard(note('third')).guard(requireRoles('editor'))
      inner.addHook('preHandler', note('fifth'))
      inner.get('/', { preHandler: note('sixth') }, ok)
    })
  })
  t.match(await app.inject({ url: '/', headers: reader }), { statusCode: 403 })
  t.same(asked.splice(0), ['first', 'second', 'third'])
  t.match(await app.inject({ url: '/', headers: editor }), { statusCode: 200 })
  t.same(asked, ['first', 'second', 'third', 'fifth', 'sixth'])
  t.equal(app.accessMatrix()[0]?.guard?.kind, 'all')
})

t.test('public and exclude lift guards that are inherited', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/excluded', '/below/*'] }, app => {
    app.guard(requireRoles('editor'))
    app.addHook('preHandler', requireGroups('staff'))
    app.get('/excluded', ok)
    app.get('/below/it', ok)
    app.get('/public', { config: { auth: 'public' } }, ok)
    app.get('/required', { config: { auth: 'required' } }, ok)
  })
  for (const method of ['GET', 'HEAD'] as const) {
    for (const url of ['/excluded', '/below/it', '/public']) await answers(t, app, url, OPEN, method)
    await answers(t, app, '/required', GUARDED, method)
  }
})

t.test('a guard that no stranger could pass contradicts optional and tolerant, and closes a route that is open by default', async t => {
  const boot = (auth: 'optional' | 'tolerant') => openApp(t, { jwtProvider }, app => { app.guard(requireUser()).get('/books', { config: { auth } }, ok) })
  for (const auth of ['optional', 'tolerant'] as const) await t.rejects(boot(auth), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
  for (const mode of ['public', 'optional', 'tolerant'] as const) {
    const app = await openApp(t, { jwtProvider, mode }, app => { app.guard(requireRoles('editor')).get('/books', ok) })
    await answers(t, app, '/books', GUARDED)
    t.match(app.accessMatrix(), [{ mode: 'required', declaredBy: 'guard', guard: { kind: 'roles', wanted: ['editor'] } }])
  }
})

t.test('a guard that judges strangers is asked about them', async t => {
  const strangersOnly = requirePolicy(definePolicy(({ user }) => user === null, { allowAnonymous: true }))
  for (const mode of ['public', 'optional'] as const) {
    const app = await openApp(t, { jwtProvider, mode }, app => { app.guard(strangersOnly).get('/books', ok) })
    await answers(t, app, '/books', { none: 200, reader: 403, editor: 403 })
  }
})

t.test('a refusal comes before a byte of the body is read', async t => {
  const app = await openApp(t, { jwtProvider }, app => { app.guard(requireRoles('editor')).post('/books', ok) })
  const malformed = { method: 'POST', url: '/books', body: '{' } as const
  for (const [who, statusCode] of [[{}, 401], [reader, 403], [editor, 400]] as const) {
    t.match(await app.inject({ ...malformed, headers: { 'content-type': 'application/json', ...who } }), { statusCode })
  }
})

t.test('a guard that cannot tell is 503', async t => {
  const rolesProvider = { fetchRoles: async () => { throw new Error('down') } }
  const app = await openApp(t, { jwtProvider, rolesProvider }, app => { app.guard(requireRoles('editor')).get('/books', ok) })
  await answers(t, app, '/books', { none: 401, reader: 503, editor: 503 })
})

t.test('a route declared before the plugin had loaded meets the guards of its context', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.get('/early', ok)
  app.get('/excluded', ok)
  app.get('/public', { config: { auth: 'public' } }, ok)
  await app.register(authPlugin, { jwtProvider, mode: 'optional', exclude: ['/excluded'] })
  app.guard(app.requireRoles('editor'))
  await answers(t, app, '/early', GUARDED)
  for (const url of ['/excluded', '/public']) await answers(t, app, url, OPEN)
})

t.test('a guard that such a route cannot answer for keeps it closed', async t => {
  for (const [guard, code] of [[requirePolicy('unknown'), 'AUTH_POLICY_UNKNOWN'], [requireRoles('editor'), 'AUTH_ENTITLEMENTS_UNPROVIDED']] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    app.get('/early', ok)
    await app.register(authPlugin, { jwtProvider: issuer.provider({ supplies: [] }) })
    app.guard(guard)
    for (const headers of [{}, editor]) t.match((await app.inject({ url: '/early', headers })).json(), { statusCode: 500, code })
  }
})

t.test('what is no guard is refused', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider })
  for (const guard of [undefined, null, requireUser, requireRoles, app.requireRoles, app.requireUser, () => {}, [requireUser()], 'editor']) {
    t.throws(() => app.guard(guard as never), { code: 'AUTH_GUARD_EMPTY', message: /guard/ }, String(guard))
  }
})

t.test('a guard that comes when the app is ready is refused: it would guard nothing', async t => {
  const app = await openApp(t, { jwtProvider }, app => { app.get('/books', ok) })
  t.throws(() => app.guard(requireRoles('editor')), { code: 'AUTH_GUARD_MISPLACED', message: /ready/ })
})

t.test('a guard of another registration stops the boot, also where it is inherited', async t => {
  const other = await openApp(t, { jwtProvider })
  await t.rejects(openApp(t, { jwtProvider }, app => { app.guard(other.requireUser()).get('/books', ok) }), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
  const boot = (isOwn: boolean) => openApp(t, { jwtProvider }, app => {
    app.guard(isOwn ? app.requireRoles('editor') : requireRoles('editor'))
    app.register(async function inner (inner) {
      await inner.register(authPlugin, { jwtProvider })
      inner.get('/books', ok)
    })
  })
  await t.rejects(boot(true), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
  await answers(t, await boot(false), '/books', GUARDED)
})

t.test('strict is content with a guard from above, and with nothing less', async t => {
  const boot = (mode: 'required' | 'public', isGuarded: boolean) => openApp(t, { jwtProvider, mode, strict: true }, app => {
    isGuarded && app.guard(requireUser())
    app.get('/books', ok)
  })
  for (const mode of ['required', 'public'] as const) {
    await t.resolves(boot(mode, true), mode)
    await t.rejects(boot(mode, false), { code: 'AUTH_ROUTE_UNDECLARED', message: /GET \/books/ }, mode)
  }
})

t.test('preflights pass a guard from above, and strict, and what they ask for does not', async t => {
  const app = await openApp(t, { jwtProvider, strict: true }, async app => {
    app.guard(requireRoles('editor'))
    await app.register(cors, { origin: 'https://app.example' })
    app.get('/books', ok)
  })
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
  t.match(await app.inject({ method: 'OPTIONS', url: '/books', headers }), { statusCode: 204, headers: { 'access-control-allow-origin': 'https://app.example' } })
  t.match(await app.inject({ url: '/books', headers }), { statusCode: 401, headers: { 'access-control-allow-origin': 'https://app.example' } })
  await answers(t, app, '/books', GUARDED)
})

t.test('guard guards nothing in not-found handlers, and a refusal is logged once', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider }, app => { app.guard(requireRoles('editor')).get('/books', ok) }, { logger: log.logger })
  await answers(t, app, '/nowhere', { none: 404, reader: 404, editor: 404 })
  log.clear()
  await app.inject({ url: '/books', headers: reader })
  t.match(log.of('request refused'), [{ code: 'AUTH_ROLE_MISSING', reason: 'role', route: 'GET /books' }])
  t.equal(log.of('request refused').length, 1)
})
