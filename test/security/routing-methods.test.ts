import cors from '@fastify/cors'
import t from 'tap'

import { requireRoles } from '../../lib/index.js'
import { injected, overHttp2, raw } from './routing-asks.js'
import { openScene, registerFirst, walkAll } from './routing-scene.js'

import type { FastifyInstance, FastifyServerOptions, HTTPMethods } from 'fastify'
import type { FastifyCorsOptions } from '@fastify/cors'
import type { Test } from 'tap'
import type { RawRequest } from './routing-asks.js'
import type { Row, Scene, Stage } from './routing-scene.js'

/** Methods that an app adds, and those that Fastify knows without being told. */
const ADDED = ['PROPFIND', 'MKCOL', 'LOCK', 'SEARCH'] as const
const EXTRA = [...ADDED, 'QUERY', 'TRACE'] as const
const guard = () => ({ preHandler: requireRoles('editor') })

type Server = FastifyServerOptions

async function openMethods (t: Test, server: Server = {}): Promise<Scene> {
  return await openScene(t, {
    server,
    async build (app, stage) {
      await registerFirst(app, stage)
      declareMethods(app, stage)
    }
  })
}

function declareMethods (app: FastifyInstance, { guarded, open }: Stage): void {
  ADDED.forEach(method => app.addHttpMethod(method, { hasBody: method !== 'MKCOL' }))
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', ...EXTRA] as HTTPMethods[]) {
    app.route({ method, url: `/${method.toLowerCase()}`, ...guard(), handler: guarded(method) })
  }
  app.get('/no-head', { exposeHeadRoute: false, ...guard() }, guarded('GET /no-head'))
  app.head('/own-head', guard(), guarded('HEAD /own-head'))
  app.get('/own-head', guard(), guarded('GET /own-head'))
  app.route({ method: ['GET', 'POST', 'PUT'], url: '/several', ...guard(), handler: guarded('/several') })
  app.all('/all', guard(), guarded('/all'))
  app.get('/read-openly', { config: { auth: 'public' } }, open('GET /read-openly'))
  app.post('/read-openly', guard(), guarded('POST /read-openly'))
  app.delete('/read-openly', guard(), guarded('DELETE /read-openly'))
  app.post('/write-openly', { config: { auth: 'public' } }, open('POST /write-openly'))
  app.get('/write-openly', guard(), guarded('GET /write-openly'))
}

/** Fastify wants a content type from QUERY. */
const QUERY: RawRequest = { fields: ['Content-Type: application/json', 'Content-Length: 2'], body: '{}' }

/** A request, and where it leads: a place, or the status of those that lead nowhere. */
function toRow (method: string, target: string, reach: string | number, request: RawRequest = method === 'QUERY' ? QUERY : {}): Row {
  const name = [method, target, ...(request.fields ?? [])].join(' ')
  const ask = raw(method, target, request)
  return typeof reach === 'number' ? { name, ask, reaches: null, status: reach } : { name, ask, reaches: reach }
}

const asDeclared: readonly Row[] = [
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', ...EXTRA].map(method => toRow(method, `/${method.toLowerCase()}`, method)),
  ...['GET', 'POST', 'PUT'].map(method => toRow(method, '/several', '/several')),
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', ...EXTRA].map(method => toRow(method, '/all', '/all')),
  toRow('HEAD', '/own-head', 'HEAD /own-head'),
  toRow('GET', '/own-head', 'GET /own-head'),
  toRow('GET', '/read-openly', 'open GET /read-openly'),
  toRow('POST', '/read-openly', 'POST /read-openly'),
  toRow('GET', '/write-openly', 'GET /write-openly'),
  toRow('POST', '/write-openly', 'open POST /write-openly')
]

