import t from 'tap'

import { openApp } from '../../fixtures/open-app.js'
import { startService } from '../../fixtures/validation-service.js'
import { fromCookie, fromHeader, requireRoles } from '../../../lib/index.js'
import { gateway } from '../../../lib/providers/gateway/index.js'

import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { AnyOptions } from '../../fixtures/open-app.js'
import type { Reply } from '../../fixtures/validation-service.js'
import type { GatewayOptions } from '../../../lib/providers/gateway/index.js'

const headers = { authorization: 'Bearer good' }

function declare (app: FastifyInstance): void {
  app.route({ method: ['GET', 'POST'], url: '/', handler: async ({ user }) => user?.id ?? 'nobody' })
}

interface Setting { readonly options?: Partial<GatewayOptions>, readonly plugin?: AnyOptions, readonly request?: InjectOptions }

async function answerTo (t: Test, reply: Reply, { options = {}, plugin = {}, request = {} }: Setting = {}): Promise<LightMyRequestResponse> {
  const { url } = await startService(t, () => reply)
  const app = await openApp(t, { authenticators: [gateway({ url, ...options })], ...plugin }, declare)
  return await app.inject({ url: '/', headers, ...request })
}

t.test('a refusal keeps the status, the body, the challenges and the listed headers of the service', async t => {
  const reply: Reply = {
    status: 401,
    body: Buffer.from([0xff, 0x00, 0x41]),
    headers: { 'content-type': 'image/x-odd', 'www-authenticate': ['Bearer realm="service", error="invalid_token"', 'DPoP algs="ES256"', 'bad\x80challenge'], 'x-ratelimit-limit': '5', 'x-hidden': 'no', 'set-cookie': 'a=b', server: 'x' }
  }
  const response = await answerTo(t, reply)
  t.equal(response.statusCode, 401)
  t.same(response.rawPayload, Buffer.from([0xff, 0x00, 0x41]))
  t.match(response.headers, { 'content-type': 'image/x-odd', 'content-length': '3', 'www-authenticate': ['Bearer realm="service", error="invalid_token"', 'DPoP algs="ES256"'], 'x-ratelimit-limit': '5' })
  for (const name of ['x-hidden', 'set-cookie', 'server']) t.equal(response.headers[name], undefined, name)
})

t.test('what is listed goes on to the caller, cookies too', async t => {
  const reply: Reply = { status: 403, body: 'no', headers: { 'set-cookie': ['a=b', 'c=d'], location: '/login', 'x-reason': 'age' } }
  const response = await answerTo(t, reply, { options: { relayHeaders: ['Set-Cookie', 'Location', 'X-Reason', 'X-Absent'] } })
  t.match(response.headers, { 'set-cookie': ['a=b', 'c=d'], location: '/login', 'x-reason': 'age', 'content-type': 'application/octet-stream' })
  t.match([response.statusCode, response.body], [403, 'no'])
  t.equal(response.headers['www-authenticate'], undefined)
})

t.test('429 says when to come again, whatever the app does with it', async t => {
  const limited = await answerTo(t, { status: 429, body: { wait: true }, headers: { 'retry-after': '30', 'ratelimit-remaining': '0' } })
  t.match([limited.statusCode, limited.headers['retry-after'], limited.headers['ratelimit-remaining'], limited.json()], [429, '30', '0', { wait: true }])
  t.match((await answerTo(t, { status: 429 })).headers['retry-after'], /^\d+$/)
  t.match((await answerTo(t, { status: 500, headers: { 'retry-after': '40' } })).headers['retry-after'], '40')
})

t.test('the app may keep the body of the service to itself', async t => {
  const reply: Reply = { status: 401, body: 'inner words' }
  t.match((await answerTo(t, reply, { options: { relayBody: false } })).json(), { code: 'AUTH_GATEWAY_DENIED', message: 'Access denied' })
  t.match((await answerTo(t, reply, { options: { relayBody: false, customError: { message: 'Unauthorized' } } })).body, '{"message":"Unauthorized"}')
})

t.test('our own refusals have the body that the gateway was given, before that of the plugin', async t => {
  const bodies: ReadonlyArray<readonly [Setting, string | RegExp]> = [
    [{ options: { customError: { message: 'Unauthorized' } } }, '{"message":"Unauthorized"}'],
    [{ options: { customError: {} } }, '{}'],
    [{ options: { customError: 'problem' } }, /"type":"about:blank".*AUTH_CREDENTIALS_MISSING/],
    [{ options: { customError: ({ code, statusCode }: { readonly code: string, readonly statusCode: number }) => ({ code, statusCode }) } }, '{"code":"AUTH_CREDENTIALS_MISSING","statusCode":401}'],
    [{ plugin: { errorBody: { message: 'Unauthorized' } } }, '{"message":"Unauthorized"}'],
    [{ options: { customError: { of: 'gateway' } }, plugin: { errorBody: { of: 'plugin' } } }, '{"of":"gateway"}']
  ]
  for (const [setting, body] of bodies) {
    const response = await answerTo(t, {}, { ...setting, request: { headers: {} } })
    t.equal(response.statusCode, 401)
    t.match(response.body, body)
    t.equal(response.headers['www-authenticate'], 'Bearer realm="api"')
  }
  const outage = await answerTo(t, { status: 500 }, { options: { customError: { sorry: true } } })
  t.match([outage.statusCode, outage.body], [503, '{"sorry":true}'], 'outages too')
  t.equal((await answerTo(t, { status: 401, body: 'theirs' }, { options: { customError: { ours: true } } })).body, 'theirs', 'what the service says comes first')
})

