import t from 'tap'

import { documentOf, EDITIONS, editionOf, openDescribed, operationAt, schemesOf } from '../fixtures/describe-app.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { startService } from '../fixtures/validation-service.js'
import { anyOf, fromCookie, fromHeader, fromQuery, reqSerializer, requireClaims, requireGroups, requireKind, requirePermissions, requirePolicy, requireRoles, requireScopes, requireUser } from '../../lib/index.js'
import { gateway } from '../../lib/providers/gateway/index.js'

import type { FastifyInstance } from 'fastify'
import type { Guard } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const auth = { jwtProvider }
const alice = bearer(issuer.token())
const handler = async () => 'ok'

interface Documented { readonly description: string, readonly headers?: object, readonly content: Readonly<Record<string, { readonly schema: object, readonly example?: object }>> }

/** What a route is documented to be refused with. */
function refusalAt (app: FastifyInstance, path: string, status: string, method = 'get'): Documented {
  return operationAt(documentOf(app), path, method).responses[status] as unknown as Documented
}

t.test('refusals are documented as they are sent: body, challenge and all', async t => {
  const guards: Readonly<Record<string, Guard>> = {
    roles: requireRoles('editor'),
    groups: requireGroups('staff'),
    permissions: requirePermissions('books.read'),
    scopes: requireScopes('read'),
    kind: requireKind('machine'),
    claims: requireClaims({ department: 'books' }),
    policy: requirePolicy(() => false),
    any: anyOf(requireRoles('editor'), requireScopes('read'))
  }
  for (const errorBody of [null, 'problem'] as const) {
    const app = await openDescribed(t, { auth: { ...auth, errorBody, realm: 'books' } }, app => {
      for (const [name, guard] of Object.entries(guards)) app.get(`/${name}`, { preHandler: guard }, handler)
    })
    for (const name of Object.keys(guards)) {
      for (const [status, headers] of [['401', {}], ['403', alice]] as const) {
        const sent = await app.inject({ url: `/${name}`, headers })
        t.equal(String(sent.statusCode), status, name)
        const [mediaType, { example }] = Object.entries(refusalAt(app, `/${name}`, status).content)[0] as [string, { example: object }]
        t.match(sent.headers['content-type'], mediaType)
        const { scopes, ...body } = sent.json()
        t.strictSame(example, body, `${name} ${status}`)
      }
      t.strictSame(refusalAt(app, `/${name}`, '401').headers, { 'WWW-Authenticate': { description: 'How to sign in.', schema: { type: 'string' }, example: 'Bearer realm="books"' } })
      t.match(await app.inject(`/${name}`), { headers: { 'www-authenticate': 'Bearer realm="books"' } })
    }
  }
})

t.test('an outage is documented as it is sent', async t => {
  const down = issuer.provider({ verify: () => { throw new Error('down') } })
  const app = await openDescribed(t, { auth: { jwtProvider: down } }, app => { app.get('/', { config: { auth: 'tolerant' } }, handler) })
  t.strictSame(Object.keys(operationAt(documentOf(app), '/').responses), ['200', '503'], 'where bad credentials count as none, nobody is refused')
  const sent = await app.inject({ url: '/', headers: alice })
  const { content, headers } = refusalAt(app, '/', '503')
  t.strictSame(content['application/json']?.example, sent.json())
  t.match(headers, { 'Retry-After': { schema: { type: 'integer' }, example: Number(sent.headers['retry-after']) } })
})

t.test('a body of the app\'s own is documented as far as it is known', async t => {
  for (const [errorBody, content] of [
    [{ message: 'no' }, { schema: {}, example: { message: 'no' } }],
    [['no'], { schema: {}, example: ['no'] }],
    [() => ({ at: 'runtime' }), { schema: {} }]
  ] as const) {
    const app = await openDescribed(t, { auth: { ...auth, errorBody } }, app => { app.get('/', { preHandler: requireRoles('editor') }, handler) })
    for (const status of ['401', '403', '503']) t.strictSame(refusalAt(app, '/', status).content, { 'application/json': content }, status)
  }
})

t.test('each edition has its own words for it', async t => {
  for (const edition of EDITIONS) {
    const app = await openDescribed(t, { auth, docs: editionOf(edition) }, app => { app.get('/', handler) })
    const refusal = operationAt(documentOf(app), '/').responses['401']
    const example = { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', error: 'Unauthorized', message: 'Authentication required' }
    t.match(refusal, edition === '2.0'
      ? { description: /^Unauthorized/, schema: { type: 'object' }, examples: { 'application/json': example }, headers: { 'WWW-Authenticate': { type: 'string' } } }
      : { description: /^Unauthorized/, content: { 'application/json': { schema: { type: 'object' }, example } }, headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } }, edition)
  }
})

