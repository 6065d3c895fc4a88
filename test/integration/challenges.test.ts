import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { AUTH_PROVIDER_UNAVAILABLE, currentUser, fromCookie, fromHeader, fromQuery, requireGroups, requireKind, requireRoles, requireScopes, requireUser, reqSerializer } from '../../lib/index.js'

import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { AuthError } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const alice = bearer(issuer.token({ scope: 'read' }))
const twice = { authorization: [alice.authorization, alice.authorization] as unknown as string }

const PLAIN = 'Bearer realm="api"'
const INVALID_TOKEN = `${PLAIN}, error="invalid_token"`
const INVALID_REQUEST = `${PLAIN}, error="invalid_request"`

function declareRoutes (app: FastifyInstance): void {
  app.get('/', async () => 'in')
  app.get('/scopes', { preHandler: requireScopes(['read', 'write']) }, async () => 'in')
  app.get('/any-scope', { preHandler: requireScopes(['write', 'delete'], { match: 'any' }) }, async () => 'in')
  app.get('/groups', { preHandler: requireGroups('staff') }, async () => 'in')
  app.get('/kind', { preHandler: requireKind('machine') }, async () => 'in')
  app.get('/tolerant', { config: { auth: 'tolerant' } }, async request => currentUser(request))
  app.get('/optional', { config: { auth: 'optional' } }, async request => currentUser(request))
  app.get('/public', { config: { auth: 'public' } }, async request => currentUser(request))
}

const rows: ReadonlyArray<readonly [url: string, headers: NonNullable<InjectOptions['headers']>, statusCode: number, challenge: string | undefined]> = [
  ['/', {}, 401, PLAIN],
  ['/', { authorization: 'Basic YTpi' }, 401, PLAIN],
  ['/', { authorization: 'Bearer' }, 401, INVALID_TOKEN],
  ['/', bearer('text'), 401, INVALID_TOKEN],
  ['/', bearer(handIssuer().token()), 401, INVALID_TOKEN],
  ['/', bearer(issuer.token({ exp: 1 })), 401, INVALID_TOKEN],
  ['/', twice, 400, INVALID_REQUEST],
  ['/scopes', {}, 401, PLAIN],
  ['/scopes', bearer('text'), 401, INVALID_TOKEN],
  ['/scopes', alice, 403, `${PLAIN}, error="insufficient_scope", scope="read write"`],
  ['/any-scope', alice, 403, `${PLAIN}, error="insufficient_scope", scope="write delete"`],
  ['/groups', alice, 403, undefined],
  ['/kind', alice, 403, undefined],
  ['/tolerant', {}, 401, PLAIN],
  ['/tolerant', bearer('text'), 401, PLAIN],
  ['/optional', {}, 401, PLAIN],
  ['/optional', bearer('text'), 401, INVALID_TOKEN],
  ['/public', alice, 401, PLAIN],
  ['/nowhere', {}, 404, undefined],
  ['/', alice, 200, undefined]
]

t.test('a challenge says what was missing, and no more', async t => {
  const app = await openApp(t, { jwtProvider }, declareRoutes)
  for (const [url, headers, statusCode, challenge] of rows) {
    const response = await app.inject({ url, headers })
    t.strictSame([response.statusCode, response.headers['www-authenticate']], [statusCode, challenge], `${url} ${JSON.stringify(headers)}`)
    t.notOk('retry-after' in response.headers)
  }
})

t.test('a route that takes tokens from several places asks once, and says what failed wherever that stood', async t => {
  const logger = { level: 'silent', serializers: { req: reqSerializer } }
  const app = await openApp(t, { jwtProvider, tokenSources: [fromHeader(), fromCookie('token'), fromQuery('token')] }, declareRoutes, { logger })
  const scoped = issuer.token({ scope: 'read' })
  const asked: ReadonlyArray<readonly [InjectOptions, number, string]> = [
    [{ url: '/' }, 401, PLAIN],
    [{ url: '/', headers: bearer('text') }, 401, INVALID_TOKEN],
    [{ url: '/', cookies: { token: 'text' } }, 401, INVALID_TOKEN],
    [{ url: '/?token=text' }, 401, INVALID_TOKEN],
    [{ url: '/', headers: bearer('text'), cookies: { token: 'other' } }, 400, INVALID_REQUEST],
    [{ url: '/scopes', cookies: { token: scoped } }, 403, `${PLAIN}, error="insufficient_scope", scope="read write"`],
    [{ url: '/scopes', headers: bearer(scoped) }, 403, `${PLAIN}, error="insufficient_scope", scope="read write"`]
  ]
  for (const [request, statusCode, challenge] of asked) {
    const response = await app.inject(request)
    t.strictSame([response.statusCode, response.headers['www-authenticate']], [statusCode, challenge], `${request.url} ${Object.keys(request).at(-1)}`)
  }
})

