import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { createServer } from 'node:net'

import { memoryStore } from '../../../lib/sources/cache/index.js'
import { gateway } from '../../../lib/providers/gateway/index.js'
import { stopClock } from '../../fixtures/clock.js'
import { startHostileService } from '../../fixtures/hostile-service.js'
import { openApp } from '../../fixtures/open-app.js'
import { createTlsFiles } from '../../fixtures/tls-files.js'
import { see, send, status } from './gateway-rows.js'

import type { ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { Behaviour } from '../../fixtures/hostile-service.js'
import type { Scene } from './gateway-rows.js'
import type { Answerer } from '../../fixtures/validation-service.js'
import type { GatewayOptions } from '../../../lib/providers/gateway/index.js'

const [service, other] = [createTlsFiles('localhost'), createTlsFiles('other.example')]
const headers = { authorization: 'Bearer good' }
const late: Answerer = async () => await new Promise(resolve => setTimeout(() => { resolve({}) }, 60))

/** Shows how often the service is asked about so many requests, one after the other. */
const inTurn = (count: number, reply: Answerer) => see(async scene => {
  for (let sent = 0; sent < count; sent++) await send(scene)
  return [count, scene.service.asked.length]
}, reply)

const both = see(async ({ app }) => (await Promise.all(['a', 'b', 'c'].map(token => app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })))).map(({ statusCode }) => statusCode).sort(), late)

/** How often the service is asked about the same caller, twice. */
const questions = (answer: Answerer, tokens: readonly string[] = ['good', 'good']) => see(async ({ app, service }: Scene) => {
  for (const token of tokens) await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })
  return service.asked.length
}, answer)

const yes: Answerer = () => ({ body: { sub: 'alice' } })
const no: Answerer = () => ({ status: 401 })
const noStore: Answerer = () => ({ body: { sub: 'alice' }, headers: { 'cache-control': 'no-store' } })

/** Over TLS, in front of a service with these files. */
function overTls (files: ServerOptions, behaviour: Behaviour = 'allow') {
  return async function observe (options: Options, t: Test): Promise<number> {
    const { origin } = await startHostileService(t, files)
    const app = await openApp(t, { authenticators: [gateway({ url: `${origin}/as/${behaviour}`, retries: 0, ...options } as GatewayOptions)] }, app => { app.get('/', async () => 'in') })
    return (await app.inject({ url: '/', headers })).statusCode
  }
}

/** Whether a service whose first caller never gets through the handshake of TLS lets somebody in. */
async function signInAtSleeper (options: Options, t: Test): Promise<number> {
  const authenticators = [gateway({ url: await startSleeper(t), timeoutMs: 1_500, retries: 3, tls: { ca: service.cert }, ...options } as GatewayOptions)]
  const app = await openApp(t, { authenticators }, app => { app.get('/', async () => 'in') })
  return (await app.inject({ url: '/', headers })).statusCode
}

async function startSleeper (t: Test): Promise<string> {
  const sockets: Socket[] = []
  const server = createTlsServer(service, (_request, response) => { response.end() })
  const door = createServer(function join (socket) {
    sockets.push(socket.on('error', () => {}))
    if (sockets.length > 1) server.emit('connection', socket)
  }).listen(0, '127.0.0.1')
  await once(door, 'listening')
  t.teardown(function stop () {
    door.close()
    for (const socket of sockets) socket.destroy()
  })
  return `https://localhost:${(door.address() as AddressInfo).port}/`
}

/** Shows how those are answered who come after each other: a number is how many seconds pass, a name which token comes. */
function overTime (...story: ReadonlyArray<number | 'good' | 'down'>): Row['observe'] {
  return async function observe (options, t) {
    const clock = stopClock(t)
    return await see(async ({ app, service }) => {
      const statuses: number[] = []
      for (const step of story) {
        if (typeof step === 'number') clock.advance(step)
        else statuses.push((await app.inject({ url: '/', headers: { authorization: `Bearer ${step}` } })).statusCode)
      }
      return [statuses.at(-1), service.asked.length]
    }, ({ headers }) => ({ status: headers.authorization === 'Bearer good' ? 200 : 500 }))(options, t)
  }
}

