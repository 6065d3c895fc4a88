import { Readable } from 'node:stream'
import t from 'tap'

import { openApp } from '../../../fixtures/open-app.js'
import { openGateway } from '../../../fixtures/open-gateway.js'
import { setEnv } from '../../../fixtures/set-env.js'
import { startService } from '../../../fixtures/validation-service.js'
import { AUTH_PROVIDER_UNAVAILABLE, fromHeader, fromQuery, fromWebSocketProtocol } from '../../../../lib/index.js'
import { gateway, gatewayClient, gatewayFromEnv, isDegraded } from '../../../../lib/providers/gateway/index.js'
import { onCallerGone } from '../../../../lib/providers/gateway/on-caller-gone.js'
import { isRuling } from '../../../../lib/providers/gateway/ruling.js'
import { silentLog } from '../../../../lib/providers/gateway/silent-log.js'
import { toGatewayFailure } from '../../../../lib/providers/gateway/to-gateway-failure.js'
import { settledRouteOf } from '../../../../lib/route-record.js'

import type { FastifyRequest } from 'fastify'
import type { Authenticator } from '../../../../lib/index.js'
import type { GatewayOptions } from '../../../../lib/providers/gateway/index.js'

const url = 'https://auth.example.com/'

t.test('options that do not go together, or that nothing could be done with, stop the boot', async t => {
  const form = { clientId: 'a', clientSecret: 'b' }
  const wrong: ReadonlyArray<readonly [object, string]> = [
    [{ url: 'http://auth.example.com/' }, 'url'], [{ url: 'https://user@auth.example.com/' }, 'url'], [{ url: 'https://:password@auth.example.com/' }, 'url'],
    [{ url: 'https://auth.example.com/#part' }, 'url'], [{ url: 'ftp://auth.example.com/' }, 'url'], [{ url: 'nowhere' }, 'url'],
    [{ maxBodyBytes: 10 }, 'maxBodyBytes'], [{ maxBodyBytes: 10, method: 'HEAD' }, 'maxBodyBytes'],
    [{ introspection: form, method: 'POST' }, 'introspection'], [{ introspection: form, credential: null }, 'introspection'], [{ introspection: form, maxBodyBytes: 10 }, 'introspection'],
    [{ headers: { Host: 'other' } }, 'headers'], [{ headers: { 'x-a': 'b\nc' } }, 'headers'], [{ headers: { 'x a': 'b' } }, 'headers'],
    [{ claimsSchema: { type: 'object' } }, 'claimsSchema'], [{ claimsSchema: 'object' }, 'claimsSchema'],
    [{ relayHeaders: ['WWW-Authenticate'] }, 'relayHeaders'], [{ allowHeaders: ['connection'] }, 'allowHeaders'], [{ allowHeaders: ['Content-Type'] }, 'allowHeaders'],
    [{ method: 'DELETE' }, 'method'], [{ statusMap: { 404: 200 } }, 'statusMap'], [{ failopen: true }, 'failopen'], [{ sources: fromHeader }, 'sources']
  ]
  for (const [options, option] of wrong) {
    t.throws(() => gateway({ url, ...options } as GatewayOptions), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^gateway\\.${option}`) }, JSON.stringify(options))
  }
  t.throws(() => gatewayClient(undefined as never), { code: 'AUTH_OPTION_INVALID', message: /^gatewayClient is missing/ })
  gateway({ url: 'http://localhost:1/', name: undefined } as never)
  gateway({ url: 'http://auth/', socketPath: '/run/auth.sock' })
})

t.test('options are copied: what the caller changes later changes nothing', async t => {
  const headers = { 'x-own': 'ours' }
  const identity = { id: ['user', 'id'] }
  const { get, service } = await openGateway(t, { headers, identity }, { answer: () => ({ body: { user: { id: 'bob' } } }) })
  headers['x-own'] = 'changed'
  identity.id.push('deeper')
  t.equal((await get()).body, 'bob')
  t.equal(service.last().headers['x-own'], 'ours')
})

t.test('the environment says where the service is', async t => {
  const service = await startService(t)
  setEnv(t, { AUTH_GATEWAY_URL: service.url, AUTH_GATEWAY_TIMEOUT_MS: '500' })
  const { client } = gatewayFromEnv()
  t.teardown(() => client.close())
  t.match(await client.validate('good'), { kind: 'allowed' })
  t.throws(() => gatewayFromEnv({ AUTH_GATEWAY_URL: 'http://auth.example.com/' }), { code: 'AUTH_OPTION_INVALID', message: /^AUTH_GATEWAY_URL must be an https/ })
})

t.test('a client without a request asks with GET where that of a request would count, and needs no cache to forget', async t => {
  const service = await startService(t)
  const client = gatewayClient({ url: service.url, method: 'preserve', appendUrl: true, failOpen: true })
  t.teardown(() => client.close())
  t.match(await client.validate('good'), { kind: 'allowed' })
  t.match(service.last(), { method: 'GET', url: '/validate' })
  await Promise.all([client.forgetToken('good'), client.forgetSubject('alice'), client.forgetAll()])
  service.answer = () => ({ status: 500 })
  t.match(await client.validate('good'), { kind: 'unavailable', reason: 'gateway_status', status: 500 })
})

t.test('is described by the first of its places', async t => {
  const scheme = (sources: GatewayOptions['sources']) => gateway({ url, sources: sources as never }).securityScheme
  t.strictSame(scheme(fromWebSocketProtocol('bearer.')), { type: 'http', scheme: 'bearer' })
  t.match(scheme([fromWebSocketProtocol('bearer.'), fromHeader('x-token', null)]), { type: 'apiKey', name: 'x-token' })
  t.match(scheme({ name: 'own', read: () => null, securityScheme: { type: 'apiKey', in: 'header', name: 'x-own' } }), { name: 'x-own' })
})

t.test('a query in which tokens are read is kept out of the log, as everywhere', async t => {
  await t.rejects(openGateway(t, { sources: fromQuery('token') }, { server: { logger: { level: 'info', stream: { write () {} } } } }), { code: 'AUTH_OPTION_INVALID', message: /fromQuery/ })
})

t.test('a source that gives no text is an outage', async t => {
  const { get } = await openGateway(t, { sources: { name: 'own', read: () => Promise.reject(new Error('late')) as never } })
  t.match((await get()).json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' })
})

t.test('a body that ends before it is whole is not asked about', async t => {
  const { get, service } = await openGateway(t, { method: 'POST', maxBodyBytes: 100 })
  const response = await get({ method: 'POST', payload: Readable.from(['ab']), headers: { authorization: 'Bearer good', 'content-type': 'text/plain', 'transfer-encoding': 'chunked' } })
  t.equal(response.statusCode, 503)
  t.equal(service.asked.length, 0)
})

t.test('what describes a body goes with it, as far as it is there', async t => {
  const { app, service } = await openGateway(t, { method: 'POST', maxBodyBytes: 100 })
  const headers = { authorization: 'Bearer good', 'content-encoding': 'gzip', 'content-length': '2' }
  await app.inject({ method: 'POST', url: '/', payload: Buffer.from('{}'), headers }).catch(() => {})
  t.match(service.last(), { body: '{}', headers: { 'content-encoding': 'gzip', 'content-type': undefined } })
})

t.test('cookies that may go on need not be there', async t => {
  const { get, service } = await openGateway(t, { allowHeaders: ['set-cookie'], relayHeaders: ['set-cookie'] })
  t.equal((await get()).headers['set-cookie'], undefined)
  service.answer = () => ({ status: 403 })
  t.equal((await get()).headers['set-cookie'], undefined)
})

t.test('an authenticator of one’s own may fail open, too', async t => {
  const own: Authenticator<string> = {
    name: 'ownAuth',
    securityScheme: { type: 'apiKey', in: 'header', name: 'x-own' },
    read: ({ headers }) => headers['x-own'] === undefined ? null : String(headers['x-own']),
    verify (credentials) { throw credentials === 'coded' ? new AUTH_PROVIDER_UNAVAILABLE() : new Error('down') },
    challenge: () => null,
    settleRoute: ({ url, guards, methods }) => ({ failOpen: url === '/' && guards.length === 0 && methods.includes('GET') }),
    isAmbient: credentials => credentials === 'ambient'
  }
  const app = await openApp(t, { authenticators: [own], mode: 'optional' }, app => {
    app.get('/', async request => isDegraded(request))
    app.get('/closed', async request => isDegraded(request))
    app.post('/closed', async () => 'in')
  })
  for (const credentials of ['coded', 'other']) {
    t.equal((await app.inject({ url: '/', headers: { 'x-own': credentials } })).body, 'true')
    t.equal((await app.inject({ url: '/closed', headers: { 'x-own': credentials } })).statusCode, 503)
  }
  t.equal((await app.inject({ method: 'POST', url: '/closed', headers: { 'x-own': 'ambient', 'sec-fetch-site': 'cross-site' } })).statusCode, 403)
})

t.test('who has hung up already is gone at once', async t => {
  let calls = 0
  const stop = onCallerGone({ raw: { headers: {}, destroyed: true, once () {}, removeListener () {} } } as unknown as FastifyRequest, () => { calls++ })
  stop()
  t.equal(calls, 1)
})

t.test('what a store gives back is a ruling, or it is nothing', async t => {
  const denied = { kind: 'denied', status: 401, refusal: 401, headers: {}, challenges: [] }
  t.ok(isRuling({ kind: 'allowed', status: 200, headers: {}, identity: {} }))
  t.ok(isRuling(denied))
  for (const value of [null, {}, { kind: 'allowed', status: 200, headers: {} }, { ...denied, refusal: 200 }, { ...denied, challenges: null }, { ...denied, kind: 'other' }, { ...denied, headers: null }, { ...denied, status: '401' }]) {
    t.notOk(isRuling(value), JSON.stringify(value))
  }
})

t.test('others’ errors keep their texts to themselves', async t => {
  t.match(toGatewayFailure(new TypeError('secret')), { reason: 'provider_failed', expected: 'TypeError' })
  t.match(toGatewayFailure('secret'), { reason: 'provider_failed', expected: null })
  t.equal(silentLog.child({}), silentLog)
  silentLog.error('nothing')
})

t.test('a request that has met no route has no settled one', async t => {
  t.equal(settledRouteOf({ routeOptions: { config: undefined } }), null)
  t.equal(settledRouteOf({ routeOptions: { config: {} } }), null)
})
