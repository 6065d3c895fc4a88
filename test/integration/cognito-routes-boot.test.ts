import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import t from 'tap'

import { findInvalid } from '../fixtures/agreement/validate.js'
import { EDITIONS, documentOf, editionOf, openDescribed, operationAt } from '../fixtures/describe-app.js'
import { handIssuer } from '../fixtures/hand-issuer.js'
import { ALICE, openAccountRoutes, refusalOf } from '../fixtures/open-account-routes.js'
import { cognitoRoutesRows } from './options/cognito-routes-rows.js'
import { proveOptions } from './options/row.js'
import authPlugin, { fromCookie, fromHeader } from '../../lib/index.js'
import { createCognitoActions } from '../../lib/providers/cognito/admin/cognito-actions.js'
import { cognitoActions, cognitoRoutes } from '../../lib/providers/cognito/admin/index.js'
import { cognitoRoutesOptionsSchema } from '../../lib/providers/cognito/admin/routes-options.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { SeenOperation } from '../fixtures/describe-app.js'
import type { CognitoRoutesOptions } from '../../lib/providers/cognito/admin/index.js'

const jwtProvider = handIssuer().provider()
const actions = cognitoActions({ userPoolId: 'us-east-1_EXAMPLE11', clientId: '1example23456789' })
const failureLimit = { max: 10 }
const cookies = [fromHeader(), fromCookie('__Host-access_token')]

type Given = Readonly<Record<string, unknown>>
type Steps = ReadonlyArray<(app: FastifyInstance) => unknown>

const gate = (tokenSources: unknown = [fromHeader()]) => (app: FastifyInstance) => app.register(authPlugin, { jwtProvider, tokenSources } as never)
const routes = (options: Given, prefix = '/auth') => (app: FastifyInstance) => app.register(cognitoRoutes, { prefix, ...options } as unknown as CognitoRoutesOptions)
const limiter = (options: object = {}) => (app: FastifyInstance) => app.register(rateLimit, options)

async function boot (t: Test, steps: Steps): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const step of steps) await step(app)
  await app.ready()
  return app
}

