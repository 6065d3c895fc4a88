import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import webSocket from '@fastify/websocket'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import { parse } from 'yaml'

import { collectLog } from '../fixtures/collect-log.js'
import { documentOf, EDITIONS, editionOf, openDescribed, operationAt, schemesOf, securityOf, yamlOf } from '../fixtures/describe-app.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { bearer, requireRoles, requireScopes } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { SeenDocument } from '../fixtures/describe-app.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const auth = { jwtProvider }
const handler = async () => 'ok'
const MARK = 'x-fastify-gatekeeper'

function declareBooks (app: FastifyInstance): void {
  app.get('/books', { preHandler: requireScopes('books:read') }, handler)
  app.get('/news', { config: { auth: 'public' } }, handler)
  app.post('/notes', { config: { auth: 'optional' } }, handler)
}

/** What such routes are said to ask, in editions that let scopes stand beside bearer tokens. */
const BOOKS = { 'get /books': [{ bearerAuth: ['books:read'] }], 'get /news': [], 'post /notes': [{ bearerAuth: [] }, {}] }

function assertBooks (t: Test, document: SeenDocument, message: string): void {
  t.strictSame(securityOf(document), BOOKS, message)
  t.strictSame(schemesOf(document), { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }, message)
  t.strictSame(Object.keys(operationAt(document, '/books').responses), ['200', '401', '403', '503'], message)
  t.notMatch(JSON.stringify(document), MARK, message)
}

t.test('the document is the same whichever plugin was registered first, as JSON, as YAML and on a page', async t => {
  for (const order of ['auth first', 'docs first'] as const) {
    const app = await openDescribed(t, { auth: { ...auth, exclude: ['/docs/*'] }, order }, async app => {
      await app.register(swaggerUi, { routePrefix: '/docs' })
      declareBooks(app)
    })
    assertBooks(t, documentOf(app), order)
    t.strictSame(yamlOf(app), documentOf(app), order)
    t.strictSame((await app.inject('/docs/json')).json(), documentOf(app), order)
    t.strictSame(parse((await app.inject('/docs/yaml')).body), documentOf(app), order)
  }
})

t.test('routes in plugins that wait for both are described, and the children of those', async t => {
  for (const plugins of [[authPlugin, swagger], [swagger, authPlugin]] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    for (const plugin of plugins) app.register(plugin as typeof swagger, plugin === swagger ? editionOf('3.1') : auth as object)
    app.register(async outer => { outer.register(async inner => { declareBooks(inner) }) }, { prefix: '/v1' })
    await app.ready()
    t.strictSame(Object.values(securityOf(documentOf(app))), Object.values(BOOKS))
  }
})

t.test('JSON and YAML say the same in every edition, and nothing of the mark', async t => {
  for (const edition of EDITIONS) {
    const app = await openDescribed(t, { auth: { ...auth, openapi: { requirements: 'all' } }, docs: editionOf(edition) }, app => {
      declareBooks(app)
      app.delete('/books/:id', { preHandler: requireRoles('editor'), schema: { description: 'Gone for good: "yes", #1', params: { type: 'object', properties: { id: { type: 'string' } } } } }, handler)
    })
    t.strictSame(yamlOf(app), JSON.parse(JSON.stringify(documentOf(app))), edition)
    t.match(operationAt(yamlOf(app), '/books/{id}', 'delete').responses, { 401: {}, 403: {}, 503: {} }, edition)
    for (const text of [JSON.stringify(documentOf(app)), app.swagger({ yaml: true })]) t.notMatch(text, MARK, edition)
  }
})

t.test('a document in a child is described by a registration around it, of that child alone', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, auth)
  app.get('/outside', handler)
  app.register(async child => {
    await child.register(swagger, editionOf('3.1'))
    declareBooks(child)
    child.get('/document', { config: { auth: 'public' }, schema: { hide: true } }, async () => child.swagger())
  })
  await app.ready()
  assertBooks(t, (await app.inject('/document')).json(), 'child')
  t.equal(app.hasDecorator('swagger'), false)
})

t.test('a document at the root is described by a registration in a child', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, editionOf('3.1'))
  app.get('/open', handler)
  app.register(async child => {
    await child.register(authPlugin, auth)
    declareBooks(child)
  })
  await app.ready()
  const { '/open': open, ...paths } = documentOf(app).paths
  t.strictSame(open, { get: { responses: { 200: { description: 'Default Response' } } } }, 'nothing guards it, and nothing is said of it')
  assertBooks(t, { ...documentOf(app), paths }, 'root')
})

t.test('two registrations beside each other are described in one document, each as it is', async t => {
  const partners = handIssuer('https://partners.example').provider()
  const log = collectLog('warn')
  const app = Fastify({ logger: log.logger })
  t.teardown(() => app.close())
  await app.register(swagger, editionOf('3.1'))
  for (const [prefix, options] of [['/staff', auth], ['/partners', { authenticators: [bearer(partners, { name: 'partnerAuth' })] }]] as const) {
    app.register(async child => {
      await child.register(authPlugin, options)
      declareBooks(child)
    }, { prefix })
  }
  await app.ready()
  t.match(securityOf(documentOf(app)), { 'get /staff/books': [{ bearerAuth: ['books:read'] }], 'get /partners/books': [{ partnerAuth: ['books:read'] }], 'post /partners/notes': [{ partnerAuth: [] }, {}] })
  t.strictSame(Object.keys(schemesOf(documentOf(app))), ['bearerAuth', 'partnerAuth'])
  t.strictSame(yamlOf(app), documentOf(app))
  t.strictSame(log.lines, [])
})