const elsewhere: readonly Row[] = [
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', ...EXTRA].map(method => toRow(method, '/get', 404)),
  ...['GET', 'HEAD', 'PUT', 'OPTIONS'].map(method => toRow(method, '/post', 404)),
  ...['PATCH', 'DELETE', 'PROPFIND'].map(method => toRow(method, '/several', 404)),
  ...['PURGE', 'M-SEARCH', 'LINK'].map(method => toRow(method, '/all', 404)),
  ...['PUT', 'OPTIONS', 'TRACE'].map(method => toRow(method, '/read-openly', 404)),
  toRow('HEAD', '/no-head', 404),
  ...['get', 'Get', 'head', 'GETX', 'ADMIN', 'X', 'G', 'GET\t', ' GET', 'G\0ET', '*', '""', 'JEFF', 'PRI', 'GET,POST', 'gEt'].map(method => toRow(method, '/get', 400)),
  toRow('', '/get', 400),
  // Nobody takes tunnels: Node closes the connection.
  toRow('CONNECT', 'api.example:443', 0),
  toRow('CONNECT', '/get', 0)
]

t.test('methods: each declared one is guarded, and no other one is a way in (CVE-2026-33011)', async t => {
  const scene = await openMethods(t)
  await walkAll(t, scene, [
    ...asDeclared, ...elsewhere, toRow('HEAD', '/get', 'GET'), toRow('HEAD', '/several', '/several'), toRow('HEAD', '/all', '/all'),
    toRow('HEAD', '/read-openly', 'open GET /read-openly'), toRow('HEAD', '/write-openly', 'GET /write-openly'), toRow('HEAD', '/%67et?x=/read-openly', 'GET')
  ])
})

t.test('methods: HEAD switched off', async t => {
  const scene = await openMethods(t, { exposeHeadRoutes: false })
  await walkAll(t, scene, [
    ...asDeclared, ...elsewhere, toRow('HEAD', '/get', 404), toRow('HEAD', '/several', 404), toRow('HEAD', '/read-openly', 404), toRow('HEAD', '/write-openly', 404)
  ])
})

t.test('methods over HTTP/2', async t => {
  const scene = await openMethods(t, { http2: true } as unknown as Server)
  const known = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', ...ADDED, 'TRACE']
  await walkAll(t, scene, [
    ...known.map(method => ({ name: method, ask: overHttp2(method, `/${method.toLowerCase()}`), reaches: method })),
    ...['get', 'Get', 'GETX', 'ADMIN'].map(method => ({ name: method, ask: overHttp2(method, '/get'), reaches: null, status: 404 })),
    { name: 'QUERY', ask: overHttp2('QUERY', '/query', { fields: { 'content-type': 'application/json' }, body: '{}' }), reaches: 'QUERY' },
    { name: 'HEAD', ask: overHttp2('HEAD', '/get'), reaches: 'GET' },
    { name: 'HEAD of an open GET', ask: overHttp2('HEAD', '/read-openly'), reaches: 'open GET /read-openly' },
    { name: 'another method of an open GET', ask: overHttp2('DELETE', '/read-openly'), reaches: 'DELETE /read-openly' }
  ])
})

t.test('a method in a header, in the query or in the body is none', async t => {
  const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method', 'X-Original-Method', 'Access-Control-Request-Method']
  const scene = await openMethods(t)
  await walkAll(t, scene, [
    ...names.flatMap(name => [
      toRow('POST', '/read-openly', 'POST /read-openly', { fields: [`${name}: GET`] }),
      toRow('GET', '/read-openly', 'open GET /read-openly', { fields: [`${name}: DELETE`] }),
      toRow('GET', '/write-openly', 'GET /write-openly', { fields: [`${name}: POST`] }),
      toRow('GET', '/get', 'GET', { fields: [`${name}: OPTIONS`] })
    ]),
    toRow('POST', '/read-openly?_method=GET', 'POST /read-openly'),
    toRow('GET', '/write-openly?_method=POST', 'GET /write-openly'),
    { name: 'in the body', ask: injected({ method: 'POST', url: '/read-openly', payload: { _method: 'GET' } }), reaches: 'POST /read-openly' },
    { name: 'in a form', ask: injected({ method: 'DELETE', url: '/read-openly', payload: '_method=GET', headers: { 'content-type': 'text/plain' } }), reaches: 'DELETE /read-openly' }
  ])
})