t.test('which refusals there are follows from mode, guards and credentials', async t => {
  const app = await openDescribed(t, { auth: { ...auth, tokenSources: [fromHeader(), fromCookie('token')] } }, app => {
    for (const mode of ['public', 'tolerant', 'optional', 'required'] as const) {
      app.get(`/${mode}`, { config: { auth: mode } }, handler)
      app.post(`/${mode}`, { config: { auth: mode } }, handler)
      app.post(`/header/${mode}`, { config: { auth: { mode, ...mode !== 'public' && { authenticators: 'bearerAuth' } } } }, handler)
    }
    app.get('/user', { preHandler: requireUser() }, handler)
    app.get('/roles', { preHandler: requireRoles('editor') }, handler)
  })
  const statuses = (path: string, method: string) => Object.keys(operationAt(documentOf(app), path, method).responses).slice(1).join(' ')
  for (const [path, get, post, header] of [['/public', '', '', ''], ['/tolerant', '503', '503', '503'], ['/optional', '401 503', '401 403 503', '401 503'], ['/required', '401 503', '401 403 503', '401 503']] as const) {
    t.strictSame([statuses(path, 'get'), statuses(path, 'post'), statuses(`/header${path}`, 'post')], [get, post, header], path)
  }
  t.strictSame([statuses('/user', 'get'), statuses('/roles', 'get')], ['401 503', '401 403 503'])
  t.match(refusalAt(app, '/required', '403', 'post').content['application/json']?.example, { code: 'AUTH_ORIGIN_REFUSED' })
  const trusting = await openDescribed(t, { auth: { ...auth, tokenSources: [fromCookie('token')], csrf: null } }, app => { app.post('/', handler) })
  t.strictSame(Object.keys(operationAt(documentOf(trusting), '/', 'post').responses), ['200', '401', '503'])
})

t.test('a gateway\'s refusals are documented where it guards: 403, 429, and 413 where it is sent bodies', async t => {
  const service = await startService(t, ({ body }) => body === '"no"' ? { status: 403, body: 'not you' } : { status: 429, headers: { 'retry-after': '5' } })
  const door = gateway({ url: service.url, method: 'preserve', retries: 0 })
  const sending = { config: { gateway: { maxBodyBytes: 10 } } }
  for (const edition of EDITIONS) {
    const app = await openDescribed(t, { auth: { authenticators: [door], jwtProvider: issuer.provider(), tokenSources: [fromHeader('x-token', null)] }, docs: editionOf(edition) }, app => {
      app.post('/plain', handler)
      app.post('/bodies', sending, handler)
      app.get('/bodies', sending, handler)
      app.post('/tolerant', { config: { auth: 'tolerant', ...sending.config } }, handler)
      app.post('/public', { config: { auth: 'public' } }, handler)
      app.post('/tokens', { config: { auth: { mode: 'required', authenticators: 'bearerAuth' } } }, handler)
    })
    const statuses = (path: string, method = 'post') => Object.keys(operationAt(documentOf(app), path, method).responses).join(' ')
    t.equal(statuses('/plain'), '200 401 403 429 503', edition)
    t.equal(statuses('/bodies'), '200 401 403 413 429 503')
    t.equal(statuses('/bodies', 'get'), '200 401 403 429 503', 'a GET has no body')
    t.strictSame([statuses('/tolerant'), statuses('/public'), statuses('/tokens')], ['200 503', '200', '200 401 503'])
    const { responses } = operationAt(documentOf(app), '/bodies', 'post')
    if (edition === '2.0') {
      t.strictSame([responses['403']?.['schema'], responses['403']?.['examples']], [{}, undefined])
      continue
    }
    for (const [status, payload, body] of [['403', '"no"', 'not you'], ['413', '"a body too long"', null], ['429', '"slow"', null]] as const) {
      const sent = await app.inject({ method: 'POST', url: '/bodies', payload, headers: { ...alice, 'content-type': 'application/json' } })
      const { content } = responses[status] as unknown as Documented
      t.equal(String(sent.statusCode), status)
      t.strictSame(content['*/*']?.schema, {}, 'the service may write what it wants')
      body === null ? t.strictSame(content['*/*']?.example, sent.json()) : t.equal(sent.body, body)
    }
    t.match(responses['429'], { headers: { 'Retry-After': { example: 5 } } })
  }
})

t.test('a body that an authenticator has of its own is that of its routes', async t => {
  const authenticators = [gateway({ url: 'https://auth.example.com/', customError: { fault: 'refused' } })]
  const app = await openDescribed(t, { auth: { ...auth, authenticators, tokenSources: [fromHeader('x-token', null)], errorBody: 'problem' } }, app => {
    app.get('/', handler)
    app.get('/tokens', { config: { auth: { mode: 'required', authenticators: 'bearerAuth' } } }, handler)
  })
  t.strictSame(refusalAt(app, '/', '503').content, { 'application/json': { schema: {}, example: { fault: 'refused' } } })
  t.strictSame(refusalAt(app, '/', '401').content, { '*/*': { schema: {}, example: { fault: 'refused' } } })
  t.strictSame((await app.inject('/')).json(), { fault: 'refused' })
  t.strictSame(Object.keys(refusalAt(app, '/tokens', '503').content), ['application/problem+json'])
})