t.test('the app does not boot with options that are unknown, wrong, or would do nothing', async t => {
  const wrong: ReadonlyArray<readonly [Given, RegExp]> = [
    [{ failureLimit }, /^cognitoRoutes\.actions is missing: it must be what cognitoActions\(\{ … \}\) gave$/],
    [{ failureLimit, actions: {} }, /^cognitoRoutes\.actions must be what cognitoActions/],
    [{ failureLimit, actions: { ...actions } }, /^cognitoRoutes\.actions must be what cognitoActions/],
    [{ failureLimit, actions: cognitoActions }, /^cognitoRoutes\.actions must be what cognitoActions.*call it$/],
    [{ failureLimit, actions, token: 'body' }, /^cognitoRoutes\.token is not an option$/],
    [{ failureLimit, actions, tokens: 'cookie' }, /^cognitoRoutes\.tokens must be 'body' or 'cookies'$/],
    [{ failureLimit: { max: 0 }, actions }, /^cognitoRoutes\.failureLimit\.max must be/],
    [{ failureLimit: null, actions }, /^cognitoRoutes\.failureLimit must be/],
    [{ failureLimit, actions, trustedOrigins: [] }, /^cognitoRoutes\.trustedOrigins is for tokens: 'cookies'/],
    [{ failureLimit, actions, refreshTokenSeconds: 60 }, /^cognitoRoutes\.refreshTokenSeconds is for tokens: 'cookies'/],
    [{ failureLimit, actions, tokens: 'cookies', refreshTokenSeconds: 59 }, /^cognitoRoutes\.refreshTokenSeconds must be a whole number of seconds/],
    [{ failureLimit, actions, tokens: 'cookies', trustedOrigins: ['https://*.example.com'] }, /^cognitoRoutes\.trustedOrigins\.0 must be an origin/],
    [{ failureLimit, actions, tokens: 'cookies', trustedOrigins: ['https://a.example', 'null'] }, /^cognitoRoutes\.trustedOrigins\.1 must be an origin/],
    [{ failureLimit, actions, revocations: { isRevoked: () => false } }, /^cognitoRoutes\.revocations must be an object with the method revokeUser$/]
  ]
  for (const [options, message] of wrong) {
    await t.rejects(boot(t, [gate(cookies), routes(options)]), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
  await t.resolves(boot(t, [gate(), app => app.register(cognitoRoutes, { prefix: '/auth', actions, failureLimit, logLevel: 'warn', trustedOrigins: undefined } as never)]), 'what Fastify itself takes, and undefined')
})

t.test('the gate comes first, and reads what the routes give', async t => {
  const first = { code: 'AUTH_OPTION_INVALID', message: /^cognitoRoutes: register fastify-gatekeeper first/ }
  await t.rejects(boot(t, [routes({ actions, failureLimit }), gate()]), first)
  const inCookies = { actions, failureLimit, tokens: 'cookies' }
  const unread = { code: 'AUTH_OPTION_INVALID', message: /^cognitoRoutes\.tokens: nobody reads the cookie: .*fromCookie\('__Host-access_token'\)/ }
  await t.rejects(boot(t, [gate(), routes(inCookies)]), unread)
  await t.rejects(boot(t, [gate([fromCookie('token')]), routes(inCookies)]), unread)
  await t.rejects(boot(t, [gate([fromCookie('__Host-access_token', { signed: { secret: 's' } })]), routes(inCookies)]), unread, 'what it reads must be signed')
  await t.resolves(boot(t, [gate([{ name: 'own', read: () => null }]), routes(inCookies)]), 'what an own source reads is not known')
})

t.test('what a hook of the app asks of headers is not dropped in silence', async t => {
  const addSchema = (app: FastifyInstance) => { app.addHook('onRoute', route => { route.schema = { ...route.schema, headers: { type: 'object' } } }) }
  const unchecked = { code: 'FST_ERR_SCH_VALIDATION_BUILD', message: /cognitoRoutes: a hook of the app gives its routes a schema for headers/ }
  await t.rejects(boot(t, [addSchema, gate(), routes({ actions, failureLimit })]), unchecked)
})

t.test('of two app clients one has the cookies of a host', async t => {
  const other = cognitoActions({ userPoolId: 'us-east-1_EXAMPLE11', clientId: '2example23456789' })
  const inCookies = { failureLimit, tokens: 'cookies' }
  await t.rejects(boot(t, [gate(cookies), routes({ ...inCookies, actions }), routes({ ...inCookies, actions: other }, '/other')]), { code: 'AUTH_OPTION_INVALID', message: /^cognitoRoutes\.tokens: another app client has the cookies of this host/ })
  await t.resolves(boot(t, [gate(cookies), routes({ ...inCookies, actions }, '/v1'), routes({ ...inCookies, actions }, '/v2'), routes({ failureLimit, actions: other }, '/other')]))
})

t.test('somebody must count wrong guesses', async t => {
  const missing = { code: 'AUTH_OPTION_INVALID', message: /^cognitoRoutes\.failureLimit is missing: .*register @fastify\/rate-limit before/ }
  await t.rejects(boot(t, [gate(), routes({ actions })]), missing)
  await t.rejects(boot(t, [gate(), routes({ actions }), limiter()]), missing, 'it limits nothing that was declared before it')
  await t.rejects(boot(t, [gate(), app => app.register(async inner => { await inner.register(rateLimit) }), routes({ actions })]), missing, 'nor anything elsewhere')
  await t.resolves(boot(t, [gate(), limiter(), routes({ actions, failureLimit })]), 'both')
})

for (const options of [{ max: 2 }, { max: 2, global: false }]) {
  t.test(`@fastify/rate-limit limits each of the routes: ${JSON.stringify(options)}`, async t => {
    const app = await boot(t, [limiter(options), gate(), routes({ actions })])
    const rows = app.accessMatrix().filter(({ url }) => url.startsWith('/auth/'))
    t.equal(rows.length, 12)
    for (const { url, methods: [method] } of rows) {
      const seen: number[] = []
      for (let index = 0; index < 3; index++) seen.push((await app.inject({ url, method: method as 'POST', ...method === 'POST' && { payload: { nobody: 'knows' } } })).statusCode)
      t.equal(seen[2], 429, `${url} ${seen.join()}`)
      t.not(seen[1], 429, 'each by itself')
    }
  })
}

t.test('a limiter that waits for the body limits, too', async t => {
  const { pool, post } = await openAccountRoutes(t, { routes: { failureLimit: undefined }, declare: limiter({ max: 2, global: false, hook: 'preHandler' }) })
  const seen: number[] = []
  for (const password of [ALICE.password, 'wrong', ALICE.password]) seen.push((await post('/login', { username: 'alice', password })).statusCode)
  t.strictSame([...seen, pool.service.calls.length], [200, 401, 429, 2])
})

t.test('what the actions need is there when the app is ready, and is closed with it', async t => {
  const absent = createCognitoActions({ userPoolId: 'us-east-1_EXAMPLE11', clientId: '1example23456789' }, async () => {
    throw Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' })
  })
  await t.rejects(boot(t, [gate(), routes({ actions: absent, failureLimit })]), { code: 'AUTH_OPTION_INVALID', message: /npm install @aws-sdk\/client-cognito-identity-provider$/ })

  const scene = await openAccountRoutes(t)
  t.equal((await scene.post('/login', ALICE)).statusCode, 200)
  await scene.app.close()
  t.match(await scene.actions.logIn(ALICE), { kind: 'tokens' }, 'another app may go on with them')
  scene.actions.close()
})

t.test('pools stand side by side under prefixes of their own', async t => {
  const [one, two] = [await openAccountRoutes(t), await openAccountRoutes(t, { pool: { userPoolId: 'eu-west-1_EXAMPLE22', clientId: '2example23456789' } })]
  const app = await boot(t, [gate(), routes({ actions: one.actions, failureLimit: { max: 1 } }, '/one'), routes({ actions: two.actions, failureLimit: { max: 1 } }, '/two')])
  const send = (url: string, password: string) => app.inject({ method: 'POST', url, payload: { username: 'alice', password } })
  t.equal((await send('/one/login', 'wrong')).statusCode, 401)
  t.strictSame(refusalOf(await send('/one/login', ALICE.password)), [429, 'AUTH_TOO_MANY_FAILURES'])
  t.equal((await send('/two/login', ALICE.password)).statusCode, 200)
  t.strictSame([one.pool.operations().length, two.pool.operations().length], [1, 1])
})

proveOptions('cognitoRoutes', cognitoRoutesOptionsSchema, cognitoRoutesRows)

const PUBLIC = ['/login', '/challenge', '/refresh', '/revoke', '/password/forgot', '/password/reset']

/** The statuses that an operation describes. */
function statusesOf ({ responses }: SeenOperation): string {
  return Object.keys(responses).sort().join(' ')
}

t.test('a document says what is taken and answered, and how it is refused', async t => {
  const app = await openDescribed(t, { auth: { jwtProvider } }, app => routes({ actions, failureLimit })(app))
  const document = documentOf(app)
  const at = (url: string, method = 'post') => operationAt(document, `/auth${url}`, method)
  const said: Readonly<Record<string, string>> = {
    '/login': '200 401 403 429 503',
    '/challenge': '200 400 401 403 429 503',
    '/refresh': '200 401 403 429 503',
    '/revoke': '204 401 403 429 503',
    '/logout': '204 401 403 429 503',
    '/password/change': '204 400 401 403 429 503',
    '/password/forgot': '202 403 429 503',
    '/password/reset': '204 400 403 429 503',
    '/totp/setup': '200 400 401 403 429 503',
    '/totp/verify': '200 400 401 403 429 503',
    '/totp/disable': '204 400 401 403 429 503'
  }
  for (const [url, statuses] of Object.entries(said)) {
    t.equal(statusesOf(at(url)), statuses, url)
    t.match(at(url), { tags: ['Authentication'], summary: String })
  }
  for (const url of PUBLIC) t.strictSame(at(url).security, [], url)
  t.strictSame([at('/logout').security, at('/me', 'get').security, at('/totp/setup').security], [[{ bearerAuth: [] }], [{ bearerAuth: [] }], [{ bearerAuth: [] }, {}]])
  t.match(at('/login').responses, {
    200: { content: { 'application/json': { schema: { required: ['kind', 'username'], properties: { kind: { enum: ['tokens', 'challenge'] }, accessToken: {}, idToken: {}, refreshToken: {}, challenge: {}, session: {}, parameters: {} } } } } },
    401: { headers: { 'WWW-Authenticate': {} }, content: { 'application/json': { example: { code: 'AUTH_PASSWORD_REJECTED' } } } },
    403: { content: { 'application/json': { example: { code: 'AUTH_LOGIN_DENIED' } } } },
    429: { headers: { 'Retry-After': {} }, content: { 'application/json': { example: { code: 'AUTH_TOO_MANY_FAILURES' } } } },
    503: { headers: { 'Retry-After': {} } }
  })
  t.match(at('/logout').responses, { 401: { content: { 'application/json': { example: { code: 'AUTH_CREDENTIALS_MISSING' } } } }, 503: { headers: { 'Retry-After': {} } } })
  t.match(at('/login'), { requestBody: { content: { 'application/json': { schema: { additionalProperties: false, required: ['username', 'password'], properties: { password: { maxLength: 256 } } } } } } })
})

t.test('with cookies a document has no tokens, and says who is kept out; errors look as the app wants', async t => {
  const app = await openDescribed(t, { auth: { jwtProvider, tokenSources: cookies, errorBody: 'problem' } }, app => routes({ actions, failureLimit, tokens: 'cookies' })(app))
  const document = documentOf(app)
  t.notMatch(JSON.stringify(document), /accessToken|idToken|refreshToken/)
  for (const url of [...PUBLIC, '/logout', '/totp/setup']) {
    t.match(operationAt(document, `/auth${url}`, 'post').responses['403'], { content: { 'application/problem+json': { example: { code: 'AUTH_ORIGIN_REFUSED' } } } }, url)
  }
  t.equal(statusesOf(operationAt(document, '/auth/refresh', 'post')), '200 400 401 403 429 503')
  t.equal(statusesOf(operationAt(document, '/auth/revoke', 'post')), '204 400 401 403 429 503')
  const refused = await app.inject({ method: 'POST', url: '/auth/login', payload: ALICE })
  t.strictSame([refused.statusCode, refused.headers['content-type'], refused.json().code], [403, 'application/problem+json; charset=utf-8', 'AUTH_ORIGIN_REFUSED'])
})

for (const edition of EDITIONS) {
  t.test(`documents of OpenAPI ${edition} are good ones`, async t => {
    for (const tokens of ['body', 'cookies']) {
      const app = await openDescribed(t, { auth: { jwtProvider, tokenSources: cookies }, docs: editionOf(edition) }, app => routes({ actions, failureLimit, tokens })(app))
      t.strictSame(await findInvalid(documentOf(app)), [], tokens)
    }
  })
}
