import { randomBytes } from 'node:crypto'
import { request as ask } from 'node:http'

import cors from '@fastify/cors'
import webSocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { startService } from '../fixtures/validation-service.js'
import { openGateway } from '../fixtures/open-gateway.js'
import authPlugin, { fromCookie, fromHeader } from '../../lib/index.js'
import { gateway } from '../../lib/providers/gateway/index.js'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

const key = (name: string) => fromHeader(name, null)
/** What the app answers over the wire; 101 for an upgrade. */
async function statusOf (app: FastifyInstance, path: string, headers: Record<string, string | string[]>): Promise<number | undefined> {
  const { port } = app.server.address() as AddressInfo
  return await new Promise(function settle (resolve, reject) {
    ask({ host: '127.0.0.1', port, path, agent: false, headers }, response => { resolve(response.resume().statusCode) })
      .on('upgrade', ({ statusCode }, socket) => { socket.destroy(); resolve(statusCode) })
      .on('error', reject)
      .end()
  })
}

const PUBLIC = { declare: (app: FastifyInstance) => { for (const url of ['/public', '/health', '/other']) app.get(url, async () => url) }, plugin: { exclude: ['/public', '/health'] } }

t.test('the name of the header counts in header mode, too', async t => {
  const { get, service } = await openGateway(t, { sources: key('X-Token') })
  t.equal((await get({ headers: { 'x-token': 'good' } })).body, 'alice')
  t.equal((await get({ headers: { authorization: 'good' } })).statusCode, 401)
  t.equal(service.asked.length, 1)
})

