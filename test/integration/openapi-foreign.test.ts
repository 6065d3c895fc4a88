import Fastify from 'fastify'
import t from 'tap'

import { documentOf, securityOf } from '../fixtures/describe-app.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { requireScopes } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'

const auth = { jwtProvider: handIssuer().provider() }
const handler = async () => 'ok'

function declareBooks (app: FastifyInstance): void {
  app.get('/books', { preHandler: requireScopes('read') }, handler)
  app.get('/news', { config: { auth: 'public' } }, handler)
}

t.test('another function of that name is called as it was, whatever it gives', async t => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const thrower = { get paths () { throw new Error('no') } }
  for (const given of ['text', '', null, undefined, 7, true, [], ['a'], Promise.resolve({ paths: {} }), {}, { paths: null }, { paths: { '/books': null } }, { paths: { '/books': { get: null, parameters: [] } } }, { paths: [] }, cyclic, thrower, Object.freeze({ paths: Object.freeze({}) }), () => 'text', Symbol('x')]) {
    for (const order of ['before', 'after'] as const) {
      const calls: unknown[] = []
      function foreign (this: unknown, ...args: unknown[]): unknown {
        calls.push([this, ...args])
        return given
      }
      const app = Fastify()
      t.teardown(() => app.close())
      order === 'before' && app.decorate('swagger', Object.assign(foreign, { version: 7 }) as never)
      await app.register(authPlugin, auth)
      order === 'after' && app.decorate('swagger', Object.assign(foreign, { version: 7 }) as never)
      declareBooks(app)
      await app.ready()
      const found = app.swagger as unknown as ((...args: unknown[]) => unknown) & { readonly version: number }
      t.equal(found.call(app, 'first', 2), given)
      t.strictSame(calls.map(call => (call as unknown[]).slice(1)), [['first', 2]])
      t.equal((calls[0] as unknown[])[0], app)
      t.equal(found.version, 7)
    }
  }
})

t.test('what such a function throws is thrown', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.decorate('swagger', function foreign () { throw new RangeError('mine') } as never)
  await app.register(authPlugin, auth)
  declareBooks(app)
  await app.ready()
  for (const options of [undefined, { yaml: true }] as const) t.throws(() => app.swagger(options as never), new RangeError('mine'))
  t.match(app.accessMatrix(), [{ url: '/books' }, { url: '/news' }])
})

t.test('a swagger that is no function is no business of ours', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.decorate('swagger', 'text' as never)
  await app.register(authPlugin, auth)
  declareBooks(app)
  await app.ready()
  t.equal(app.swagger, 'text')
})

t.test('a function that is there only when all routes are is described, too', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, auth)
  const schemas: Array<() => unknown> = []
  app.addHook('onRoute', function note (route) { schemas.push(() => route.schema) })
  app.get('/books', { exposeHeadRoute: false, preHandler: requireScopes('read') }, handler)
  app.decorate('swagger', (() => ({ openapi: '3.1.0', paths: { '/books': { get: schemas[0]?.() } } })) as never)
  await app.ready()
  t.strictSame(securityOf(documentOf(app as unknown as FastifyInstance)), { 'get /books': [{ bearerAuth: ['read'] }] })
})
