import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'

import cors from '@fastify/cors'
import webSocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../../fixtures/collect-log.js'
import { bearer } from '../../fixtures/hand-issuer.js'
import { openPassthrough } from '../../fixtures/open-passthrough.js'
import passthrough, { authMetadata, authorization, customHeader } from '../../../lib/passthrough/index.js'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { PassthroughMode } from '../../../lib/passthrough/index.js'

const ALICE = bearer('alice')
const PAIR = [['authorization', 'Bearer alice']]
const handle = async () => authMetadata()

function declare (app: FastifyInstance): void {
  app.get('/', handle)
  app.get('/required', { config: { passthrough: 'required' } }, handle)
  app.get('/optional', { config: { passthrough: 'optional' } }, handle)
  app.get('/off', { config: { passthrough: 'off' } }, handle)
  app.get('/health', handle)
  app.get('/docs/:page', handle)
  app.post('/', handle)
  app.options('/own', handle)
}

async function ask (app: FastifyInstance, url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' | 'OPTIONS' = 'GET') {
  const response = await app.inject({ method, url, headers })
  return [response.statusCode, method === 'HEAD' ? null : response.json().code ?? response.json()]
}

t.test('a route refuses requests without credentials, keeps what there is, or keeps nothing', async t => {
  const app = await openPassthrough(t, {}, declare)
  for (const url of ['/', '/required']) {
    t.strictSame(await ask(app, url), [401, 'AUTH_CREDENTIALS_MISSING'])
    t.strictSame(await ask(app, url, ALICE), [200, PAIR])
  }
  t.strictSame(await ask(app, '/optional'), [200, []])
  t.strictSame(await ask(app, '/optional', ALICE), [200, PAIR])
  t.strictSame(await ask(app, '/off', ALICE), [200, []])
})

t.test('required: false lets requests in without credentials where a route says nothing', async t => {
  const app = await openPassthrough(t, { required: false }, declare)
  t.strictSame(await ask(app, '/'), [200, []])
  t.strictSame(await ask(app, '/', ALICE), [200, PAIR])
  t.strictSame(await ask(app, '/required'), [401, 'AUTH_CREDENTIALS_MISSING'])
})

t.test('a refusal has a code, a challenge and a line in the log', async t => {
  const log = collectLog()
  const app = await openPassthrough(t, {}, declare, { logger: log.logger })
  const response = await app.inject('/')
  t.match(response.json(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', message: 'Authentication required' })
  t.equal(response.headers['www-authenticate'], 'Bearer realm="api"')
  t.match(log.of('request refused'), [{ code: 'AUTH_CREDENTIALS_MISSING', route: 'GET /', reason: 'credential_missing' }])
})

t.test('excluded paths are patterns as routed, and no spelling of a URL is one', async t => {
  const app = await openPassthrough(t, { excludedPaths: ['/health', '/docs/*'] }, declare)
  for (const url of ['/health', '/health?x', '/%68ealth', '/docs/start']) {
    t.strictSame(await ask(app, url, ALICE), [200, []], `${url} is that route: nothing is kept`)
  }
  for (const url of ['/required?/health', '/optional?/health']) {
    t.strictSame(await ask(app, url, ALICE), [200, PAIR], url)
  }
  for (const url of ['/health/', '//health', '/health;a', '/health%2f', '/HEALTH']) {
    t.equal((await app.inject({ url })).statusCode, 404, `${url} is no route`)
  }
  t.strictSame(await ask(app, '/?', { host: 'x/health?' }), [401, 'AUTH_CREDENTIALS_MISSING'], 'the Host header says nothing')
})

t.test('an excluded route keeps credentials when asked to, and never refuses', async t => {
  const app = await openPassthrough(t, { excludedPaths: ['/health'], captureExcluded: true, extractors: [authorization(), failing] }, declare)
  t.strictSame(await ask(app, '/health'), [200, []])
  t.strictSame(await ask(app, '/health', ALICE), [200, PAIR])
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  t.strictSame(await sendTwice(`${address}/health`), [200, '[]'], 'what is ambiguous is not kept')
  t.match(await sendTwice(`${address}/optional`), [400, /AUTH_CREDENTIALS_AMBIGUOUS/])
})

t.test('what excludedPaths and the routes say must fit together', async t => {
  const route = (passthrough: PassthroughMode) => (app: FastifyInstance) => { app.get('/a', { config: { passthrough } }, handle) }
  for (const mode of ['required', 'optional'] as const) {
    await t.rejects(openPassthrough(t, { excludedPaths: ['/a'] }, route(mode)), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/a: config\.passthrough says/ })
  }
  const off = await openPassthrough(t, { excludedPaths: ['/a'], captureExcluded: true }, route('off'))
  t.strictSame(await ask(off, '/a', ALICE), [200, []])
  await t.rejects(openPassthrough(t, {}, route('sometimes' as PassthroughMode)), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/a: config\.passthrough must be/ })
  await t.rejects(openPassthrough(t, { excludedPaths: [{ method: 'GET', url: '/a' }] }, app => {
    app.route({ method: ['GET', 'POST'], url: '/a', handler: handle })
  }), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /excludedPaths names some of its methods and not POST/ })
})

