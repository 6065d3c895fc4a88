import { readFileSync } from 'node:fs'

import swaggerUi from '@fastify/swagger-ui'
import webSocket from '@fastify/websocket'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'

import { documentOf, EDITIONS, openDescribed, operationAt, securityOf, yamlOf } from '../fixtures/describe-app.js'
import { openGolden } from '../fixtures/golden-app.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { auth, describe, handler, issuer, statusOf, withScope } from '../fixtures/point-app.js'
import { allOf, anyOf, currentUser, requireGroups, requireRoles, requireScopes, swaggerUiLogin } from '../../lib/index.js'

t.test('C11: who sends nothing gets 401 and a challenge, in the body that was asked for, and both are documented', async t => {
  for (const errorBody of [null, 'problem'] as const) {
    const app = await describe(t, app => { app.get('/', handler) }, { realm: 'books', errorBody })
    const { headers, content } = operationAt(documentOf(app), '/').responses['401'] as { headers: Record<string, { example: string }>, content: Record<string, { example: object }> }
    const sent = await app.inject('/')
    t.equal(sent.statusCode, 401)
    t.equal(sent.headers['www-authenticate'], headers['WWW-Authenticate']?.example)
    t.equal(headers['WWW-Authenticate']?.example, 'Bearer realm="books"')
    t.strictSame(Object.entries(content).map(([mediaType, { example }]) => [mediaType, example]), [[errorBody === null ? 'application/json' : 'application/problem+json', sent.json()]])
  }
})

t.test('C12: nothing, nonsense and not enough are told apart', async t => {
  const app = await describe(t, app => { app.get('/', { preHandler: requireScopes('a') }, handler) })
  const answers = []
  for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer a b c' }, bearer('x'), bearer(issuer.token())]) {
    const { statusCode, headers: sent } = await app.inject({ url: '/', headers })
    answers.push([statusCode, /error="(\w+)"/.exec(String(sent['www-authenticate']))?.[1]])
  }
  t.strictSame(answers, [[401, undefined], [401, undefined], [401, 'invalid_token'], [401, 'invalid_token'], [403, 'insufficient_scope']])
})

t.test('C13: 401, 403 and 503 are in the responses, with schema, headers and example', async t => {
  const app = await describe(t, app => { app.get('/', { preHandler: requireGroups('staff') }, handler) })
  const { responses } = operationAt(documentOf(app), '/')
  for (const [status, header] of [['401', 'WWW-Authenticate'], ['403', null], ['503', 'Retry-After']] as const) {
    t.match(responses[status], { description: String, content: { 'application/json': { schema: { type: 'object', required: Array }, example: { statusCode: Number(status), code: /^AUTH_/ } } } }, status)
    t.strictSame(Object.keys((responses[status] as { headers?: object }).headers ?? {}), header === null ? [] : [header], status)
  }
})

t.test('C14: the page is given what people sign in with, by PKCE and without a secret', async t => {
  const app = await openDescribed(t, { auth: { ...auth, exclude: ['/docs/*'] } }, async app => {
    await app.register(swaggerUi, { routePrefix: '/docs', ...swaggerUiLogin({ clientId: 'docs', scopes: ['openid', 'a'], persistAuthorization: true }) })
    app.get('/', { preHandler: requireScopes('a') }, handler)
  })
  const { body } = await app.inject('/docs/static/swagger-initializer.js')
  for (const text of ['"clientId":"docs"', '"usePkceWithAuthorizationCodeGrant":true', '"scopes":["openid","a"]', '"persistAuthorization":true']) t.match(body, text)
  t.notMatch(body, /clientSecret/i)
  t.equal(await statusOf(app, '/docs/static/oauth2-redirect.html'), 200)
  for (const wrong of [{}, { clientId: '' }, { clientId: 7 }, { clientId: 'docs', clientSecret: 'secret' }]) t.throws(() => swaggerUiLogin(wrong as never), { code: 'AUTH_OPTION_INVALID' })
})

t.test('C15: Authorization as a header parameter becomes the scheme, and is asked for as before', async t => {
  const schema = { headers: { type: 'object', required: ['authorization'], properties: { authorization: { type: 'string' } } } }
  const app = await describe(t, app => {
    app.get('/', { schema }, handler)
    app.get('/public', { schema, config: { auth: 'public' } }, handler)
  })
  t.equal('parameters' in operationAt(documentOf(app), '/'), false)
  t.strictSame(securityOf(documentOf(app)), { 'get /': [{ bearerAuth: [] }], 'get /public': [] })
  t.match(operationAt(documentOf(app), '/public').parameters, [{ in: 'header', name: 'authorization' }], 'no scheme reads it there')
  t.equal(await statusOf(app, '/public'), 400)
})

t.test('C16: the page and its document are closed unless one line opens both', async t => {
  for (const [exclude, status] of [[[], 401], [['/docs/*'], 200]] as const) {
    const app = await openDescribed(t, { auth: { ...auth, exclude: [...exclude] } }, async app => { await app.register(swaggerUi, { routePrefix: '/docs' }) })
    for (const url of ['/docs', '/docs/json', '/docs/yaml', '/docs/static/swagger-initializer.js']) t.equal(await statusOf(app, url), status, url)
    status === 401 && t.equal(await statusOf(app, '/docs/json', bearer(issuer.token())), 200)
  }
})

