import Fastify from 'fastify'
import t from 'tap'

import { handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { allOf, anyOf, fromCookie, fromHeader, not, requireClaims, requireKind, requirePolicy, requireRoles, requireScopes, requireUser } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Guard } from '../../lib/index.js'

const issuer = handIssuer()
const partners = handIssuer('https://partners.example')
const jwtProvider = issuer.provider()
const handle = async (): Promise<string> => 'ok'
const roles = { kind: 'roles', wanted: ['editor'], match: 'any' }

t.test('the matrix has every route: hidden ones, methods, HEAD and both URLs of a prefix', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/health'] }, app => {
    app.get('/health', handle)
    app.route({ method: ['PUT', 'PATCH'], url: '/books', schema: { hide: true } as object, preHandler: requireRoles('editor'), handler: handle })
    app.get('/optional', { config: { auth: 'optional' } }, handle)
    app.get('/headless', { exposeHeadRoute: false }, handle)
    app.register(async inner => { inner.get('/', handle) }, { prefix: '/part' })
    app.setNotFoundHandler({ preHandler: requireUser() }, handle)
  })
  t.strictSame(app.accessMatrix(), [
    { methods: ['GET', 'HEAD'], url: '/health', mode: 'public', declaredBy: 'exclude', guard: null, authenticators: [] },
    { methods: ['PUT', 'PATCH'], url: '/books', mode: 'required', declaredBy: 'guard', guard: roles, authenticators: ['bearerAuth'] },
    { methods: ['GET', 'HEAD'], url: '/optional', mode: 'optional', declaredBy: 'config', guard: null, authenticators: ['bearerAuth'] },
    { methods: ['GET'], url: '/headless', mode: 'required', declaredBy: 'default', guard: null, authenticators: ['bearerAuth'] },
    { methods: ['GET', 'HEAD'], url: '/part', mode: 'required', declaredBy: 'default', guard: null, authenticators: ['bearerAuth'] },
    { methods: ['GET', 'HEAD'], url: '/part/', mode: 'required', declaredBy: 'default', guard: null, authenticators: ['bearerAuth'] }
  ])
})

t.test('several guards are one demand, those of the context and of hooks included', async t => {
  const app = await openApp(t, { jwtProvider, tokenSources: [fromHeader(), fromCookie('token')] }, app => {
    app.guard(requireUser())
    app.addHook('onRequest', requireKind('human'))
    app.get('/', { config: { auth: { mode: 'required', authenticators: 'cookieAuth' } }, preHandler: requireRoles('editor') }, handle)
    app.get('/public', { config: { auth: 'public' } }, handle)
  })
  const [row, open] = app.accessMatrix()
  t.strictSame(row?.guard, { kind: 'all', parts: [{ kind: 'user' }, { kind: 'kind', wanted: 'human' }, roles] })
  t.strictSame(row?.authenticators, ['cookieAuth'])
  t.match(open, { mode: 'public', guard: null, authenticators: [] }, 'guards that are lifted are not shown')
})

t.test('each registration shows what it or one within it answers for', async t => {
  let inner: FastifyInstance | undefined
  let sibling: FastifyInstance | undefined
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/outer', handle)
    app.register(async context => {
      await context.register(authPlugin, { jwtProvider: partners.provider() })
      context.get('/inner', handle)
      inner = context
    })
    app.register(async context => {
      await context.register(authPlugin, { jwtProvider: partners.provider() })
      context.get('/sibling', handle)
      sibling = context
    })
  })
  const urlsOf = (instance: FastifyInstance | undefined) => instance?.accessMatrix().map(row => row.url)
  t.same([urlsOf(app), urlsOf(inner), urlsOf(sibling)], [['/outer', '/inner', '/sibling'], ['/inner'], ['/sibling']])
})

t.test('the matrix is frozen, all the way down', async t => {
  const app = await openApp(t, { jwtProvider }, app => { app.get('/', { preHandler: [requireUser(), anyOf(requireRoles(['a', 'b']), requireClaims({ level: [1] }))] }, handle) })
  const open: unknown[] = []
  const visit = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      Object.isFrozen(value) || open.push(value)
      Object.values(value).forEach(visit)
    }
  }
  visit(app.accessMatrix())
  t.strictSame(open, [])
})

t.test('before the app is ready both throw, and afterwards they say the same again', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider })
  app.get('/', handle)
  t.throws(() => app.accessMatrix(), { message: /ready/ })
  t.throws(() => app.printAccessMatrix(), { message: /ready/ })
  await app.ready()
  t.strictSame(app.accessMatrix(), app.accessMatrix())
})

t.test('no route serves the matrix', async t => {
  const app = await openApp(t, { jwtProvider })
  t.strictSame(app.accessMatrix(), [])
  t.equal(app.printAccessMatrix(), 'methods  url  mode  declared by  guard  authenticators\n')
})

t.test('it is printed as a table', async t => {
  const app = await openApp(t, { jwtProvider, exclude: ['/health'] }, app => {
    app.get('/health', { exposeHeadRoute: false }, handle)
    app.get('/books', { preHandler: requireRoles(['editor', 'author']) }, handle)
  })
  t.equal(app.printAccessMatrix(), [
    'methods    url      mode      declared by  guard                   authenticators',
    'GET        /health  public    exclude',
    'GET, HEAD  /books   required  guard        roles editor or author  bearerAuth',
    ''
  ].join('\n'))
})

t.test('guards are printed in words', async t => {
  const words: ReadonlyArray<readonly [guard: Guard, text: string]> = [
    [requireUser(), 'user'],
    [requireKind('machine'), 'kind machine'],
    [requireScopes(['read', 'write']), 'scopes read and write'],
    [requireRoles(['a', 'b'], { match: 'all' }), 'roles a and b'],
    [requireClaims({ tenant: 'acme', level: [1, 2] }), 'claims tenant=acme and level=1|2'],
    [requireClaims({ tenant: ['acme', null] }), 'claims tenant=acme|null'],
    [requirePolicy('ownsBook'), 'policy ownsBook'],
    [requirePolicy(() => true), 'policy (function)'],
    [not(requireUser()), 'not (user)'],
    [anyOf(requireUser(), allOf(requireRoles('a'), requireScopes('b'))), '(user) or ((roles a) and (scopes b))']
  ]
  for (const [guard, text] of words) {
    const app = await openApp(t, { jwtProvider, policies: { ownsBook: () => true } }, app => { app.get('/', { exposeHeadRoute: false, preHandler: guard }, handle) })
    t.equal(app.printAccessMatrix().split('\n')[1]?.split(/ {2,}/)[4], text)
  }
})