t.test('a path that no route has is named in a warning', async t => {
  const log = collectLog()
  await openPassthrough(t, { excludedPaths: ['/healthy', '/health'] }, declare, { logger: log.logger })
  t.match(log.of('excludedPaths names routes that there are not'), [{ excludedPaths: ['/healthy'] }])
  t.match(log.of('credentials are passed on, and not verified'), [{
    extractors: ['authorization', 'cookie'], allowedOrigins: [], isExchanged: false, routes: { required: 8, optional: 2, off: 4 }
  }])
})

t.test('HEAD is answered like GET', async t => {
  const app = await openPassthrough(t, { excludedPaths: [{ method: 'GET', url: '/health' }] }, app => {
    declare(app)
    app.head('/only', handle)
  })
  t.strictSame(await ask(app, '/', {}, 'HEAD'), [401, null])
  t.strictSame(await ask(app, '/', ALICE, 'HEAD'), [200, null])
  t.strictSame(await ask(app, '/health', {}, 'HEAD'), [200, null])
  t.strictSame(await ask(app, '/off', {}, 'HEAD'), [200, null])
  t.strictSame(await ask(app, '/only', {}, 'HEAD'), [401, null])
})

t.test('preflights pass and CORS headers are on a refusal, whichever plugin is first', async t => {
  const preflight = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
  for (const order of ['before', 'after'] as const) {
    for (const preflightContinue of [true, false]) {
      for (const prefix of ['', '/api']) {
        const app = Fastify()
        t.teardown(() => app.close())
        app.register(async function part (part) {
          order === 'before' && await part.register(cors, { preflightContinue })
          await part.register(passthrough, { allowedOrigins: [] })
          order === 'after' && await part.register(cors, { preflightContinue })
          part.get('/books', handle)
        }, { prefix })
        const { statusCode } = await app.inject({ method: 'OPTIONS', url: `${prefix}/books`, headers: preflight })
        t.equal(statusCode, preflightContinue ? 200 : 204, `${order} ${prefix}`)
        const refusal = await app.inject({ url: `${prefix}/books`, headers: { origin: 'https://app.example' } })
        t.strictSame([refusal.statusCode, refusal.headers['access-control-allow-origin']], [401, '*'], order)
      }
    }
  }
})

t.test('an OPTIONS route of the app is a route like others', async t => {
  const app = await openPassthrough(t, {}, declare)
  t.strictSame(await ask(app, '/own', {}, 'OPTIONS'), [401, 'AUTH_CREDENTIALS_MISSING'])
  t.strictSame(await ask(app, '/own', ALICE, 'OPTIONS'), [200, PAIR])
})