t.test('C17: contexts within are covered, unknown routes are none of anybody\'s business, and a report lists what is open by default', async t => {
  const app = await describe(t, app => {
    app.register(async inner => {
      inner.get('/inner', handler)
      inner.setNotFoundHandler(async (_request, reply) => reply.code(404).send('nothing here'))
    }, { prefix: '/mounted' })
  })
  t.equal(await statusOf(app, '/mounted/inner'), 401)
  t.strictSame(securityOf(documentOf(app)), { 'get /mounted/inner': [{ bearerAuth: [] }] })
  t.equal(await statusOf(app, '/mounted/nowhere'), 404)
  t.match(app.accessMatrix(), [{ url: '/mounted/inner', mode: 'required', declaredBy: 'default' }])
})

t.test('C18: a route opts out of what it inherits, and its document says so', async t => {
  const app = await describe(t, app => {
    app.guard(requireScopes('a'))
    app.get('/closed', handler)
    app.get('/open', { config: { auth: 'public' } }, handler)
  })
  t.strictSame(securityOf(documentOf(app)), { 'get /closed': [{ bearerAuth: ['a'] }], 'get /open': [] })
  t.strictSame([await statusOf(app, '/closed'), await statusOf(app, '/open')], [401, 200])
})

t.test('C19: who may not come in is told so before a byte of the body is read', async t => {
  const app = await describe(t, app => { app.post('/', { schema: { body: { type: 'object', required: ['title'] } } }, handler) })
  for (const [headers, status] of [[{}, 401], [bearer(issuer.token()), 400]] as const) {
    t.match(await app.inject({ method: 'POST', url: '/', body: '{', headers: { 'content-type': 'application/json', ...headers } }), { statusCode: status })
  }
})

t.test('C20: sockets ask for the same credentials when they are opened', async t => {
  const app = await openDescribed(t, { auth }, async app => {
    await app.register(webSocket)
    app.get('/socket', { websocket: true, preHandler: requireScopes('a') }, function greet (socket) { socket.send('hello') })
  })
  await t.rejects(app.injectWS('/socket'), /401/)
  await t.rejects(app.injectWS('/socket', { headers: bearer(issuer.token()) }), /403/)
  const client = await app.injectWS('/socket', { headers: withScope('a') })
  client.terminate()
  t.strictSame(documentOf(app).paths, {})
})

t.test('C21: the document of each edition is, word for word, what was agreed on, and valid', async t => {
  for (const edition of EDITIONS) {
    const app = await openGolden(t, edition)
    const golden = JSON.parse(readFileSync(new URL(`../fixtures/documents/${edition}.json`, import.meta.url), 'utf8')) as Record<string, unknown>
    t.strictSame(documentOf(app), golden, edition)
    t.strictSame(yamlOf(app), golden, edition)
    t.strictSame(await new Validator().validate(golden), { valid: true }, edition)
  }
})

t.test('C22: what a document says suffices, suffices, and less does not', async t => {
  const app = await describe(t, app => {
    app.get('/any', { preHandler: anyOf(requireScopes('a'), allOf(requireScopes('b'), requireScopes('c'))) }, handler)
    app.get('/roles', { preHandler: requireRoles(['editor', 'admin']) }, handler)
    app.get('/open', { config: { auth: 'optional' } }, handler)
  }, { openapi: { requirements: 'all' } })
  t.strictSame(securityOf(documentOf(app)), { 'get /any': [{ bearerAuth: ['a'] }, { bearerAuth: ['b', 'c'] }], 'get /roles': [{ bearerAuth: ['editor'] }, { bearerAuth: ['admin'] }], 'get /open': [{ bearerAuth: [] }, {}] })
  for (const [name, alternatives] of Object.entries(securityOf(documentOf(app)))) {
    const url = name.replace('get ', '')
    const named = (alternatives ?? []).flatMap(({ bearerAuth }) => bearerAuth === undefined ? [] : [bearerAuth])
    for (const names of named) t.equal(await statusOf(app, url, bearer(issuer.token({ scope: names.join(' '), roles: names }))), 200, `${name} with ${names.join(' ')}`)
    t.equal(await statusOf(app, url), named.length === alternatives?.length ? 401 : 200, `${name} with nothing`)
  }
  for (const names of [[], ['b'], ['c']]) t.equal(await statusOf(app, '/any', withScope(names.join(' '))), 403)
})

t.test('C23: the user of a guarded handler has a type, and is there', async t => {
  const app = await describe(t, app => {
    app.get('/', { preHandler: requireScopes('a') }, async function greet (request): Promise<{ readonly id: string, readonly scopes: readonly string[] }> {
      const { id, scopes } = currentUser(request)
      return { id, scopes: [...scopes] }
    })
  })
  t.strictSame((await app.inject({ url: '/', headers: withScope('a b') })).json(), { id: 'alice', scopes: ['a', 'b'] })
})
