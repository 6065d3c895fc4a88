import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { requireRoles, requireScopes } from '../../lib/index.js'

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { PublicAuthError } from '../../lib/index.js'

const issuer = handIssuer()
const partners = handIssuer('https://partners.example')
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token())

function declare (app: FastifyInstance): void {
  app.get('/', async () => 'ok')
  app.get('/roles', { preHandler: requireRoles('editor') }, async () => 'ok')
  app.get('/scopes', { preHandler: requireScopes(['read', 'write']) }, async () => 'ok')
  app.get('/own', { config: { auth: 'public' } }, async () => { throw Object.assign(new Error('own'), { statusCode: 401, code: 'OWN' }) })
  app.get('/sent', { config: { auth: 'public' } }, async (_request, reply) => reply.code(401).send({ own: true }))
}

t.test('problem is RFC 9457', async t => {
  const app = await openApp(t, { jwtProvider, errorBody: 'problem' }, declare)
  const none = await app.inject('/')
  t.match(none, { statusCode: 401, headers: { 'content-type': 'application/problem+json; charset=utf-8', 'www-authenticate': 'Bearer realm="api"' } })
  t.strictSame(none.json(), { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'Authentication required', code: 'AUTH_CREDENTIALS_MISSING' })
  t.equal(none.headers['content-length'], String(Buffer.byteLength(none.body)))
  const roles = await app.inject({ url: '/roles', headers: alice })
  t.strictSame(roles.json(), { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'Operation not allowed', code: 'AUTH_ROLE_MISSING' }, 'no missing name but scopes')
  const scopes = await app.inject({ url: '/scopes', headers: alice })
  t.strictSame(scopes.json().scopes, ['read', 'write'])
})

t.test('a value is sent as it is', async t => {
  for (const errorBody of [{ message: 'no' }, ['no'], {}]) {
    const app = await openApp(t, { jwtProvider, errorBody }, declare)
    const none = await app.inject('/')
    t.match(none, { statusCode: 401, headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': String(none.rawPayload.length) } })
    t.strictSame(none.json(), errorBody)
  }
})

t.test('a function is given what the caller may know, and the request', async t => {
  const given: PublicAuthError[] = []
  function errorBody (error: PublicAuthError, request: FastifyRequest): object {
    given.push(error)
    return { fehler: error.code, url: request.url, grüße: 'ü' }
  }
  const app = await openApp(t, { jwtProvider, errorBody }, declare)
  const scopes = await app.inject({ url: '/scopes', headers: alice })
  t.strictSame(scopes.json(), { fehler: 'AUTH_SCOPE_MISSING', url: '/scopes', grüße: 'ü' })
  t.equal(scopes.headers['content-length'], String(scopes.rawPayload.length), 'in bytes')
  t.strictSame(given, [{ code: 'AUTH_SCOPE_MISSING', message: 'Operation not allowed', statusCode: 403, scopes: ['read', 'write'] }], 'without its cause')
  t.ok(Object.isFrozen(given[0]))
})

t.test('a function that fails, or says nothing, leaves the body to the error handler', async t => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  for (const errorBody of [() => { throw new Error('secret') }, () => undefined, () => cyclic, () => 1n]) {
    const app = await openApp(t, { jwtProvider, errorBody }, declare)
    const none = await app.inject('/')
    t.match(none, { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="api"' } })
    t.match(none.json(), { code: 'AUTH_CREDENTIALS_MISSING', statusCode: 401 })
    t.equal(none.headers['content-length'], String(none.rawPayload.length))
  }
})

t.test('only our errors get it', async t => {
  const app = await openApp(t, { jwtProvider, errorBody: 'problem' }, declare)
  t.match((await app.inject('/own')).json(), { code: 'OWN' })
  t.match((await app.inject('/sent')).json(), { own: true })
  t.match((await app.inject('/nowhere')).json(), { error: 'Not Found' })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'ok' })
})

t.test('an error handler that answers with another status keeps its answer', async t => {
  for (const [statusCode, location] of [[302, '/login'], [404, undefined]] as const) {
    const app = await openApp(t, { jwtProvider, errorBody: 'problem' }, app => {
      app.setErrorHandler(async (_error, _request, reply) => location === undefined ? reply.code(404).send({ gone: true }) : reply.redirect(location))
      declare(app)
    })
    const none = await app.inject('/')
    t.match(none, { statusCode, body: location === undefined ? '{"gone":true}' : '' })
    t.equal(none.headers.location, location)
  }
})

t.test('an error handler that only writes the body is overruled', async t => {
  const app = await openApp(t, { jwtProvider, errorBody: 'problem' }, app => {
    app.setErrorHandler(async (_error, _request, reply) => reply.code(401).header('content-length', 3).send('abc'))
    declare(app)
  })
  const none = await app.inject('/')
  t.match(none.json(), { code: 'AUTH_CREDENTIALS_MISSING' })
  t.equal(none.headers['content-length'], String(none.rawPayload.length))
})

t.test('null leaves the body to the error handler', async t => {
  const app = await openApp(t, { jwtProvider, errorBody: null }, declare)
  t.strictSame((await app.inject('/')).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', error: 'Unauthorized', message: 'Authentication required' })
})

t.test('each registration has its own', async t => {
  const app = await openApp(t, { jwtProvider, errorBody: { from: 'outer' } }, app => {
    app.get('/', async () => 'ok')
    app.register(async inner => {
      await inner.register(authPlugin, { jwtProvider: partners.provider(), errorBody: { from: 'inner' } })
      inner.get('/inner', async () => 'ok')
    })
    app.register(async inner => {
      await inner.register(authPlugin, { jwtProvider: partners.provider() })
      inner.get('/plain', async () => 'ok')
    })
  })
  t.match((await app.inject('/')).json(), { from: 'outer' })
  t.match((await app.inject('/inner')).json(), { from: 'inner' })
  t.match((await app.inject('/plain')).json(), { code: 'AUTH_CREDENTIALS_MISSING' })
})
