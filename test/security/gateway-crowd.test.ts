import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import Fastify from 'fastify'
import t from 'tap'
import { interceptors, request } from 'undici'

import authPlugin, { currentUser } from '../../lib/index.js'
import { authDispatcher, authFetch, passthrough } from '../../lib/passthrough/index.js'
import { gateway } from '../../lib/providers/gateway/index.js'
import { startEcho } from '../fixtures/start-echo.js'
import { startSlowEcho } from '../fixtures/start-slow-echo.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { GatewayOptions } from '../../lib/providers/gateway/index.js'

const CALLERS = 50
const REQUESTS = 200
const KINDS = ['handler', 'retried', 'stream', 'timer'] as const

/** Whom the gate took somebody for, and whom the downstream service heard. */
interface Seen { readonly user: string, readonly roles: readonly string[], readonly heard: { readonly authorization?: string } }

/** Starts the validation service, and gives its address. */
async function startService (t: Test): Promise<string> {
  const service = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/crowd-service.js', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(async function stop () {
    service.kill()
    await once(service, 'exit')
  })
  const [line] = await once(service.stdout, 'data') as [Buffer]
  return line.toString().trim()
}

function declare (app: FastifyInstance, t: Test, origin: string): void {
  const dispatcher = authDispatcher()
  const retrying = dispatcher.compose(interceptors.retry({ minTimeout: 1, maxTimeout: 5, maxRetries: 20 }))
  t.teardown(() => dispatcher.close())

  app.get('/handler', async request => [await see(request, async () => await (await authFetch(origin)).json())])
  app.get('/retried', async asker => [await see(asker, async () => await (await request(`${origin}/retried`, { dispatcher: retrying })).body.json())])
  app.get('/stream', async (asker, reply) => {
    async function * write () {
      for (const mark of ['[', ',', ',']) {
        await wait(Math.random() * 5)
        yield mark + JSON.stringify(await see(asker, async () => await (await request(origin, { dispatcher })).body.json()))
      }
      yield ']'
    }
    return reply.type('application/json').send(Readable.from(write()))
  })
  app.get('/timer', async (asker, reply) => {
    setTimeout(async () => { reply.send([await see(asker, async () => await (await authFetch(origin)).json())]) }, Math.random() * 5)
    return reply
  })
}

async function see (asker: Parameters<typeof currentUser>[0], hear: () => Promise<unknown>): Promise<Seen> {
  const heard = await hear() as Seen['heard']
  const user = currentUser(asker)
  return { user: user.id, roles: await user.roles(), heard }
}

async function openCrowd (t: Test, options: Partial<GatewayOptions>) {
  const [url, echo, other] = [await startService(t), await startSlowEcho(t), await startEcho(t)]
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { authenticators: [gateway({ url, breaker: null, identity: { roles: 'roles' }, ...options })] })
  await app.register(passthrough, { allowedOrigins: [echo.origin] })
  declare(app, t, echo.origin)
  app.addHook('onResponse', async function tryElsewhere () {
    await t.rejects(authFetch(other.origin), { code: 'AUTH_OPTION_INVALID' })
  })
  return { address: await app.listen({ host: '127.0.0.1', port: 0 }), other }
}

for (const [title, options] of Object.entries({ 'asking about each': {}, 'remembering decisions': { forwarded: false, cache: { allowedSeconds: 30, deniedSeconds: 5 } } })) {
  t.test(`200 requests of 50 callers, behind a service that another process runs, ${title}: nobody is taken for another, on the way in or out`, async t => {
    const { address, other } = await openCrowd(t, options)
    const wrong: unknown[] = []
    let seen = 0

    async function ask (index: number): Promise<void> {
      const name = `caller-${index % CALLERS}`
      const authorization = `Bearer ${name}`
      const response = await fetch(`${address}/${KINDS[index % KINDS.length]}`, { headers: { authorization } })
      if (response.status === 503) {
        await response.arrayBuffer()
        return await ask(index)
      }
      for (const { user, roles, heard } of await response.json() as readonly Seen[]) {
        seen++
        if (user !== `user-of-${name}` || String(roles) !== `role-of-${name}` || heard.authorization !== authorization) wrong.push({ index, user, roles, heard })
      }
    }
    await Promise.all(Array.from({ length: REQUESTS }, async (_, index) => {
      await wait(Math.random() * 20)
      await ask(index)
    }))

    t.strictSame(wrong, [])
    t.equal(seen, REQUESTS / KINDS.length * 6, 'one for each request, three for each stream')
    t.strictSame(other.calls, [], 'an origin that is not allowed hears nobody')
    const strange = await fetch(`${address}/handler`, { headers: { authorization: 'Bearer stranger' } })
    t.ok([401, 503].includes(strange.status), 'who is nobody\'s stays out')
  })
}
