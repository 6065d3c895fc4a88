import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { documentOf, EDITIONS, editionOf, openDescribed, operationAt, schemesOf, securityOf, yamlOf } from '../fixtures/describe-app.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { anyOf, fromCookie, fromHeader, requireKind, requireRoles, requireScopes } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const auth = { jwtProvider }
const handler = async () => 'ok'
const reading = [{ bearerAuth: ['read'] }]

t.test('every method of a route is described, and each as it is', async t => {
  const app = await openDescribed(t, { auth: { ...auth, tokenSources: [fromHeader(), fromCookie('token')] } }, app => {
    app.route({ method: ['GET', 'POST', 'DELETE'], url: '/books', preHandler: requireScopes('read'), handler })
    app.route({ method: ['GET', 'PUT'], url: '/notes', handler })
  })
  const document = documentOf(app)
  const both = [...reading, { cookieAuth: ['read'] }]
  t.strictSame(securityOf(document), { 'get /books': both, 'post /books': both, 'delete /books': both, 'get /notes': [{ bearerAuth: [] }, { cookieAuth: [] }], 'put /notes': [{ bearerAuth: [] }, { cookieAuth: [] }] })
  t.strictSame(Object.keys(operationAt(document, '/notes').responses), ['200', '401', '503'], 'safe methods need no proof of origin')
  t.strictSame(Object.keys(operationAt(document, '/notes', 'put').responses), ['200', '401', '403', '503'])
})

t.test('exposed HEAD operations say what their GET says, with and without an operationId', async t => {
  for (const order of ['auth first', 'docs first'] as const) {
    const app = await openDescribed(t, { auth, order, docs: { ...editionOf('3.1'), exposeHeadRoutes: true } }, app => {
      app.get('/plain', { preHandler: requireScopes('read') }, handler)
      app.get('/named', { schema: { operationId: 'readNamed' }, preHandler: requireScopes('read') }, handler)
      app.head('/alone', { schema: { operationId: 'headAlone' }, preHandler: requireScopes('read') }, handler)
      app.get('/public', { config: { auth: 'public' } }, handler)
    })
    const document = documentOf(app)
    t.strictSame(Object.entries(securityOf(document)).filter(([name]) => name.startsWith('head')), [['head /plain', reading], ['head /named', reading], ['head /alone', reading], ['head /public', []]], order)
    t.equal(operationAt(document, '/named', 'head')['operationId'], 'readNamed-head')
    for (const path of ['/plain', '/named', '/alone']) t.match(operationAt(document, path, 'head').responses, { 401: {}, 403: {}, 503: {} }, path)
    t.notMatch(JSON.stringify(document), 'x-fastify-gatekeeper')
    t.strictSame(yamlOf(app), document)
  }
  const apart = await openDescribed(t, { auth, order: 'docs first', docs: { ...editionOf('3.1'), exposeHeadRoutes: true } }, app => {
    app.get('/books', { exposeHeadRoute: false, preHandler: requireScopes('read') }, handler)
    app.head('/books', { schema: { operationId: 'lookAtBooks' }, preHandler: requireScopes('look') }, async () => '')
  })
  t.strictSame(securityOf(documentOf(apart)), { 'get /books': reading, 'head /books': [{ bearerAuth: ['look'] }] }, 'a HEAD route of its own is another one')
  const one = await openDescribed(t, { auth }, app => { app.get('/books', { config: { swagger: { exposeHeadRoute: true } }, preHandler: requireScopes('read') }, handler) })
  t.strictSame(securityOf(documentOf(one)), { 'get /books': reading, 'head /books': reading })
})

t.test('guards of addHook count, before the routes and behind them', async t => {
  for (const place of ['before', 'behind'] as const) {
    const app = await openDescribed(t, { auth }, app => {
      place === 'before' && app.addHook('preHandler', requireScopes('read'))
      app.get('/books', handler)
      app.register(async inner => {
        inner.get('/inner', { preHandler: requireScopes('inner') }, handler)
        place === 'before' && inner.addHook('onRequest', requireScopes('all'))
      })
      place === 'behind' && app.addHook('preHandler', requireScopes('read'))
    })
    const { 'get /books': books, 'get /inner': inner } = securityOf(documentOf(app))
    t.strictSame(books, reading, place)
    t.strictSame(inner?.map(({ bearerAuth }) => [...bearerAuth ?? []].sort()), [place === 'before' ? ['all', 'inner', 'read'] : ['inner', 'read']], place)
  }
})