t.test('a wrong place for the credential stops the boot, not the first request', async t => {
  t.throws(() => gateway({ url: 'https://auth.example/', sources: 'header' as never }), { code: 'AUTH_OPTION_INVALID' })
  t.throws(() => gateway({ url: 'https://auth.example/', sources: fromCookie as never }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('custom_error: missing credentials and outages, an empty object too; rejected ones when their body is ours', async t => {
  t.equal((await (await openGateway(t, { customError: {} })).get({ headers: {} })).body, '{}')
  const { get, service } = await openGateway(t, { customError: { message: 'No' }, relayBody: false })
  t.equal((await get({ headers: { authorization: 'Bearer bad' } })).body, '{"message":"No"}')
  service.answer = () => ({ status: 500 })
  t.equal((await get()).body, '{"message":"No"}')
})

t.test("errorBody gives the missing credential's 401 byte for byte, now with a challenge", async t => {
  const { get } = await openGateway(t, {}, { plugin: { errorBody: { message: 'Unauthorized' } } })
  const response = await get({ headers: {} })
  t.match([response.statusCode, response.body, response.headers['www-authenticate']], [401, '{"message":"Unauthorized"}', 'Bearer realm="api"'])
})

t.test('excluded paths are those of routes: no text in a Host header, no part of a path, no other spelling opens a door', async t => {
  const { app, get } = await openGateway(t, {}, PUBLIC)
  const nobody = { headers: {} }
  t.equal((await get({ url: '/public?x=1', ...nobody })).statusCode, 200)
  for (const url of ['/other', '/public/sub', '/PUBLIC', '/pub']) t.not((await get({ url, ...nobody })).statusCode, 200, url)
  await app.listen({ port: 0, host: '127.0.0.1' })
  for (const host of ['x/health?', 'x/health#', 'x/public']) t.equal(await statusOf(app, '/other', { host }), 401, host)
  await t.rejects(openGateway(t, {}, { plugin: { exclude: '/public' } }), { code: 'AUTH_OPTION_INVALID' }, 'a text in place of a list')
})

t.test('the service gets neither the host, nor all cookies, nor what others say of the caller, nor a length without a body', async t => {
  const { get, service } = await openGateway(t)
  await get({ method: 'POST', payload: { a: 1 }, headers: { authorization: 'Bearer good', host: 'app.example', cookie: 'a=b', 'x-forwarded-user': 'root', 'accept-encoding': 'gzip' } })
  const { headers } = service.last()
  t.match(headers, { host: new URL(service.url).host, cookie: undefined, 'x-forwarded-user': undefined, 'content-length': undefined, 'x-forwarded-host': 'app.example', 'accept-encoding': 'identity' })
})

t.test('cookie mode: the value goes where the service looks for it, and what the client sent there stays out', async t => {
  const { get, service } = await openGateway(t, { sources: fromCookie('session'), credential: { header: 'authorization', prefix: null } }, { answer: () => ({}) })
  await get({ headers: { cookie: 'session=abc', authorization: 'Bearer other' } })
  t.equal(service.last().headers.authorization, 'abc')
  const prefixed = await openGateway(t, { sources: fromCookie('session') })
  t.equal((await prefixed.get({ headers: { cookie: 'session=good' } })).body, 'alice')
})

t.test('an empty value is no credential', async t => {
  const { get, service } = await openGateway(t)
  for (const authorization of ['', 'Bearer', 'Bearer ']) t.equal((await get({ headers: { authorization } })).statusCode, 401)
  t.equal(service.asked.length, 0)
})

t.test('redirects grant nothing, wherever they lead', async t => {
  const { get, service } = await openGateway(t, {}, { answer: ({ url }) => url === '/yes' ? { body: { sub: 'alice' } } : { status: 302, headers: { location: '/yes' } } })
  t.equal((await get()).statusCode, 503)
  t.equal(service.asked.length, 1)
})

t.test('a plain yes lets in, whatever it says of tokens and cookies, and of whatever type', async t => {
  for (const answer of [{}, { status: 204 }, { status: 201 }, { status: 202, body: 'ok' }, { body: '<p>', headers: { 'content-type': 'text/html' } }, { body: { user: 'x' } }]) {
    const { get } = await openGateway(t, { sources: [fromHeader(), fromCookie('session')] }, { answer: () => answer })
    const response = await get({ headers: { cookie: 'session=good' } })
    t.equal(response.statusCode, 200, JSON.stringify(answer))
    t.strictSame([response.headers['set-cookie'], response.headers['authorization']], [undefined, undefined], 'and nothing is overwritten')
  }
  const headers = { authorization: 'Bearer renewed', 'set-cookie': 'session=renewed' }
  const { get } = await openGateway(t, { sources: [fromHeader(), fromCookie('session')] }, { answer: () => ({ headers }) })
  for (const credential of [{ authorization: 'Bearer good' }, { cookie: 'session=good' }]) {
    const response = await get({ headers: credential })
    t.match(response, { statusCode: 200, headers: { authorization: undefined, 'set-cookie': undefined } }, 'what nobody has listed stays with us')
  }
})

t.test('`active: false` is a no', async t => {
  const { get } = await openGateway(t, {}, { answer: () => ({ body: { active: false } }) })
  t.match((await get()).json(), { statusCode: 401, code: 'AUTH_GATEWAY_DENIED' })
})

t.test('a no has its status, its body of any type and its headers', async t => {
  for (const status of [401, 403]) {
    for (const [body, type] of [['{"no": 1}', 'application/json'], ['no', 'text/plain']] as const) {
      const { get } = await openGateway(t, {}, { answer: () => ({ status, body, headers: { 'content-type': type, 'www-authenticate': 'Bearer realm="there"' } }) })
      const response = await get()
      t.match([response.statusCode, response.body, response.headers['content-type']], [status, body, type])
      t.equal(response.headers['www-authenticate'], status === 401 ? 'Bearer realm="there"' : undefined)
    }
  }
})

t.test('an outage is 503, whatever it is', async t => {
  for (const options of [{ timeoutMs: 20 }, { url: 'http://127.0.0.1:1/' }]) {
    const { get } = await openGateway(t, options, { answer: () => null })
    t.match((await get()).json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' })
  }
  t.equal((await (await openGateway(t, {}, { answer: () => ({ status: 500, body: 'stack' }) })).get()).json().code, 'AUTH_PROVIDER_UNAVAILABLE')
})

t.test('what the service says of the user is on the request', async t => {
  const { get } = await openGateway(t, {}, { declare: app => { app.get('/', async ({ user }) => ({ id: user?.id, name: user?.name, scopes: user?.scopes })) } })
  t.strictSame((await get()).json(), { id: 'alice', name: 'Alice', scopes: ['read', 'write'] })
})

t.test('static headers replace the caller’s, whatever their case; the credential stays what it is', async t => {
  const { get, service } = await openGateway(t, { forwardHeaders: ['x-tenant'], headers: { 'X-TENANT': 'ours', Authorization: 'mine' } })
  await get({ headers: { authorization: 'Bearer good', 'x-tenant': 'theirs' } })
  t.match(service.last().headers, { 'x-tenant': 'ours', authorization: 'Bearer good' })
  const byCookie = await openGateway(t, { sources: fromCookie('session'), headers: { Authorization: 'mine' } })
  await byCookie.get({ headers: { cookie: 'session=good' } })
  t.equal(byCookie.service.last().headers.authorization, 'Bearer good')
})

t.test('a header that the caller sends twice arrives with both values, a credential that he sends twice nowhere', async t => {
  const { app, service } = await openGateway(t, { forwardHeaders: ['x-tenant'] })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.equal(await statusOf(app, '/', { authorization: 'Bearer good', 'x-tenant': ['a', 'b'] }), 200)
  t.equal(service.last().headers['x-tenant'], 'a, b')
  t.equal(await statusOf(app, '/', ['host', 'localhost', 'authorization', 'Bearer good', 'authorization', 'Bearer good'] as never), 400)
  t.equal(service.asked.length, 1)
})

t.test('preflights pass and ask nobody, and a URL without a route is 404', async t => {
  const { app, get, service } = await openGateway(t, {}, { declare: async app => { await app.register(cors); app.get('/', async () => 'in') } })
  const preflight = await app.inject({ method: 'OPTIONS', url: '/', headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' } })
  t.match([preflight.statusCode, preflight.headers['access-control-allow-origin']], [204, '*'])
  t.equal((await app.inject('/nowhere')).statusCode, 404)
  t.equal(service.asked.length, 0)
  const refused = await get({ headers: { origin: 'https://shop.example' } })
  t.match([refused.statusCode, refused.headers['access-control-allow-origin']], [401, '*'], 'and pages may read the refusal')
})

t.test('WebSockets are guarded like everything else', async t => {
  const service = await startService(t)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(webSocket)
  await app.register(authPlugin, { authenticators: [gateway({ url: service.url, retries: 0 })] })
  app.get('/live', { websocket: true }, socket => { socket.close() })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const offer = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') }
  t.equal(await statusOf(app, '/live', offer), 401)
  t.equal(service.asked.length, 0)
  t.equal(await statusOf(app, '/live', { ...offer, authorization: 'Bearer bad' }), 401)
  t.equal(await statusOf(app, '/live', { ...offer, authorization: 'Bearer good' }), 101)
  t.equal(service.asked.length, 2)
})

t.test('there is a log line for who is refused and for an outage, and a credential in none', async t => {
  const log = collectLog()
  const { get, service } = await openGateway(t, { forwardHeaders: ['x-key'] }, { server: { logger: log.logger } })
  const send = (token: string) => get({ headers: { authorization: `Bearer ${token}`, 'x-key': 'the-key' } })
  service.answer = () => ({ status: 401, body: 'the-body' })
  await send('the-token')
  service.answer = () => ({ status: 500, body: 'the-body' })
  await send('the-token')
  t.match([log.of('request refused'), log.of('request could not be judged')], [[{ code: 'AUTH_GATEWAY_DENIED' }], [{ code: 'AUTH_PROVIDER_UNAVAILABLE' }]])
  for (const secret of ['the-token', 'the-key', 'the-body']) t.notMatch(log.text(), secret)
})

t.test('the document has the way in, and Authorize with it', async t => {
  const { authenticator } = await openGateway(t)
  t.strictSame(authenticator.securityScheme, { type: 'http', scheme: 'bearer' })
  t.match(gateway({ url: 'https://auth.example/', sources: fromCookie('session') }).securityScheme, { type: 'apiKey', in: 'cookie', name: 'session' })
  t.match(gateway({ url: 'https://auth.example/', sources: key('x-token') }).securityScheme, { type: 'apiKey', in: 'header', name: 'x-token' })
})