const down: Answerer = () => ({ status: 500 })
const asksWho: ServerOptions = { ...service, requestCert: true, rejectUnauthorized: true, ca: other.cert }
const breaker = { minFailures: 2, failurePercent: 50, windowSeconds: 60, openSeconds: 60 }
const cache = { allowedSeconds: 60, deniedSeconds: 60 }
const inMemory = { forwarded: false }

export const gatewayTransportRows: readonly Row[] = [
  { option: 'timeoutMs', observe: status(late), value: 5, without: 200, with: 503 },
  { option: 'connectTimeoutMs', observe: signInAtSleeper, value: 300, without: 503, with: 200 },
  { option: 'maxAnswerBytes', observe: status(), value: 3, without: 200, with: 503 },
  { option: 'retries', observe: inTurn(1, () => ({ status: 502 })), value: 2, without: [1, 1], with: [1, 3] },
  { option: 'maxConcurrent', beside: { maxQueued: 0 }, observe: both, value: 1, without: [200, 200, 200], with: [200, 503, 503] },
  { option: 'maxQueued', beside: { maxConcurrent: 1 }, observe: both, value: 0, without: [200, 200, 200], with: [200, 503, 503] },
  { option: 'breaker', observe: inTurn(7, down), value: null, without: [7, 5], with: [7, 7] },
  { option: 'breaker.minFailures', observe: inTurn(7, down), value: breaker, without: [7, 5], with: [7, 2] },
  { option: 'breaker.failurePercent', observe: overTime('good', 'good', 'good', 'down', 'down', 'good'), value: { minFailures: 2, failurePercent: 30 }, instead: { minFailures: 2 }, without: [200, 6], with: [503, 5] },
  { option: 'breaker.windowSeconds', observe: overTime('down', 30, 'down', 'good'), value: { minFailures: 2, windowSeconds: 60 }, instead: { minFailures: 2 }, without: [200, 3], with: [503, 2] },
  { option: 'breaker.openSeconds', observe: overTime('down', 10, 'good'), value: { minFailures: 1, openSeconds: 60 }, instead: { minFailures: 1 }, without: [200, 2], with: [503, 1] },
  { option: 'tls', observe: overTls(service), value: { ca: service.cert }, without: 503, with: 200 },
  { option: 'tls.ca', observe: overTls(service), value: { ca: service.cert }, without: 503, with: 200 },
  { option: 'tls.cert', observe: overTls(asksWho), value: { ca: service.cert, ...other }, instead: { ca: service.cert }, without: 503, with: 200 },
  { option: 'tls.key', observe: overTls(asksWho), value: { ca: service.cert, ...other }, instead: { ca: service.cert }, without: 503, with: 200 },
  { option: 'tls.servername', observe: overTls(other), value: { ca: other.cert, servername: 'other.example' }, instead: { ca: other.cert }, without: 503, with: 200 },
  { option: 'socketPath', observe: status(), value: '/nowhere/at/all.sock', without: 200, with: 503 },
  { option: 'cache', beside: inMemory, observe: questions(yes), value: cache, without: 2, with: 1 },
  { option: 'cache.allowedSeconds', beside: inMemory, observe: questions(yes), value: { allowedSeconds: 0 }, instead: {}, without: 1, with: 2 },
  { option: 'cache.deniedSeconds', beside: inMemory, observe: questions(no), value: { deniedSeconds: 0 }, instead: {}, without: 1, with: 2 },
  { option: 'cache.max', beside: inMemory, observe: questions(yes, ['a', 'b', 'a']), value: { max: 1 }, instead: {}, without: 2, with: 3 },
  { option: 'cache.store', beside: inMemory, observe: shared, value: { store: memoryStore() }, instead: {}, without: 2, with: 1 },
  { option: 'cache.honorCacheControl', beside: inMemory, observe: questions(noStore), value: { honorCacheControl: true }, instead: {}, without: 1, with: 2 }
]

/** How often a service is asked by two apps. */
async function shared (options: Options, t: Test): Promise<unknown> {
  return await see(async ({ service }) => {
    for (let apps = 0; apps < 2; apps++) {
      const app = await openApp(t, { authenticators: [gateway({ url: service.url, ...options } as GatewayOptions)] }, app => { app.get('/', async () => 'in') })
      await app.inject({ url: '/', headers })
    }
    return service.asked.length
  }, yes)(options, t)
}