t.test('guards of app.guard count for all of their context, and public routes lift them', async t => {
  const app = await openDescribed(t, { auth }, app => {
    app.guard(requireScopes('read'))
    app.get('/books', handler)
    app.get('/own', { preHandler: requireScopes('write') }, handler)
    app.get('/public', { config: { auth: 'public' } }, handler)
    app.register(async inner => { inner.guard(requireScopes('inner')).get('/inner', handler) })
  })
  t.strictSame(securityOf(documentOf(app)), { 'get /books': reading, 'get /own': [{ bearerAuth: ['read', 'write'] }], 'get /public': [], 'get /inner': [{ bearerAuth: ['read', 'inner'] }] })
})

t.test('a prefix and a slash are one path in the document', async t => {
  const app = await openDescribed(t, { auth }, app => { app.register(async inner => { inner.get('/', { preHandler: requireScopes('read') }, handler) }, { prefix: '/books' }) })
  t.strictSame(Object.values(securityOf(documentOf(app))), [reading])
})

t.test("the app's own security is kept: in names of ours, in names of its own, and where it is mistaken", async t => {
  const log = collectLog('warn')
  const own = { components: { securitySchemes: { ownAuth: { type: 'apiKey', in: 'header', name: 'x-own' } } } }
  const app = await openDescribed(t, { auth, docs: editionOf('3.1', own), server: { logger: log.logger } }, app => {
    app.get('/ours', { schema: { security: [{ bearerAuth: ['written'] }] }, preHandler: requireScopes('read') }, handler)
    app.get('/own', { schema: { security: [{ ownAuth: [] }] } }, handler)
    app.get('/both', { schema: { security: [{ ownAuth: [], bearerAuth: [] }] } }, handler)
    app.get('/none', { schema: { security: [] }, preHandler: requireRoles('editor') }, handler)
    app.get('/either', { schema: { security: [{ bearerAuth: [] }, {}] }, preHandler: requireRoles('editor') }, handler)
    app.get('/open', { schema: { security: [] }, config: { auth: 'optional' } }, handler)
    app.get('/public', { schema: { security: [{ ownAuth: [] }] }, config: { auth: 'public' } }, handler)
  })
  const document = documentOf(app)
  t.strictSame(securityOf(document), {
    'get /ours': [{ bearerAuth: ['written'] }],
    'get /own': [{ ownAuth: [] }],
    'get /both': [{ ownAuth: [], bearerAuth: [] }],
    'get /none': [],
    'get /either': [{ bearerAuth: [] }, {}],
    'get /open': [],
    'get /public': [{ ownAuth: [] }]
  })
  t.strictSame(Object.keys(schemesOf(document)).sort(), ['bearerAuth', 'ownAuth'])
  t.strictSame(yamlOf(app), document)
  t.match(operationAt(document, '/none').responses, { 401: {}, 403: {} }, 'and is refused as it is')
  t.strictSame(log.lines.map(line => line['route']), ['GET /none', 'GET /either'], 'warned of, once each')
})

t.test('a scheme that only the app itself names is declared where it is one of ours', async t => {
  const app = await openDescribed(t, { auth }, app => { app.get('/', { schema: { security: [{ bearerAuth: [] }] } }, handler) })
  t.strictSame(Object.keys(schemesOf(documentOf(app))), ['bearerAuth'])
})

t.test('where the document has a default, public routes say that it is not theirs', async t => {
  for (const edition of EDITIONS) {
    const scheme = { type: 'apiKey', in: 'header', name: 'x-own' }
    const members = edition === '2.0' ? { securityDefinitions: { ownAuth: scheme } } : { components: { securitySchemes: { ownAuth: scheme } } }
    const app = await openDescribed(t, { auth, docs: editionOf(edition, { ...members, security: [{ ownAuth: [] }] }) }, app => {
      app.get('/public', { config: { auth: 'public' } }, handler)
      app.get('/optional', { config: { auth: 'optional' } }, handler)
      app.get('/tolerant', { config: { auth: 'tolerant' } }, handler)
      app.get('/closed', handler)
    })
    const document = documentOf(app)
    const open = [{ bearerAuth: [] }, {}]
    t.strictSame(securityOf(document), { 'get /public': [], 'get /optional': open, 'get /tolerant': open, 'get /closed': [{ bearerAuth: [] }] }, edition)
    t.strictSame(document['security'], [{ ownAuth: [] }], edition)
    t.strictSame(yamlOf(app), document, edition)
  }
})

