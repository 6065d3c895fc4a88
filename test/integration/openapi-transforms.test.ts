import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { documentOf, EDITIONS, editionOf, openDescribed, operationAt, schemesOf, securityOf, yamlOf } from '../fixtures/describe-app.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { requireRoles, requireScopes, transformObject } from '../../lib/index.js'

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import type { SeenDocument } from '../fixtures/describe-app.js'

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>

const auth = { jwtProvider: handIssuer().provider() }
const handler = async () => 'ok'
const reading = [{ bearerAuth: ['read'] }]
const LOST = /^the document says nothing of the security of some operations/

function declareBooks (app: FastifyInstance): void {
  app.get('/books', { schema: { tags: ['books'] }, preHandler: requireScopes('read') }, handler)
  app.get('/books/:id', { preHandler: requireScopes('read') }, handler)
  app.get('/news', { config: { auth: 'public' } }, handler)
}

/** Keeps only what it knows. */
function dropAll ({ schema, url }: { schema: FastifySchema | undefined, url: string }): ReturnType<Transform> {
  return { schema: schema?.tags === undefined ? {} : { tags: schema.tags }, url }
}

t.test('operations whose transform keeps only what it knows are told by method and URL', async t => {
  const log = collectLog('warn')
  const dropSome: Transform = given => given.url === '/books' ? { schema: given.schema, url: given.url } : dropAll(given)
  for (const transform of [dropAll, dropSome] as Transform[]) {
    for (const order of ['auth first', 'docs first'] as const) {
      const app = await openDescribed(t, { auth, order, docs: { ...editionOf('3.1'), transform }, server: { logger: log.logger } }, declareBooks)
      t.strictSame(securityOf(documentOf(app)), { 'get /books': reading, 'get /books/{id}': reading, 'get /news': [] })
      t.strictSame(Object.keys(operationAt(documentOf(app), '/books/{id}').responses), ['200', '401', '403', '503'])
      t.strictSame(operationAt(documentOf(app), '/books')['tags'], ['books'])
      t.strictSame(yamlOf(app), documentOf(app))
    }
  }
  t.strictSame(log.lines, [])
})

t.test('whatever their URLs look like, and whatever base path is taken off', async t => {
  const urls = ['/at/:id(^\\d+$)', '/file/:name.:ext', '/from/:a-:b', '/verb::do', '/wild/*', '/maybe/:id?', '/nested/:id(^(a|b(c|d))$)', '/', '/v1']
  const variables = { env: { default: 'api' }, version: { default: 'v1' } }
  for (const members of [{}, { servers: [{ url: 'https://api.example/v1' }] }, { servers: [{ url: '/v1/' }] }, { servers: [{ url: 'https://{env}.example/{version}', variables }] }]) {
    const app = await openDescribed(t, { auth, docs: { ...editionOf('3.1', members), transform: dropAll as Transform } }, app => {
      for (const url of urls) app.get(url, { preHandler: requireScopes('read') }, handler)
      app.register(async inner => { for (const url of urls) inner.put(url, { preHandler: requireScopes('write') }, handler) }, { prefix: '/v1' })
    })
    for (const [name, security] of Object.entries(securityOf(documentOf(app)))) t.strictSame(security, [{ bearerAuth: [name.startsWith('get') ? 'read' : 'write'] }], `${name} with ${JSON.stringify(members)}`)
  }
  const app = await openDescribed(t, { auth, docs: { ...editionOf('2.0', { basePath: '/v1' }), transform: dropAll as Transform } }, app => { app.get('/v1/books', { preHandler: requireRoles('editor') }, handler) })
  t.strictSame(securityOf(documentOf(app)), { 'get /books': [{ bearerAuth: [] }] })
})

t.test('exposed HEAD operations of such a document are told, too', async t => {
  const app = await openDescribed(t, { auth, docs: { ...editionOf('3.1'), exposeHeadRoutes: true, transform: dropAll as Transform } }, declareBooks)
  t.match(securityOf(documentOf(app)), { 'get /books': reading, 'head /books': reading, 'head /books/{id}': reading, 'head /news': [] })
})

