import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'

import webSocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'

import { handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { fromCookie, fromHeader, fromWebSocketProtocol } from '../../lib/index.js'

import type { Buffer } from 'node:buffer'
import type { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const token = issuer.token()

/** What came of an upgrade: the protocol that the server selected and the user it saw; or the status of its refusal. */
type Outcome = { readonly protocol: string | undefined, readonly user: string } | { readonly status: number, readonly challenge: unknown }

async function open (t: Test, options: Partial<AuthPluginOptions> = {}, order: 'before' | 'after' = 'before'): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  order === 'before' && await app.register(webSocket)
  await app.register(authPlugin, { jwtProvider, tokenSources: [fromHeader(), fromWebSocketProtocol('bearer.'), fromCookie('token')], ...options })
  order === 'after' && await app.register(webSocket)
  for (const mode of ['public', 'tolerant', 'optional', 'required'] as const) {
    app.get(`/${mode}`, { websocket: true, config: { auth: mode } }, function greet (socket, { user }) {
      socket.send(user?.id ?? 'nobody')
    })
  }
  app.get('/plain', async ({ user }) => user?.id)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

/** Shakes hands as a client does (RFC 6455, section 4.1), and waits for the first message, or for the refusal. */
async function connect (app: FastifyInstance, path: string, protocols: readonly string[], headers: Record<string, string> = {}): Promise<Outcome> {
  const { port } = app.server.address() as AddressInfo
  const offer = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64'), 'sec-websocket-protocol': protocols.join(', ') }
  const handshake = request({ host: '127.0.0.1', port, path, headers: { ...offer, ...headers } }).end()
  return await new Promise(function settle (resolve, reject) {
    handshake.on('error', reject)
    handshake.on('response', function refuse ({ statusCode = 0, headers }) {
      handshake.destroy()
      resolve({ status: statusCode, challenge: headers['www-authenticate'] })
    })
    handshake.on('upgrade', async function greet ({ headers }, socket, head) {
      const frame: Buffer = head.length > 0 ? head : (await once(socket, 'data'))[0]
      socket.destroy()
      // A short text frame is two bytes and its text. RFC 6455, section 5.2.
      resolve({ protocol: headers['sec-websocket-protocol'], user: frame.subarray(2).toString() })
    })
  })
}

t.test('a token among the offered protocols signs in, is not echoed, and the other protocol is selected', async t => {
  for (const order of ['before', 'after'] as const) {
    const app = await open(t, {}, order)
    for (const mode of ['tolerant', 'optional', 'required']) {
      t.strictSame(await connect(app, `/${mode}`, [`bearer.${token}`, 'chat']), { protocol: 'chat', user: 'alice' }, `${mode}, ${order}`)
      t.strictSame(await connect(app, `/${mode}`, ['chat', `bearer.${token}`]), { protocol: 'chat', user: 'alice' }, `${mode}, ${order}`)
    }
  }
})

t.test('a token is not echoed where nobody reads it: on public routes, and behind another credential', async t => {
  const app = await open(t)
  t.strictSame(await connect(app, '/public', [`bearer.${token}`, 'chat']), { protocol: 'chat', user: 'nobody' })
  t.match(await connect(app, '/public', [`bearer.${token}`]), { protocol: undefined })
  t.strictSame(await connect(app, '/tolerant', [`bearer.${token}`, 'chat'], { authorization: 'Bearer a b' }), { protocol: 'chat', user: 'nobody' })
  t.match(await connect(app, '/required', [`bearer.${token}`]), { protocol: undefined }, 'offered alone')
  const disabled = await open(t, { disabled: true, allowDisabledInProduction: true })
  t.match(await connect(disabled, '/required', [`bearer.${token}`, 'chat']), { protocol: 'chat' })
})

t.test('upgrades are refused like requests', async t => {
  const app = await open(t)
  const challenge = 'Bearer realm="api", error="invalid_token"'
  t.match(await connect(app, '/required', ['chat']), { status: 401, challenge: 'Bearer realm="api"' })
  t.match(await connect(app, '/required', [`bearer.${token}x`, 'chat']), { status: 401, challenge })
  t.match(await connect(app, '/optional', ['bearer.', 'chat']), { status: 401, challenge })
  t.match(await connect(app, '/optional', ['bearer.a!', 'chat']), { status: 401, challenge })
  t.match(await connect(app, '/optional', [`bearer.${token}`, 'bearer.x']), { status: 400 })
  t.strictSame(await connect(app, '/optional', ['chat']), { protocol: 'chat', user: 'nobody' })
  t.match(await connect(app, '/required', [`bearer.${token}`, 'chat'], { authorization: `Bearer ${token}` }), { user: 'alice' })
  t.match(await connect(app, '/required', [`bearer.${token}`, 'chat'], { authorization: `Bearer ${issuer.token({ sub: 'bob' })}` }), { status: 400 })
})

t.test('a cookie opens a socket only for pages of ours; browsers let any page ask', async t => {
  const app = await open(t)
  const { port } = app.server.address() as AddressInfo
  const cookie = `token=${token}`
  t.match(await connect(app, '/required', ['chat'], { cookie }), { status: 403 })
  t.match(await connect(app, '/required', ['chat'], { cookie, origin: 'http://evil.example' }), { status: 403 })
  t.match(await connect(app, '/required', ['chat'], { cookie, origin: `http://127.0.0.1:${port}` }), { user: 'alice' })
  t.match(await connect(app, '/tolerant', ['chat'], { cookie, origin: 'http://evil.example' }), { user: 'nobody' })
})

t.test('without an upgrade the header is not read', async t => {
  const app = await open(t)
  t.match(await app.inject({ url: '/plain', headers: { 'sec-websocket-protocol': `bearer.${token}` } }), { statusCode: 401 })
  t.match(await app.inject({ url: '/plain', headers: { upgrade: 'h2c', 'sec-websocket-protocol': `bearer.${token}` } }), { statusCode: 401 })
})

t.test('injectWS brings its headers along, and nothing of the wire', async t => {
  const app = await open(t)
  for (const headers of [{ authorization: `Bearer ${token}` }, { 'sec-websocket-protocol': `bearer.${token}` }]) {
    const seen: string[] = []
    const client = await app.injectWS('/required', { headers }, { onInit: (socket: EventEmitter) => { socket.on('message', message => { seen.push(String(message)) }) } })
    seen.length === 0 && await once(client, 'message')
    t.strictSame(seen, ['alice'])
    client.terminate()
  }
  await t.rejects(app.injectWS('/required'), /401/)
  await t.rejects(app.injectWS('/required', { headers: { cookie: `token=${token}` } }), /403/)
})