t.test('no answer says which groups, roles or permissions would have done', async t => {
  const app = await openApp(t, { jwtProvider }, declareRoutes)
  for (const url of ['/groups', '/kind']) {
    const { body, headers } = await app.inject({ url, headers: alice })
    t.notMatch(body + JSON.stringify(headers), /staff|machine/, url)
  }
})

t.test('an outage says when to come back', async t => {
  for (const [thrown, seconds] of [[new Error('down'), '5'], [new AUTH_PROVIDER_UNAVAILABLE(), '5'], [new AUTH_PROVIDER_UNAVAILABLE({ retryAfterSeconds: 30 }), '30']] as const) {
    const app = await openApp(t, { jwtProvider: issuer.provider({ verify: async () => { throw thrown } }) }, declareRoutes)
    const { statusCode, headers } = await app.inject({ url: '/', headers: alice })
    t.strictSame([statusCode, headers['retry-after'], headers['www-authenticate']], [503, seconds, undefined])
  }
})

/** Error handlers as apps have them, and the body that each makes. */
const handlers: Readonly<Record<string, readonly [Parameters<FastifyInstance['setErrorHandler']>[0], (response: LightMyRequestResponse) => unknown]>> = {
  'passes it on': [error => { throw error }, response => response.json().code],
  'passes it on, later': [async error => { throw error }, response => response.json().code],
  'sends it': [(error, _request, reply) => { reply.send(error) }, response => response.json().code],
  'sends a body of its own': [(error, _request, reply) => { reply.code((error as AuthError).statusCode).send({ own: (error as AuthError).code }) }, response => response.json().own],
  'returns a body of its own': [async (error, _request, reply) => { reply.code((error as AuthError).statusCode); return { own: (error as AuthError).code } }, response => response.json().own],
  'sends a text of its own': [(error, _request, reply) => { reply.code((error as AuthError).statusCode).type('text/plain').send((error as AuthError).code) }, response => response.body]
}

for (const [name, [handler, toCode]] of Object.entries(handlers)) {
  t.test(`the headers survive an error handler that ${name}`, async t => {
    const ways: Readonly<Record<string, (app: FastifyInstance) => void>> = {
      'of the app': app => {
        app.setErrorHandler(handler)
        declareRoutes(app)
      },
      'of an inner context': app => { app.register(async inner => { inner.setErrorHandler(handler).register(async inmost => { declareRoutes(inmost) }) }) },
      'of a route': app => {
        app.addHook('onRoute', route => { route.errorHandler = handler as NonNullable<typeof route.errorHandler> })
        declareRoutes(app)
      }
    }
    for (const [way, declare] of Object.entries(ways)) {
      const app = await openApp(t, { jwtProvider }, declare)
      for (const [url, headers, statusCode, challenge] of rows.filter(row => row[2] >= 400 && row[2] !== 404)) {
        const response = await app.inject({ url, headers })
        t.strictSame([response.statusCode, response.headers['www-authenticate']], [statusCode, challenge], `${way}: ${url}`)
        t.match(toCode(response), /^AUTH_/)
      }
    }
  })
}

t.test('what is not an error of ours, or not any more, has no challenge', async t => {
  const app = await openApp(t, { jwtProvider, mode: 'optional' }, app => {
    app.get('/wrapped', async (request, reply) => {
      await requireUser()(request, reply).catch(cause => { throw Object.assign(new Error('wrapped', { cause }), { statusCode: 401 }) })
    })
    app.get('/by-hand', async (_request, reply) => await reply.code(401).send({ own: true }))
    app.get('/alike', async () => { throw Object.assign(new Error('alike'), { statusCode: 401, code: 'AUTH_TOKEN_INVALID' }) })
    app.get('/in-handler', { errorHandler: async (_error, request) => currentUser(request) }, async () => { throw new Error('of the app') })
  })
  for (const url of ['/wrapped', '/by-hand', '/alike', '/in-handler']) {
    const { statusCode, headers } = await app.inject({ url })
    t.strictSame([statusCode, headers['www-authenticate']], [401, undefined], url)
  }
})

t.test('a response schema of the app shapes the body, and leaves the headers', async t => {
  const app = await openApp(t, { jwtProvider }, app => {
    const schema = { response: { 401: { type: 'object', properties: { code: { type: 'string' } } }, 403: { type: 'object', properties: { message: { type: 'string' } } } } }
    app.get('/', { schema, preHandler: requireRoles('editor') }, async () => 'in')
  })
  t.match(await app.inject('/'), { statusCode: 401, body: '{"code":"AUTH_CREDENTIALS_MISSING"}', headers: { 'www-authenticate': PLAIN } })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 403, body: '{"message":"Operation not allowed"}' })
})

t.test('a HEAD request gets the challenge and no body', async t => {
  const app = await openApp(t, { jwtProvider }, declareRoutes)
  t.match(await app.inject({ method: 'HEAD', url: '/' }), { statusCode: 401, headers: { 'www-authenticate': PLAIN } })
})
