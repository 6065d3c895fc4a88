import { once } from 'node:events'
import { connect } from 'node:http2'

import webSocket from '@fastify/websocket'
import t from 'tap'

import { requireRoles } from '../../lib/index.js'
import { raw, upgrading } from './routing-asks.js'
import { MANNERS, openScene, registerFirst, tryAll, walkAll } from './routing-scene.js'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import type { Manner, Scene, Stage } from './routing-scene.js'

async function openSockets (t: Test, order: 'first' | 'last', manner: Manner): Promise<Scene> {
  return await openScene(t, {
    manner,
    plugin: { exclude: ['/open'] },
    async build (app, stage) {
      order === 'first' && await app.register(webSocket)
      await registerFirst(app, stage)
      order === 'last' && await app.register(webSocket)
      declareSockets(app, stage)
    }
  })
}

function declareSockets (app: FastifyInstance, stage: Stage): void {
  const greet = (place: string) => (_socket: unknown, request: FastifyRequest) => { stage.enter(place, request) }
  for (const phase of ['onRequest', 'preValidation', 'preHandler'] as const) {
    app.get(`/${phase}`, { websocket: true, [phase]: requireRoles('editor') }, greet(phase))
  }
  app.register(async inner => { inner.guard(requireRoles('editor')).get('/context', { websocket: true }, greet('context')) })
  app.register(async inner => { inner.addHook('preHandler', requireRoles('editor')).get('/hooked', { websocket: true }, greet('hooked')) })
  app.route({ method: 'GET', url: '/both', preHandler: requireRoles('editor'), handler: stage.guarded('/both'), wsHandler: greet('/both, upgraded') })
  app.get('/rooms/:room', { websocket: true, preHandler: requireRoles('editor') }, greet('/rooms/:room'))
  app.get('/plain', { preHandler: requireRoles('editor') }, stage.guarded('/plain'))
  app.post('/plain', { preHandler: requireRoles('editor') }, stage.guarded('POST /plain'))
  app.get('/open', { websocket: true }, () => {})
}

for (const order of ['first', 'last'] as const) {
  for (const manner of MANNERS) {
    t.test(`upgrades are guarded like requests, with @fastify/websocket ${order}, judged ${manner}`, async t => {
      const scene = await openSockets(t, order, manner)
      const urls: ReadonlyArray<readonly [string, string]> = [
        ...['onRequest', 'preValidation', 'preHandler', 'context', 'hooked'].map(place => [`/${place}`, place] as const),
        ['/both', '/both, upgraded'], ['/rooms/7', '/rooms/:room'], ['/rooms/..%2fopen', '/rooms/:room'], ['/%6fnRequest', 'onRequest'], ['/context?/open', 'context'],
        ['/onRequest#/open', 'onRequest'], ['http://evil.example/context', 'context']
      ]
      await walkAll(t, scene, urls.map(([url, reaches]) => ({ name: url, ask: upgrading(url), reaches, status: 101 })))
      await walkAll(t, scene, [
        { name: 'the name of the protocol in capitals', ask: upgrading('/context', { upgrade: 'WebSocket' }), reaches: 'context', status: 101 },
        { name: 'a list of connection options', ask: upgrading('/context', { connection: 'keep-alive, Upgrade' }), reaches: 'context', status: 101 },
        { name: 'from another page', ask: upgrading('/context', { origin: 'https://evil.example' }), reaches: 'context', status: 101 },
        { name: 'with a protocol', ask: upgrading('/context', { 'sec-websocket-protocol': 'chat' }), reaches: 'context', status: 101 },
        { name: 'the ordinary side of both', ask: raw('GET', '/both'), reaches: '/both' },
        { name: 'the ordinary side of both, by HEAD', ask: raw('HEAD', '/both'), reaches: '/both' },
        ...['/nowhere', '/onrequest', '/rooms', '//context', '/context/'].map(url => ({ name: `${url}: nothing there`, ask: upgrading(url), reaches: null }))
      ])
    })

    t.test(`bad upgrades, and upgrades of what cannot be upgraded, with @fastify/websocket ${order}, judged ${manner}`, async t => {
      const scene = await openSockets(t, order, manner)
      const refused = [401, 401, 403] as const
      await tryAll(t, scene, [
        { name: 'no key', ask: upgrading('/context', { 'sec-websocket-key': '' }), statuses: [...refused, 400] },
        { name: 'a bad key', ask: upgrading('/context', { 'sec-websocket-key': 'x' }), statuses: [...refused, 400] },
        { name: 'an old version', ask: upgrading('/context', { 'sec-websocket-version': '7' }), statuses: [...refused, 400] },
        { name: 'another protocol', ask: upgrading('/context', { upgrade: 'h2c' }), statuses: [...refused, 400] },
        { name: 'POST', ask: upgrading('/plain', {}, 'POST'), statuses: [...refused, 405] },
        { name: 'no upgrade', ask: raw('GET', '/context'), statuses: [...refused, 404] },
        { name: 'no upgrade, HEAD', ask: raw('HEAD', '/onRequest'), statuses: [...refused, 404] },
        { name: 'the header without the option', ask: raw('GET', '/context', { fields: ['Upgrade: websocket'] }), statuses: [...refused, 404] },
        { name: 'another protocol at an ordinary route', ask: upgrading('/plain', { upgrade: 'h2c' }), statuses: [...refused, 400] }
      ])
      // Who may be there is let on to a route that hangs up: its handler is for requests only.
      for (const caller of ['nobody', 'forger', 'reader', 'editor'] as const) {
        const { status, places } = await scene.visit(upgrading('/plain'), caller)
        t.strictSame([status, places], [{ nobody: 401, forger: 401, reader: 403, editor: 101 }[caller], []], `an ordinary route: ${caller}`)
      }
    })
  }
}

