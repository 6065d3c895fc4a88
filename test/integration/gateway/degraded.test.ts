import t from 'tap'

import { collectLog } from '../../fixtures/collect-log.js'
import { listenTo } from '../../fixtures/listen-to.js'
import { openApp } from '../../fixtures/open-app.js'
import { startService, tokenAnswer } from '../../fixtures/validation-service.js'
import { currentUser, requireUser } from '../../../lib/index.js'
import { gateway, isDegraded } from '../../../lib/providers/gateway/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { GatewayDecisionEvent, GatewayOptions } from '../../../lib/providers/gateway/index.js'

const headers = { authorization: 'Bearer good' }

function declare (app: FastifyInstance): void {
  const handler = async (request: Parameters<typeof isDegraded>[0] & { readonly user: { readonly id: string } | null }) => ({ id: request.user?.id ?? null, degraded: isDegraded(request) })
  app.get('/optional', { config: { auth: 'optional' } }, handler)
  app.get('/tolerant', { config: { auth: 'tolerant' } }, handler)
  app.get('/public', { config: { auth: 'public' } }, handler)
  app.get('/strict', { config: { auth: 'optional', gateway: { failOpen: false } } }, handler)
  app.get('/inside', { config: { auth: 'optional' } }, async request => currentUser(request).id)
}

async function opened (t: Test, options: Partial<GatewayOptions> = {}) {
  const service = await startService(t)
  const log = collectLog()
  const app = await openApp(t, { authenticators: [gateway({ url: service.url, failOpen: true, retries: 0, breaker: null, ...options })], mode: 'optional' }, declare, { logger: log.logger })
  return { service, log, get: async (url: string) => await app.inject({ url, headers }) }
}

t.test('while the service is out, callers go on as nobody, and are marked', async t => {
  const { service, log, get } = await opened(t)
  const events = listenTo<GatewayDecisionEvent>(t, 'fastify-gatekeeper:gateway.decision')
  for (const url of ['/optional', '/tolerant']) {
    service.answer = tokenAnswer
    t.strictSame((await get(url)).json(), { id: 'alice', degraded: false })
    service.answer = () => ({ status: 500 })
    t.strictSame((await get(url)).json(), { id: null, degraded: true }, url)
  }
  t.equal(log.of('a credential could not be judged; its caller goes on as nobody').length, 2)
  t.match(log.of('a credential could not be judged; its caller goes on as nobody')[0], { authenticator: 'gatewayAuth', reason: 'gateway_status', route: 'GET /optional' })
  t.strictSame(events.map(({ outcome }) => outcome), ['allowed', 'error', 'degraded', 'allowed', 'error', 'degraded'])
  t.strictSame((await get('/public')).json(), { id: null, degraded: false }, 'who is not asked for is not missed')
  t.match((await get('/inside')).json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING' }, 'nobody is nobody')
  t.match((await get('/strict')).json(), { statusCode: 503 }, 'a route may leave it off')
})

t.test('whoever is refused stays refused', async t => {
  const { service, get } = await opened(t)
  for (const status of [401, 403, 429]) {
    service.answer = () => ({ status })
    t.equal((await get('/optional')).statusCode, status)
  }
  service.answer = () => ({ body: { active: false } })
  t.equal((await get('/optional')).statusCode, 401)
})

t.test('every kind of outage is one', async t => {
  const failures: ReadonlyArray<Partial<GatewayOptions>> = [
    { url: 'http://127.0.0.1:1/' }, { timeoutMs: 20 }, { maxAnswerBytes: 0 }, { identity: { id: 'uid' } }, { allow: () => { throw new Error('x') } }, { headers: () => { throw new Error('x') } }
  ]
  for (const options of failures) {
    const { service, get } = await opened(t, options)
    if (options.timeoutMs !== undefined) service.answer = () => null
    t.strictSame((await get('/optional')).json(), { id: null, degraded: true }, JSON.stringify(options))
  }
})

t.test('what goes wrong behind the gateway is no outage of its', async t => {
  const { url } = await startService(t)
  const revocation = { isRevoked: () => { throw new Error('down') } }
  const app = await openApp(t, { authenticators: [gateway({ url, failOpen: true })], mode: 'optional', revocation }, declare)
  t.match((await app.inject({ url: '/optional', headers })).json(), { statusCode: 503 })
})

t.test('a route that needs a user stops the boot', async t => {
  const boot = async (failOpen: boolean, add: (app: FastifyInstance) => void, mode = 'optional') => await openApp(t, { authenticators: [gateway({ url: 'https://auth.example/', failOpen })], mode }, add)
  const stops: ReadonlyArray<readonly [boolean, (app: FastifyInstance) => void, string?]> = [
    [true, app => { app.get('/', async () => 'in') }, 'required'],
    [true, app => { app.get('/', { config: { auth: 'required' } }, async () => 'in') }],
    [true, app => { app.get('/', { preHandler: requireUser() }, async () => 'in') }],
    [false, app => { app.get('/', { config: { auth: 'required', gateway: { failOpen: true } } }, async () => 'in') }]
  ]
  for (const [failOpen, add, mode] of stops) await t.rejects(boot(failOpen, add, mode), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /^GET \/: the route needs a user, and failOpen of gatewayAuth/ })
  await boot(true, app => {
    app.get('/', { config: { auth: 'required', gateway: { failOpen: false } } }, async () => 'in')
    app.get('/free', { config: { auth: 'public' } }, async () => 'in')
  })
  await boot(false, app => { app.get('/', { config: { auth: 'tolerant', gateway: { failOpen: true } } }, async () => 'in') })
})

t.test('config.gateway is checked when the app boots', async t => {
  const wrong: ReadonlyArray<readonly [object, RegExp]> = [
    [{ failopen: true }, /config\.gateway\.failopen is not an option/],
    [{ url: 'http://auth.example/' }, /config\.gateway\.url must be an https address/],
    [{ url: 'nowhere' }, /config\.gateway\.url/],
    [{ maxBodyBytes: 10 }, /config\.gateway\.maxBodyBytes needs a gateway whose method has a body/],
    [{ cache: 'no' }, /config\.gateway\.cache must be true or false/],
    [true as never, /config\.gateway must be an object/]
  ]
  for (const [config, message] of wrong) {
    await t.rejects(openApp(t, { authenticators: [gateway({ url: 'https://auth.example/' })] }, app => { app.get('/', { config: { gateway: config } }, async () => 'in') }), { code: 'AUTH_ROUTE_CONTRADICTORY', message })
  }
})

t.test('a route may ask another address, and another limit', async t => {
  const [one, two] = [await startService(t, () => ({ body: { sub: 'one' } })), await startService(t, () => ({ body: { sub: 'two' } }))]
  const app = await openApp(t, { authenticators: [gateway({ url: one.url, method: 'POST' })] }, app => {
    const handler = async (request: { readonly user: { readonly id: string } | null }) => request.user?.id
    app.post('/one', handler)
    app.post('/two', { config: { gateway: { url: two.url, maxBodyBytes: 5 } } }, handler)
  })
  t.equal((await app.inject({ method: 'POST', url: '/one', headers, payload: { a: 'long enough' } })).body, 'one')
  t.equal((await app.inject({ method: 'POST', url: '/two', headers })).body, 'two')
  t.match((await app.inject({ method: 'POST', url: '/two', headers, payload: { a: 'long enough' } })).json(), { statusCode: 413, code: 'AUTH_GATEWAY_BODY_TOO_LARGE' })
})