t.test('an unknown URL is not found, and nothing is kept there', async t => {
  let asked = 0
  const app = await openPassthrough(t, { extractors: [() => { asked++; return null }] }, app => {
    app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(authMetadata()))
  })
  t.strictSame(await ask(app, '/nowhere', ALICE), [404, []])
  t.equal(asked, 0)
})

t.test('a body is not read before a request is refused', async t => {
  const app = await openPassthrough(t, {}, declare)
  const refused = await app.inject({ method: 'POST', url: '/', headers: { 'content-type': 'application/json' }, payload: '{ malformed' })
  t.strictSame([refused.statusCode, refused.json().code], [401, 'AUTH_CREDENTIALS_MISSING'])
  t.equal((await app.inject({ method: 'POST', url: '/', headers: { ...ALICE, 'content-type': 'application/json' }, payload: '{ malformed' })).statusCode, 400)
})

t.test('routes declared before the plugin are met, and judged by their config', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  declare(app)
  app.get('/wrong', { config: { passthrough: 'sometimes' as PassthroughMode } }, handle)
  await app.register(passthrough, { allowedOrigins: [] })
  t.strictSame(await ask(app, '/required'), [401, 'AUTH_CREDENTIALS_MISSING'])
  t.strictSame(await ask(app, '/optional'), [200, []])
  t.strictSame(await ask(app, '/wrong', ALICE), [500, 'AUTH_ROUTE_CONTRADICTORY'])
})

t.test('the registration nearest to a route answers for it', async t => {
  const app = await openPassthrough(t, {}, app => {
    declare(app)
    app.register(async inner => {
      await inner.register(passthrough, { allowedOrigins: [], extractors: [customHeader('x-key')], required: false })
      inner.get('/inner', handle)
    })
  })
  t.strictSame(await ask(app, '/inner', { ...ALICE, 'x-key': 'k' }), [200, [['x-key', 'k']]])
  t.strictSame(await ask(app, '/inner'), [200, []])
  t.strictSame(await ask(app, '/'), [401, 'AUTH_CREDENTIALS_MISSING'])
  await t.rejects(openPassthrough(t, {}, app => app.register(passthrough, { allowedOrigins: [] })), { code: 'AUTH_OPTION_INVALID', message: /registered twice/ })
})

t.test('WebSockets are upgraded with credentials, keep them for their messages, and are refused without', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(webSocket)
  await app.register(passthrough, { allowedOrigins: [] })
  app.get('/live', { websocket: true }, function echo (socket) {
    socket.on('message', () => socket.send(JSON.stringify(authMetadata())))
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal(await connect(app, {}), 401)
  t.equal(await connect(app, ALICE), JSON.stringify(PAIR))
})

function failing (): never {
  throw new Error('no')
}

async function sendTwice (url: string): Promise<unknown> {
  const [response] = await once(request(url, { headers: ['host', 'localhost', 'authorization', 'a', 'authorization', 'b'] as never }).end(), 'response')
  return [response.statusCode, Buffer.concat(await response.toArray()).toString()]
}

/** Shakes hands (RFC 6455, section 4.1), says one word, and waits for the answer, or for the refusal. */
async function connect (app: FastifyInstance, headers: Record<string, string>): Promise<string | number> {
  const { port } = app.server.address() as AddressInfo
  const offer = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') }
  const handshake = request({ host: '127.0.0.1', port, path: '/live', headers: { ...offer, ...headers } }).end()
  return await new Promise(function settle (resolve, reject) {
    handshake.on('error', reject)
    handshake.on('response', function refuse ({ statusCode = 0 }) {
      handshake.destroy()
      resolve(statusCode)
    })
    handshake.on('upgrade', async function talk (_response, socket) {
      // A short masked text frame: two bytes, the mask, one letter. RFC 6455, section 5.2.
      socket.write(Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 0x61))
      const [frame] = await once(socket, 'data') as [Buffer]
      socket.destroy()
      resolve(frame.subarray(2).toString())
    })
  })
}
