import { openGateway } from '../../fixtures/open-gateway.js'
import { stopClock } from '../../fixtures/clock.js'
import { tokenAnswer } from '../../fixtures/validation-service.js'
import { requirePolicy, requireScopes } from '../../../lib/index.js'
import { memoryStore } from '../../../lib/sources/cache/index.js'

import type { Test } from 'tap'
import type { Proofs } from './lines.js'
import type { GatewaySetting } from '../../fixtures/open-gateway.js'
import type { Guard } from '../../../lib/index.js'
import type { GatewayOptions } from '../../../lib/providers/gateway/index.js'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const cached = async (t: Test, options: Partial<GatewayOptions> = {}, setting: GatewaySetting = {}) => await openGateway(t, { cache: { allowedSeconds: 60, deniedSeconds: 30 }, forwarded: false, ...options }, setting)

export const cacheProofs: Proofs<'cache'> = {
  'off by default; times of their own for yes and no; bounded': async t => {
    const off = await openGateway(t)
    for (let sent = 0; sent < 2; sent++) await off.get()
    t.equal(off.service.asked.length, 2)
    const clock = stopClock(t, Date.now())
    const { get, service } = await cached(t)
    const both = async () => { await get(); await get(bearer('bad')) }
    await both()
    await both()
    t.equal(service.asked.length, 2)
    clock.advance(40)
    await both()
    t.equal(service.asked.length, 3, 'a no is asked for again')
    const small = await cached(t, { cache: { max: 1 } })
    for (const token of ['a', 'b', 'a']) await small.get(bearer(token))
    t.equal(small.service.asked.length, 3)
  },
  'the key is a digest of everything that is sent, and of what the route’s guards ask': async t => {
    const keys: string[] = []
    const store = memoryStore()
    const noting = { get: async (key: string) => await store.get(key), set: async (key: string, value: Uint8Array, ttlMs: number) => { keys.push(key); await store.set(key, value, ttlMs) }, delete: async (key: string) => { await store.delete(key) }, clear: async (prefix: string) => { await store.clear(prefix) } }
    const { get, service } = await cached(t, { forwarded: true, forwardHeaders: ['x-tenant'], cache: { store: noting } }, { answer: () => ({}) })
    for (const request of [{}, { url: '/?a' }, { url: '/' }, { headers: { authorization: 'Bearer good', 'x-tenant': 'acme' } }, bearer('secret-token'), bearer('secret-token')]) await get(request)
    t.equal(service.asked.length, 4)
    t.notMatch(keys.join(), 'secret-token')
    const guards: ReadonlyArray<readonly Guard[]> = [[], [requireScopes('read')], [requireScopes('read')], [requireScopes('write')], [requirePolicy(() => true)], [requirePolicy(() => !false)]]
    const guarded = await cached(t, {}, { declare: app => { for (const [index, preHandler] of guards.entries()) app.get(`/${index}`, { preHandler: [...preHandler] }, async () => 'in') } })
    for (const index of guards.keys()) t.equal((await guarded.get({ url: `/${index}` })).statusCode, 200)
    t.equal(guarded.service.asked.length, 5, 'and of what the guards of the route ask')
  },
  'never past the end of the token; what the service says of caching counts when asked; failures are not kept': async t => {
    const clock = stopClock(t, Date.now())
    const { get, service } = await cached(t, {}, { answer: () => ({ body: { sub: 'alice', exp: Math.floor(Date.now() / 1000) + 10 } }) })
    await get()
    clock.advance(11)
    t.equal((await get()).statusCode, 200)
    t.equal(service.asked.length, 2)
    const asked = await cached(t, { cache: { honorCacheControl: true } }, { answer: () => ({ headers: { 'cache-control': 'no-store' } }) })
    for (let sent = 0; sent < 2; sent++) await asked.get()
    t.equal(asked.service.asked.length, 2)
    const failing = await cached(t, {}, { answer: () => ({ status: 500 }) })
    t.equal((await failing.get()).statusCode, 503)
    failing.service.answer = tokenAnswer
    t.equal((await failing.get()).statusCode, 200)
    failing.service.answer = () => ({ status: 500 })
    t.equal((await failing.get()).statusCode, 200, 'an outage within the lifetime goes unnoticed')
  },
  'the same question is asked once at a time; who hangs up takes nobody along; cookies are for one caller': async t => {
    const { get, service, authenticator } = await cached(t, { allowHeaders: ['set-cookie'], trace: false })
    let release = (): void => {}
    const held = new Promise<void>(resolve => { release = resolve })
    service.answer = async () => { await held; return { body: { sub: 'alice' }, headers: { 'set-cookie': 'a=b' } } }
    const leaver = new AbortController()
    const left = authenticator.client.validate('good', { signal: leaver.signal })
    const first = get()
    const others = [get(), get()]
    leaver.abort()
    t.match(await left, { kind: 'unavailable', reason: 'caller_gone' })
    release()
    const answers = await Promise.all([first, ...others])
    t.ok(answers.every(({ statusCode }) => statusCode === 200))
    t.ok(answers.filter(({ headers }) => headers['set-cookie'] !== undefined).length <= 1)
    t.equal(service.asked.length, 1)
  },
  'forgets a token, a subject, everything; what is under way is not kept then': async t => {
    const { get, service, authenticator: { client } } = await cached(t)
    const forgets = [async () => await client.forgetToken('good'), async () => await client.forgetSubject('alice'), async () => await client.forgetAll()]
    await get()
    for (const [index, forget] of forgets.entries()) {
      await forget()
      await get()
      t.equal(service.asked.length, index + 2)
    }
    let release = (): void => {}
    const held = new Promise<void>(resolve => { release = resolve })
    await client.forgetAll()
    service.answer = async asked => { await held; return await tokenAnswer(asked) }
    const slow = get()
    while (service.asked.length < 5) await new Promise(resolve => setImmediate(resolve))
    await client.forgetToken('good')
    release()
    await slow
    await get()
    t.equal(service.asked.length, 6)
  },
  'a store of one’s own': async t => {
    const store = memoryStore()
    const one = await cached(t, { cache: { store } })
    await one.get()
    const other = await cached(t, { url: one.service.url, cache: { store } })
    t.equal((await other.get()).body, 'alice')
    t.equal(one.service.asked.length, 1)
  },
  'a route may go without it': async t => {
    const { get, service } = await cached(t, {}, { declare: app => { app.get('/pay', { config: { gateway: { cache: false } } }, async () => 'in') } })
    for (let sent = 0; sent < 2; sent++) await get({ url: '/pay' })
    t.equal(service.asked.length, 2)
  }
}
