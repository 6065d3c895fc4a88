import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

import t from 'tap'
import { interceptors, request } from 'undici'

import { openPassthrough } from '../fixtures/open-passthrough.js'
import { startEcho } from '../fixtures/start-echo.js'
import { startSlowEcho } from '../fixtures/start-slow-echo.js'
import { authDispatcher, authFetch, authHeaders, authMetadata, withAuthMetadata } from '../../lib/passthrough/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'

const CALLERS = 50
const REQUESTS = 200
const KINDS = ['fetch', 'retried', 'headers', 'stream', 'timer', 'raw', 'nested'] as const

/** Whom a downstream call was made for. */
interface Heard { readonly authorization?: string, readonly cookie?: string }

function declare (app: FastifyInstance, t: Test, { origin, elsewhere }: { readonly origin: string, readonly elsewhere: string }): void {
  const dispatcher = authDispatcher()
  const retrying = dispatcher.compose(interceptors.retry({ minTimeout: 1, maxTimeout: 5, maxRetries: 20 }))
  t.teardown(() => dispatcher.close())
  const heard = async (): Promise<Heard> => await (await request(`${origin}/mine`, { dispatcher })).body.json() as Heard

  app.get('/fetch', async () => [await (await authFetch(`${origin}/mine`)).json()])
  app.get('/retried', async () => [await (await request(`${origin}/retried`, { dispatcher: retrying })).body.json()])
  app.get('/headers', async () => [await (await fetch(origin, { headers: await authHeaders(origin) })).json()])
  app.get('/stream', async (_request, reply) => {
    async function * write () {
      for (const mark of ['[', ',', ',']) {
        await wait(Math.random() * 5)
        yield mark + JSON.stringify(await heard())
      }
      yield ']'
    }
    return reply.type('application/json').send(Readable.from(write()))
  })
  app.get('/timer', async (_request, reply) => {
    setTimeout(async () => { reply.send([await heard()]) }, Math.random() * 5)
    return reply
  })
  app.get('/raw', async (_request, reply) => {
    reply.hijack()
    setImmediate(async () => { reply.raw.end(JSON.stringify([await heard(), await heard()])) })
  })
  app.get('/nested', async () => {
    const [[, own] = []] = authMetadata()
    const other = await withAuthMetadata([['authorization', `${own} as another`]], heard)
    t.equal(other.authorization, `${own} as another`)
    return [await heard()]
  })
  app.addHook('onResponse', async function tryElsewhere () {
    await t.rejects(authFetch(elsewhere), { code: 'AUTH_OPTION_INVALID' })
    await t.rejects(request(elsewhere, { dispatcher: retrying }), { code: 'AUTH_OPTION_INVALID' })
  })
}

t.test('200 requests of 50 callers at once: nobody is heard as another, and an origin that is not allowed hears nobody', async t => {
  const [echo, other] = [await startSlowEcho(t), await startEcho(t)]
  const app = await openPassthrough(t, { allowedOrigins: [echo.origin] }, app => declare(app, t, { origin: echo.origin, elsewhere: other.origin }))
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const wrong: unknown[] = []
  let heard = 0

  await Promise.all(Array.from({ length: REQUESTS }, async function ask (_, index) {
    const name = `caller-${index % CALLERS}`
    const credentials = { authorization: `Bearer ${name}`, cookie: `session=${name}` }
    await wait(Math.random() * 20)
    const response = await fetch(`${address}/${KINDS[index % KINDS.length]}`, { headers: credentials })
    for (const { authorization, cookie } of await response.json() as readonly Heard[]) {
      heard++
      if (authorization !== credentials.authorization || cookie !== credentials.cookie) wrong.push({ index, authorization, cookie })
    }
  }))

  t.strictSame(wrong, [])
  t.ok(heard > REQUESTS)
  t.strictSame(other.calls, [])
  t.strictSame(authMetadata(), [], 'and nothing is left behind')
})

t.test('a caller without credentials on a connection of one who has some is nobody', async t => {
  const echo = await startEcho(t)
  const dispatcher = authDispatcher({ missing: 'bare' })
  t.teardown(() => dispatcher.close())
  const app = await openPassthrough(t, { required: false, allowedOrigins: [echo.origin] }, app => {
    app.get('/', async () => await (await request(echo.origin, { dispatcher })).body.json())
    app.get('/off', { config: { passthrough: 'off' } }, async () => await (await request(echo.origin, { dispatcher })).body.json())
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  for (let round = 0; round < 10; round++) {
    const headers = { authorization: 'Bearer alice' }
    t.match(await (await fetch(address, { headers })).json(), headers)
    t.match(await (await fetch(address)).json(), { authorization: undefined })
    t.match(await (await fetch(`${address}/off`, { headers })).json(), { authorization: undefined })
  }
})

t.test('a header that only another caller had does not stay with a client that keeps its headers', async t => {
  const [echo, other] = [await startEcho(t), await startEcho(t)]
  const dispatcher = authDispatcher({ elsewhere: 'bare', missing: 'bare' })
  t.teardown(() => dispatcher.close())
  const kept: Record<string, string> = {}
  const app = await openPassthrough(t, { required: false, allowedOrigins: [echo.origin], extractors: [({ headers }: { headers: Record<string, string> }) => headers['x-tenant'] === undefined ? null : ['x-own', headers['x-tenant']]] }, app => {
    app.get('/', async ({ query }) => {
      Object.assign(kept, await authHeaders(echo.origin, { missing: 'bare' }))
      return await (await request((query as { to: string }).to, { dispatcher, headers: kept })).body.json()
    })
  })
  t.match((await app.inject({ url: '/', query: { to: echo.origin }, headers: { 'x-tenant': 'alice' } })).json(), { 'x-own': 'alice' })
  t.strictSame(kept, { 'x-own': 'alice' })
  for (const to of [echo.origin, other.origin]) {
    t.match((await app.inject({ url: '/', query: { to } })).json(), { 'x-own': undefined }, 'of nobody')
  }
})

t.test('no log line holds what was captured', async t => {
  const lines: string[] = []
  const app = await openPassthrough(t, { required: false, extractors: [() => { throw new Error('a secret') }, ({ headers }: { headers: Record<string, string> }) => ['x-key', headers['x-key']]] }, app => {
    app.get('/', async () => await authFetch('https://books.example.com'))
  }, { logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } } })
  await app.inject({ url: '/', headers: { 'x-key': 'a secret' } })
  t.ok(lines.length > 3)
  t.notMatch(lines.join(''), 'a secret')
})