t.test('security that a transform writes itself is kept', async t => {
  const components = { securitySchemes: { ownAuth: { type: 'apiKey', in: 'header', name: 'x-own' } } }
  for (const keepsMark of [true, false]) {
    const transform: Transform = ({ schema, url }) => ({ schema: { ...keepsMark && schema, security: [{ ownAuth: [] }] }, url })
    const app = await openDescribed(t, { auth: { ...auth, openapi: { requirements: 'all' } }, docs: { ...editionOf('3.0', { components }), transform } }, app => {
      app.get('/books', { preHandler: requireRoles('editor') }, handler)
    })
    t.strictSame(securityOf(documentOf(app)), { 'get /books': [{ ownAuth: [] }] })
    t.equal(operationAt(documentOf(app), '/books').description, undefined)
  }
})

t.test('a transform that renames URLs and keeps what it does not know changes nothing of their security', async t => {
  const transform: Transform = ({ schema, url }) => ({ schema: { ...schema, summary: 'renamed' } as FastifySchema, url: `/renamed${url}` })
  const log = collectLog('warn')
  const app = await openDescribed(t, { auth, docs: { ...editionOf('3.1'), transform }, server: { logger: log.logger } }, declareBooks)
  t.strictSame(securityOf(documentOf(app)), { 'get /renamed/books': reading, 'get /renamed/books/{id}': reading, 'get /renamed/news': [] })
  t.strictSame(log.lines, [])
})

t.test('operations that are renamed and drop what they do not know stay as they are, with one warning', async t => {
  const all: Transform = given => ({ ...dropAll(given), url: `/renamed${given.url}` })
  const some: Transform = given => given.url === '/books' ? all(given) : { schema: given.schema, url: given.url }
  for (const [transform, lost, unknown] of [
    [all, ['GET /books', 'GET /books/:id', 'GET /news'], ['GET /renamed/books', 'GET /renamed/books/{id}', 'GET /renamed/news']],
    [some, ['GET /books'], ['GET /renamed/books']]
  ] as const) {
    const log = collectLog('warn')
    const app = await openDescribed(t, { auth, docs: { ...editionOf('3.1'), transform }, server: { logger: log.logger } }, declareBooks)
    const document = documentOf(app)
    t.strictSame(operationAt(document, '/renamed/books'), { tags: ['books'], responses: { 200: { description: 'Default Response' } } })
    transform === some && t.strictSame(securityOf(document)['get /books/{id}'], reading)
    t.equal(documentOf(app), document)
    t.strictSame(yamlOf(app), document)
    t.match(log.lines, [{ msg: LOST, lost, unknown }])
    t.equal(log.lines.length, 1)
  }
})

t.test('the warning names only routes that the document could know', async t => {
  const log = collectLog('warn')
  const app = Fastify({ logger: log.logger })
  t.teardown(() => app.close())
  await app.register(authPlugin, auth)
  app.get('/outside', handler)
  app.register(async child => {
    await child.register(swagger, { ...editionOf('3.1'), transform: ({ schema, url }) => ({ schema: url === '/old' ? {} : schema, url: url === '/old' ? '/new' : url }) })
    child.get('/document', { config: { auth: 'public' }, schema: { hide: true } }, async () => child.swagger())
    child.get('/old', handler)
    child.get('/kept', handler)
  })
  t.strictSame(securityOf((await app.inject('/document')).json()), { 'get /new': null, 'get /kept': [{ bearerAuth: [] }] })
  t.match(log.lines, [{ msg: LOST, lost: ['GET /old'], unknown: ['GET /new'] }])
  t.equal(log.lines.length, 1)
})