t.test('a method that the app takes from a header is guarded as what it became', async t => {
  const scene = await openMethods(t, {
    rewriteUrl (request) {
      request.method = String(request.headers['x-http-method-override'] ?? request.method)
      return request.url ?? '/'
    }
  })
  const override = (method: string) => ({ fields: [`X-HTTP-Method-Override: ${method}`] })
  await walkAll(t, scene, [
    toRow('GET', '/read-openly', 'DELETE /read-openly', override('DELETE')),
    toRow('GET', '/read-openly', 'POST /read-openly', override('POST')),
    toRow('POST', '/read-openly', 'open GET /read-openly', override('GET')),
    toRow('POST', '/write-openly', 'GET /write-openly', override('GET')),
    toRow('POST', '/get', 'GET', override('HEAD')),
    toRow('GET', '/get', 404, override('get')),
    toRow('GET', '/get', 404, override('MADEUP')),
    toRow('POST', '/options', 'OPTIONS', override('OPTIONS'))
  ])
})

const origin = 'Origin: https://app.example'
const preflight = [origin, 'Access-Control-Request-Method: DELETE', 'Access-Control-Request-Headers: authorization']

async function openCors (t: Test, order: 'first' | 'last', options: FastifyCorsOptions): Promise<Scene> {
  return await openScene(t, {
    async build (app, stage) {
      order === 'first' && await app.register(cors, options)
      await registerFirst(app, stage)
      order === 'last' && await app.register(cors, options)
      declareMethods(app, stage)
    }
  })
}

for (const order of ['first', 'last'] as const) {
  t.test(`OPTIONS, with cors registered ${order}: a preflight is answered, and opens nothing`, async t => {
    const scene = await openCors(t, order, { origin: 'https://app.example' })
    await walkAll(t, scene, [
      ...['/get', '/all', '/options', '/read-openly', '/nowhere'].map(url => ({ ...toRow('OPTIONS', url, 204, { fields: preflight }), isAnsweredEarly: true })),
      ...['GET', 'POST', 'PATCH', 'DELETE', 'HEAD'].map(method => toRow(method, `/${method === 'HEAD' ? 'get' : method.toLowerCase()}`, method === 'HEAD' ? 'GET' : method, { fields: preflight })),
      { ...toRow('OPTIONS', '/get', 400), isAnsweredEarly: true },
      { ...toRow('OPTIONS', '/options', 400, { fields: [origin] }), isAnsweredEarly: true },
      toRow('GET', '/get', 'GET', { fields: [origin] }),
      toRow('GET', '/get', 'GET', { fields: ['Origin: https://evil.example'] })
    ])
  })

  t.test(`OPTIONS, with cors registered ${order} that leaves preflights to the app`, async t => {
    const scene = await openCors(t, order, { origin: true, preflightContinue: true, strictPreflight: false })
    await walkAll(t, scene, [
      toRow('OPTIONS', '/options', 'OPTIONS', { fields: preflight }), toRow('OPTIONS', '/all', '/all', { fields: preflight }), toRow('OPTIONS', '/all', '/all'),
      toRow('OPTIONS', '/get', 200, { fields: preflight }), toRow('OPTIONS', '/nowhere', 200, { fields: preflight })
    ])
  })
}

t.test('OPTIONS for everything that is the app\'s own is guarded, preflight or not', async t => {
  const scene = await openScene(t, {
    async build (app, stage) {
      await registerFirst(app, stage)
      app.options('*', guard(), stage.guarded('OPTIONS *'))
      app.get('/get', guard(), stage.guarded('GET'))
    }
  })
  await walkAll(t, scene, ['/get', '/nowhere', '*', 'http://api.example/get'].flatMap(url => [toRow('OPTIONS', url, 'OPTIONS *'), toRow('OPTIONS', url, 'OPTIONS *', { fields: preflight })]))
})