t.test('responses of the app\'s own are kept: by status, by class and as any other', async t => {
  const own = (note: string) => ({ type: 'object', description: note, properties: { note: { type: 'string' } } })
  const app = await openDescribed(t, { auth }, app => {
    app.get('/status', { preHandler: requireRoles('editor'), schema: { response: { 401: own('mine') } } }, handler)
    app.get('/class', { preHandler: requireRoles('editor'), schema: { response: { '4xx': own('mine') } } }, handler)
    app.get('/default', { preHandler: requireRoles('editor'), schema: { response: { default: own('mine') } } }, handler)
  })
  const responses = (path: string) => Object.entries(operationAt(documentOf(app), path).responses).map(([status, { description }]) => description === 'mine' ? `${status} mine` : status)
  t.strictSame(responses('/status').sort(), ['401 mine', '403', '503'])
  t.strictSame(responses('/class').sort(), ['4XX mine', '503'])
  t.strictSame(responses('/default'), ['default mine'])
})

t.test('answers are serialised as without documents', async t => {
  const schema = { response: { 401: { type: 'object', properties: { own: { type: 'string' }, code: { type: 'string' } } } } }
  const bodies: string[] = []
  for (const openapi of [null, {}]) {
    for (const order of ['auth first', 'docs first'] as const) {
      const app = await openDescribed(t, { auth: { ...auth, openapi }, order }, app => {
        app.get('/own', { schema }, handler)
        app.get('/plain', handler)
        app.get('/guarded', { preHandler: requireRoles('editor') }, handler)
      })
      app.swagger()
      bodies.push((await app.inject('/own')).body + (await app.inject('/plain')).body + (await app.inject({ url: '/guarded', headers: alice })).body)
      t.strictSame((await app.inject('/own')).json(), { code: 'AUTH_CREDENTIALS_MISSING' }, 'fields that its schema does not name are dropped')
      t.match((await app.inject('/plain')).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', error: 'Unauthorized' })
    }
  }
  t.equal(new Set(bodies).size, 1)
})

t.test('schemas and validators of routes stay as the app wrote them', async t => {
  const schema = { operationId: 'readPages', security: [{ bearerAuth: [] }], headers: { type: 'object', required: ['authorization', 'x-page'], properties: { authorization: { type: 'string', minLength: 20 }, 'x-page': { type: 'string' } } }, querystring: { type: 'object', properties: { page: { type: 'integer' } } } }
  const before = JSON.stringify(schema)
  for (const order of ['auth first', 'docs first'] as const) {
    const app = await openDescribed(t, { auth, order }, app => {
      app.get('/pages', { schema, preHandler: requireScopes('read'), config: { auth: 'required' } }, async request => ({ seen: request.routeOptions.schema, page: (request.query as { page?: unknown }).page }))
      app.get('/bare', { config: { auth: 'public' } }, async request => ({ seen: request.routeOptions.schema ?? null }))
    })
    t.strictSame(operationAt(documentOf(app), '/pages').parameters?.map(({ in: place, name }) => [place, name]), [['query', 'page'], ['header', 'x-page']], 'a scheme says the header better')
    const reader = bearer(issuer.token({ scope: 'read' }))
    const answer = await app.inject({ url: '/pages?page=7', headers: { ...reader, 'x-page': 'a' } })
    t.match(answer.json(), { page: 7 })
    t.strictSame(answer.json().seen, JSON.parse(before))
    t.match(await app.inject({ url: '/pages', headers: reader }), { statusCode: 400 }, 'a header is still asked for')
    t.match(await app.inject({ url: '/pages?page=x', headers: { ...reader, 'x-page': 'a' } }), { statusCode: 400 })
    t.strictSame((await app.inject('/bare')).json(), { seen: null })
    t.equal(JSON.stringify(schema), before)
  }
})

t.test('a parameter that a scheme stands for is dropped, and no other', async t => {
  const properties = { authorization: { type: 'string' }, 'X-Token': { type: 'string' }, 'x-other': { type: 'string' } }
  const tokenSources = [fromHeader('x-token', null), fromQuery('token')]
  const app = await openDescribed(t, { auth: { ...auth, tokenSources }, server: { logger: { level: 'silent', serializers: { req: reqSerializer } } } }, app => {
    app.get('/', { schema: { headers: { type: 'object', properties }, querystring: { type: 'object', properties: { token: { type: 'string' }, Token: { type: 'string' } } } } }, handler)
    app.get('/public', { config: { auth: 'public' }, schema: { headers: { type: 'object', properties } } }, handler)
    app.get('/only', { schema: { headers: { type: 'object', properties: { 'x-token': { type: 'string' } } } } }, handler)
  })
  const names = (path: string) => operationAt(documentOf(app), path).parameters?.map(({ name }) => name)
  t.strictSame(names('/'), ['Token', 'authorization', 'x-other'])
  t.strictSame(names('/public'), ['authorization', 'X-Token', 'x-other'])
  t.equal('parameters' in operationAt(documentOf(app), '/only'), false)
  t.strictSame(Object.keys(schemesOf(documentOf(app))), ['bearerAuth', 'queryAuth'])
})