t.test('a document that somebody wrote is handed out as it is', async t => {
  const written = { openapi: '3.1.0', info: { title: 'Written', version: '1.0.0' }, paths: { '/books': { get: { responses: { 200: { description: 'ok' } } } } } }
  const folder = mkdtempSync(join(tmpdir(), 'documents-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'written.json'), JSON.stringify(written))
  for (const specification of [{ document: written as never }, { path: join(folder, 'written.json'), baseDir: folder }]) {
    for (const plugins of [[authPlugin, swagger], [swagger, authPlugin]] as const) {
      const log = collectLog('warn')
      const app = Fastify({ logger: log.logger })
      t.teardown(() => app.close())
      for (const plugin of plugins) await app.register(plugin as typeof swagger, plugin === swagger ? { mode: 'static', specification } : auth as object)
      declareBooks(app as unknown as FastifyInstance)
      await app.ready()
      t.strictSame(documentOf(app as unknown as FastifyInstance), written)
      'document' in specification && t.equal(app.swagger(), written)
      t.strictSame(yamlOf(app as unknown as FastifyInstance), written)
      t.strictSame(log.lines, [])
    }
  }
})

t.test('another decorator is described where it is named, and by transformObject, and by both alike', async t => {
  const decorator = 'internalDocs'
  for (const edition of EDITIONS) {
    const documents: SeenDocument[] = []
    for (const [openapi, extra] of [[{ decorators: [decorator] }, {}], [{}, { transformObject }], [{ decorators: [decorator] }, { transformObject }]] as const) {
      for (const order of ['auth first', 'docs first'] as const) {
        const app = await openDescribed(t, { auth: { ...auth, openapi: { ...openapi, requirements: 'all' } }, order, docs: { ...editionOf(edition), decorator, ...extra } }, app => {
          declareBooks(app)
          app.delete('/books/:id', { preHandler: requireRoles('editor'), schema: { description: 'Deletes.' } }, handler)
        })
        documents.push(documentOf(app, decorator))
        t.strictSame(yamlOf(app, decorator), JSON.parse(JSON.stringify(documentOf(app, decorator))), edition)
      }
    }
    const [first, ...others] = documents
    t.match(first, { paths: { '/books': { get: { security: [{ bearerAuth: edition === '2.0' || edition === '3.0' ? [] : ['read'] }] } } } })
    for (const other of others) t.strictSame(other, first, edition)
  }
})

t.test('a name that nobody was told is left alone', async t => {
  const app = await openDescribed(t, { auth, docs: { ...editionOf('3.1'), decorator: 'internalDocs' } }, declareBooks)
  t.strictSame(securityOf(documentOf(app, 'internalDocs')), { 'get /books': null, 'get /books/{id}': null, 'get /news': null })
})

t.test('several documents are described, each with what it holds', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { ...auth, openapi: { decorators: ['swagger', 'docsA'] } })
  await app.register(swagger, editionOf('3.1'))
  await app.register(swagger, { ...editionOf('3.0'), decorator: 'docsA', transform: ({ schema, url }) => ({ schema: { ...schema, hide: url === '/news' } as FastifySchema, url }) })
  declareBooks(app)
  await app.ready()
  t.strictSame(securityOf(documentOf(app)), { 'get /books': reading, 'get /books/{id}': reading, 'get /news': [] })
  t.strictSame(securityOf(documentOf(app, 'docsA')), { 'get /books': [{ bearerAuth: [] }], 'get /books/{id}': [{ bearerAuth: [] }] })
})

t.test('transformObject beside a transform that drops all is made good by the decorator, and nothing is written twice', async t => {
  for (const transform of [dropAll as Transform, undefined]) {
    const app = await openDescribed(t, { auth: { ...auth, openapi: { requirements: 'all' } }, docs: { ...editionOf('3.0'), transformObject: given => ({ ...transformObject(given), tags: [] }), ...transform !== undefined && { transform } } }, app => {
      app.get('/books', { preHandler: requireRoles('editor') }, handler)
      app.get('/open', { preHandler: requireRoles('editor'), schema: { description: 'Open.' } }, handler)
    })
    t.strictSame(securityOf(documentOf(app)), { 'get /books': [{ bearerAuth: [] }], 'get /open': [{ bearerAuth: [] }] })
    t.match(operationAt(documentOf(app), '/books').description, /^Requires [^.]*\.$/)
    t.strictSame(Object.keys(schemesOf(documentOf(app))), ['bearerAuth'])
  }
})