t.test('an upgrade that nobody offers is an ordinary request', async t => {
  const scene = await openScene(t, {
    async build (app, stage) {
      await registerFirst(app, stage)
      app.get('/plain', { preHandler: requireRoles('editor') }, stage.guarded('/plain'))
      app.get('/public', { config: { auth: 'public' } }, stage.open('/public'))
    }
  })
  await walkAll(t, scene, ['websocket', 'h2c', 'TLS/1.0', 'HTTP/2.0', 'x'].flatMap(upgrade => [
    { name: upgrade, ask: raw('GET', '/plain', { connection: 'Upgrade, close', fields: [`Upgrade: ${upgrade}`] }), reaches: '/plain' },
    { name: `${upgrade}, an open place`, ask: raw('GET', '/public', { connection: 'Upgrade, close', fields: [`Upgrade: ${upgrade}`] }), reaches: 'open /public' }
  ]))
})

/** The extended CONNECT of RFC 8441, which Fastify does not offer. Whatever comes of it is no handler. */
async function connectOverHttp2 (app: FastifyInstance, authorization: string | null): Promise<{ status: number, headers: object, body: string }> {
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  try {
    const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http', ':path': '/context', ...(authorization === null ? {} : { authorization }) })
    const [headers] = await once(stream, 'response') as [{ ':status'?: number }]
    await once(stream.resume().end(), 'close')
    return { status: headers[':status'] ?? 0, headers: {}, body: '' }
  } catch {
    return { status: 0, headers: {}, body: '' }
  } finally {
    session.destroy()
  }
}

t.test('over HTTP/2 there are no upgrades', async t => {
  const scene = await openScene(t, {
    server: { http2: true } as unknown as FastifyServerOptions,
    async build (app, stage) {
      await app.register(webSocket)
      await registerFirst(app, stage)
      declareSockets(app, stage)
    }
  })
  await scene.app.listen({ host: '127.0.0.1', port: 0 })
  for (const caller of ['nobody', 'forger', 'reader', 'editor'] as const) {
    const { status, places } = await scene.visit(connectOverHttp2 as never, caller)
    t.ok(status === 0 || status >= 400, `${caller}: ${status}`)
    t.strictSame(places, [])
  }
})