t.test('an error handler of the app has the last word on the status', async t => {
  const { url } = await startService(t, () => ({ status: 401, body: 'theirs' }))
  const app = await openApp(t, { authenticators: [gateway({ url })] }, app => {
    app.setErrorHandler(async (_error, _request, reply) => await reply.code(418).send('mine'))
    declare(app)
  })
  t.match([(await app.inject({ url: '/', headers })).statusCode, (await app.inject({ url: '/', headers })).body], [418, 'mine'])
})

t.test('headers of an answer that lets in are added to ours when they are listed', async t => {
  const reply: Reply = { body: { sub: 'alice' }, headers: { 'set-cookie': ['session=new; HttpOnly', 'b=c'], 'x-plan': 'gold', 'cache-control': 'private', 'x-other': 'no' } }
  const { url } = await startService(t, () => reply)
  const app = await openApp(t, { authenticators: [gateway({ url, allowHeaders: ['set-cookie', 'x-plan', 'cache-control'], identity: { roles: 'roles' } })] }, app => {
    app.get('/', async (_request, reply) => await reply.header('cache-control', 'no-store').header('set-cookie', 'own=1').send('in'))
    app.get('/editors', { preHandler: requireRoles('editor') }, async () => 'in')
  })
  const response = await app.inject({ url: '/', headers })
  t.match(response.headers, { 'set-cookie': ['own=1', 'session=new; HttpOnly', 'b=c'], 'x-plan': 'gold', 'cache-control': 'no-store' })
  t.equal(response.headers['x-other'], undefined)
  t.equal(response.headers['authorization'], undefined)
  t.match((await app.inject({ url: '/editors', headers })).headers['set-cookie'], ['session=new; HttpOnly', 'b=c'], 'whatever becomes of the request')
  t.equal((await answerTo(t, reply)).headers['set-cookie'], undefined, 'and none where none are')
})

t.test('credentials in cookies count on the pages of the app only, also beside those in headers', async t => {
  const setting = (request: InjectOptions): Setting => ({ options: { sources: [fromHeader(), fromCookie('session')] }, request: { method: 'POST', ...request } })
  const cookie = 'session=good'
  const foreign = { cookie, 'sec-fetch-site': 'cross-site' }
  const yes: Reply = { body: { sub: 'alice' } }
  t.match((await answerTo(t, yes, setting({ headers: foreign }))).json(), { statusCode: 403, code: 'AUTH_ORIGIN_REFUSED' })
  t.equal((await answerTo(t, yes, setting({ headers: { cookie, 'sec-fetch-site': 'same-origin' } }))).body, 'alice')
  t.equal((await answerTo(t, yes, setting({ headers: { ...foreign, ...headers } }))).body, 'alice', 'the same in a header proves that no browser sent it by itself')
  t.match((await answerTo(t, yes, setting({ headers: { ...foreign, authorization: 'Bearer other' } }))).json(), { statusCode: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS' })
  const own = { name: 'own', read: ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) => headers['x-own'] ?? String(headers['cookie'] ?? '').replace('session=', '') }
  t.match((await answerTo(t, yes, { options: { sources: own as never }, request: { method: 'POST', headers: foreign } })).json(), { code: 'AUTH_ORIGIN_REFUSED' })
  t.equal((await answerTo(t, yes, { options: { sources: own as never }, request: { method: 'POST', headers: { ...foreign, 'x-own': 'good' } } })).body, 'alice')
})

t.test('what is no credential is refused before anybody is asked', async t => {
  const service = await startService(t)
  const app = await openApp(t, { authenticators: [gateway({ url: service.url })] }, declare)
  for (const authorization of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer \u00e9']) {
    t.match((await app.inject({ url: '/', headers: { authorization } })).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MALFORMED' }, authorization)
  }
  t.match((await app.inject({ url: '/', headers: { authorization: ['Bearer good', 'Bearer good'] as unknown as string } })).json(), { statusCode: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS' })
  t.match((await app.inject({ url: '/', headers: { authorization: `Bearer ${'x'.repeat(16_385)}` } })).json(), { statusCode: 401, code: 'AUTH_GATEWAY_DENIED' })
  t.equal(service.asked.length, 0)
})