t.test('base paths are taken off, those of servers and that of OpenAPI 2', async t => {
  function declare (app: FastifyInstance): void {
    app.register(async inner => { inner.get('/books/:id', { preHandler: requireScopes('read') }, handler) }, { prefix: '/v1' })
  }
  for (const url of ['https://api.example/v1', '/v1']) {
    const app = await openDescribed(t, { auth, docs: editionOf('3.1', { servers: [{ url }] }) }, declare)
    t.strictSame(securityOf(documentOf(app)), { 'get /books/{id}': reading }, url)
    const whole = await openDescribed(t, { auth, docs: { ...editionOf('3.1', { servers: [{ url }] }), stripBasePath: false } }, declare)
    t.strictSame(securityOf(documentOf(whole)), { 'get /v1/books/{id}': reading }, url)
  }
  const app = await openDescribed(t, { auth, docs: editionOf('2.0', { basePath: '/v1' }) }, declare)
  t.strictSame(securityOf(documentOf(app)), { 'get /books/{id}': [{ bearerAuth: [] }] })
})

t.test('what may be published of a guard is published, and what else it asks is not', async t => {
  function declare (app: FastifyInstance): void {
    app.get('/books', { preHandler: [requireScopes('read'), requireRoles('editor')] }, handler)
    app.get('/either', { preHandler: anyOf(requireScopes('read'), requireRoles('editor')) }, handler)
    app.get('/kind', { preHandler: anyOf(requireScopes('read'), requireKind('machine')) }, handler)
  }
  const expected = {
    scopes: { 'get /books': reading, 'get /either': [{ bearerAuth: [] }], 'get /kind': [{ bearerAuth: [] }] },
    all: { 'get /books': [{ bearerAuth: ['read', 'editor'] }], 'get /either': [{ bearerAuth: ['read'] }, { bearerAuth: ['editor'] }], 'get /kind': [{ bearerAuth: [] }] },
    none: { 'get /books': [{ bearerAuth: [] }], 'get /either': [{ bearerAuth: [] }], 'get /kind': [{ bearerAuth: [] }] }
  } as const
  for (const [requirements, security] of Object.entries(expected)) {
    const app = await openDescribed(t, { auth: { ...auth, openapi: { requirements: requirements as 'all' } } }, declare)
    t.strictSame(securityOf(documentOf(app)), security, requirements)
    requirements !== 'all' && t.notMatch(JSON.stringify(documentOf(app)), 'editor', requirements)
  }
})

t.test('openapi: null leaves documents alone', async t => {
  for (const order of ['auth first', 'docs first'] as const) {
    const plain = Fastify()
    t.teardown(() => plain.close())
    await plain.register(swagger, editionOf('3.1'))
    const declare = (app: FastifyInstance) => { app.get('/books', { preHandler: requireRoles('editor'), schema: { tags: ['books'] } }, handler) }
    plain.get('/books', { schema: { tags: ['books'] } }, handler)
    await plain.ready()
    const app = await openDescribed(t, { auth: { ...auth, openapi: null }, order }, declare)
    t.strictSame(documentOf(app), documentOf(plain as unknown as FastifyInstance))
    t.strictSame(app.swagger({ yaml: true }), plain.swagger({ yaml: true }))
    t.match(await app.inject('/books'), { statusCode: 401 })
    t.match(await app.inject({ url: '/books', headers: bearer(issuer.token({ roles: ['editor'] })) }), { statusCode: 200 })
  }
})

t.test('a registration with null beside one without is left alone, and the other one is not', async t => {
  const log = collectLog('warn')
  const app = Fastify({ logger: log.logger })
  t.teardown(() => app.close())
  await app.register(swagger, editionOf('3.1'))
  for (const [prefix, openapi] of [['/silent', null], ['/told', {}]] as const) {
    app.register(async child => {
      await child.register(authPlugin, { ...auth, openapi })
      child.get('/books', { preHandler: requireScopes('read') }, handler)
    }, { prefix })
  }
  await app.ready()
  t.strictSame(securityOf(documentOf(app)), { 'get /silent/books': null, 'get /told/books': reading })
  t.strictSame(log.lines, [])
})