t.test('a plugin that asks for the document in its own onReady gets the whole of it', async t => {
  for (const place of ['before auth', 'after auth'] as const) {
    const given: SeenDocument[] = []
    const exporter = fp(async function exporter (app: FastifyInstance) {
      app.addHook('onReady', async () => { given.push(documentOf(app), yamlOf(app)) })
    })
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(swagger, editionOf('3.1'))
    place === 'before auth' && await app.register(exporter)
    await app.register(authPlugin, auth)
    place === 'after auth' && await app.register(exporter)
    declareBooks(app)
    await app.ready()
    t.equal(given.length, 2)
    for (const document of [...given, documentOf(app), yamlOf(app)]) assertBooks(t, document, place)
  }
})

t.test('the page may transform the finished document', async t => {
  const seen: unknown[] = []
  const app = await openDescribed(t, { auth: { ...auth, exclude: ['/docs/*'] } }, async app => {
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      transformSpecificationClone: true,
      transformSpecification (document) {
        seen.push(document)
        return { ...document, info: { title: 'Transformed' } }
      }
    })
    declareBooks(app)
  })
  const document = (await app.inject('/docs/json')).json<SeenDocument>()
  t.match(document, { info: { title: 'Transformed' } })
  assertBooks(t, document, 'sent')
  assertBooks(t, seen[0] as SeenDocument, 'given')
})

t.test('whoever looks the function up gets the one that describes, and all get the same object', async t => {
  for (const order of ['auth first', 'docs first'] as const) {
    const app = await openDescribed(t, { auth, order }, app => { app.register(async child => { declareBooks(child) }) })
    const document = app.swagger()
    t.equal(app.swagger(), document)
    t.equal(app.swagger({ yaml: false }), document)
    t.equal(app.getDecorator<FastifyInstance['swagger']>('swagger')(), document)
    const { swagger: detached } = app
    t.equal(detached(), document, 'needs no instance')
    t.equal(app.swagger({ yaml: true }), app.swagger({ yaml: true }))
    assertBooks(t, document as unknown as SeenDocument, order)
  }
})

t.test('a registration within another one keeps to its own words', async t => {
  const app = await openDescribed(t, { auth }, app => {
    declareBooks(app)
    app.register(async inner => {
      await inner.register(authPlugin, { jwtProvider: handIssuer('https://inner.example').provider(), openapi: { requirements: 'none' }, realm: 'inner' })
      declareBooks(inner)
    }, { prefix: '/inner' })
  })
  t.match(securityOf(documentOf(app)), { 'get /books': [{ bearerAuth: ['books:read'] }], 'get /inner/books': [{ bearerAuth: [] }] })
  t.match(JSON.stringify(operationAt(documentOf(app), '/inner/books').responses['401']), 'realm=\\"inner\\"')
})

t.test('nothing is said where nobody asks, and where nothing is closed', async t => {
  const without = Fastify()
  t.teardown(() => without.close())
  await without.register(authPlugin, auth)
  declareBooks(without)
  await without.ready()
  t.equal(without.hasDecorator('swagger'), false)
  const app = await openDescribed(t, { auth: { ...auth, mode: 'public' } }, app => { app.get('/news', handler) })
  t.strictSame(documentOf(app).paths, { '/news': { get: { responses: { 200: { description: 'Default Response' } }, security: [] } } })
  t.strictSame(schemesOf(documentOf(app)), {})
})

t.test('hidden routes stay hidden', async t => {
  const app = await openDescribed(t, { auth, docs: { ...editionOf('3.1') } }, app => {
    app.get('/hidden', { schema: { hide: true }, preHandler: requireRoles('admin') }, handler)
    app.get('/tagged', { schema: { tags: ['X-HIDDEN'] } }, handler)
    app.get('/books', handler)
  })
  t.strictSame(Object.keys(documentOf(app).paths), ['/books'])
})

t.test('sockets stay out of documents, as they were, and are refused all the same', async t => {
  const app = await openDescribed(t, { auth }, async app => {
    await app.register(webSocket)
    app.get('/socket', { websocket: true, preHandler: requireRoles('editor') }, socket => { socket.close() })
    app.get('/books', handler)
  })
  t.strictSame(Object.keys(documentOf(app).paths), ['/books'])
  t.match(await app.inject('/socket'), { statusCode: 401 })
})

t.test('a route declared before the plugin had loaded is refused and not described, and no warning blames a transform', async t => {
  const log = collectLog('warn')
  const app = Fastify({ logger: log.logger })
  t.teardown(() => app.close())
  await app.register(swagger, editionOf('3.1'))
  app.get('/early', handler)
  await app.register(authPlugin, auth)
  declareBooks(app)
  await app.ready()
  const { '/early': early, ...paths } = documentOf(app).paths
  t.strictSame(early, { get: { responses: { 200: { description: 'Default Response' } } } })
  assertBooks(t, { ...documentOf(app), paths }, 'others')
  t.match(await app.inject('/early'), { statusCode: 401 })
  t.strictSame(log.lines.map(line => line['route']), ['GET /early'])
})
