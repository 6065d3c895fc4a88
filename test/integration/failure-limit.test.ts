import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { pinLogin } from '../fixtures/pin-login.js'
import { AUTH_TOKEN_INVALID } from '../../lib/index.js'

import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { AnyOptions } from '../fixtures/open-app.js'
import type { PinLogin } from '../fixtures/pin-login.js'
import type { JwtProvider, Store } from '../../lib/index.js'

const issuer = handIssuer()

async function open (t: Test, options: AnyOptions = {}, login: PinLogin = pinLogin()) {
  const app = await openApp(t, { authenticators: [login], ...options }, app => { app.get('/', async request => request.user?.id ?? null) })
  return { app, login }
}

/** Types a PIN; 1234 is right. */
function type (app: FastifyInstance, pin: string, { account = 'alice', from = '192.0.2.1' } = {}): Promise<LightMyRequestResponse> {
  return app.inject({ url: '/', headers: { 'x-pin': `${account} ${pin}` }, remoteAddress: from })
}

async function statuses (count: number, send: () => Promise<LightMyRequestResponse>): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index++) {
    seen.push((await send()).statusCode)
  }
  return seen
}

t.test('A37: ten wrong attempts from one address are answered, and no eleventh, right or wrong', async t => {
  const { app, login } = await open(t)
  t.strictSame(await statuses(9, () => type(app, 'wrong')), Array(9).fill(401), 'under')
  t.equal((await type(app, '1234')).statusCode, 200, 'who gets it right goes on')
  t.equal((await type(app, 'wrong')).statusCode, 401, 'at')
  const over = await type(app, '1234')
  t.match(over.json(), { statusCode: 429, code: 'AUTH_TOO_MANY_FAILURES', message: 'Too many failed attempts' })
  t.match(Number(over.headers['retry-after']), 300, 'seconds')
  t.equal(over.headers['www-authenticate'], undefined)
  t.equal(login.asked, 11, 'nobody is asked any more')
})

t.test('A37: the window slides: each failure ends by itself', async t => {
  const advance = moveMonotonicClock(t)
  const { app } = await open(t, { failureLimit: { max: 2, windowSeconds: 1_000 } })
  await type(app, 'wrong')
  advance(600)
  await type(app, 'wrong')
  t.match((await type(app, '1234')).headers['retry-after'], /^(?:399|400)$/)
  advance(401)
  t.equal((await type(app, 'wrong')).statusCode, 401, 'the first has ended')
  t.match((await type(app, '1234')).headers['retry-after'], /^(?:598|599)$/)
})

/** Moves the clock that nobody sets; it goes on in real time beside. */
function moveMonotonicClock (t: Test): (seconds: number) => void {
  let movedMs = 0
  const now = performance.now.bind(performance)
  Object.defineProperty(performance, 'now', { value: () => now() + movedMs, configurable: true, writable: true })
  t.teardown(() => { Reflect.deleteProperty(performance, 'now') })
  return seconds => { movedMs += seconds * 1000 }
}

t.test('A37: nobody is locked out by what others do elsewhere', async t => {
  const { app } = await open(t, { failureLimit: { max: 2 } })
  await statuses(3, () => type(app, 'wrong', { from: '192.0.2.1' }))
  t.equal((await type(app, '1234', { from: '192.0.2.1' })).statusCode, 429)
  t.equal((await type(app, '1234', { from: '192.0.2.2' })).statusCode, 200, 'the same account from another address')
  t.equal((await type(app, '1234', { account: 'bob', from: '192.0.2.1' })).statusCode, 429, 'another account from the same address')
})

t.test('of IPv6 a network of 64 bits counts as one address', async t => {
  const { app } = await open(t, { failureLimit: { max: 2 } })
  t.equal((await type(app, 'wrong', { from: '2001:db8::1' })).statusCode, 401)
  t.equal((await type(app, 'wrong', { from: '2001:db8::ffff:1:2:3' })).statusCode, 401)
  t.equal((await type(app, '1234', { from: '2001:db8:0:0:9::' })).statusCode, 429)
  t.equal((await type(app, '1234', { from: '2001:db8:0:1::1' })).statusCode, 200)
})

t.test('a thousand at once get no more tries than a thousand in turn', async t => {
  const login = pinLogin({ isHeld: true })
  const { app } = await open(t, {}, login)
  const answers = Array.from({ length: 1_500 }, () => type(app, 'wrong'))
  const other = type(app, '1234', { from: '192.0.2.2' })
  login.answerAll()
  const seen = (await Promise.all(answers)).map(answer => answer.statusCode)
  t.equal(seen.filter(status => status === 401).length, 10)
  t.equal(seen.filter(status => status === 429).length, 1_490)
  t.equal((await other).statusCode, 200)
  t.equal(login.asked, 11)
})

t.test('who gets it right is never refused, however many of them there are at once', async t => {
  const login = pinLogin({ isHeld: true })
  const { app } = await open(t, {}, login)
  const answers = Array.from({ length: 200 }, () => type(app, '1234'))
  login.answerAll()
  t.ok((await Promise.all(answers)).every(answer => answer.statusCode === 200))
})

t.test('what is missing, malformed or could not be judged does not count', async t => {
  const login = { ...pinLogin(), verify: () => { throw new Error('down') } }
  const { app } = await open(t, { failureLimit: { max: 1 } }, login as unknown as PinLogin)
  t.strictSame(await statuses(3, () => app.inject('/')), [401, 401, 401])
  t.strictSame(await statuses(3, () => type(app, '1234')), [503, 503, 503])
})

t.test('an account that nobody can name counts for its address', async t => {
  const { app } = await open(t, { failureLimit: { max: 1 } }, { ...pinLogin(), accountOf: () => null } as unknown as PinLogin)
  t.strictSame(await statuses(2, () => type(app, 'wrong')), [401, 429])
})

t.test('where nobody counts, all are answered', async t => {
  const { app } = await open(t, { failureLimit: null })
  t.strictSame(await statuses(12, () => type(app, 'wrong')), Array(12).fill(401))
})

t.test('a signature cannot be guessed: bad tokens of issuers never count', async t => {
  const { app } = await open(t, { jwtProvider: issuer.provider(), failureLimit: { max: 1 } })
  t.strictSame(await statuses(5, () => app.inject({ url: '/', headers: bearer(issuer.token({ exp: 1 })) })), Array(5).fill(401))
})

t.test('tokens that can be guessed count, those that nobody knows included', async t => {
  const known: JwtProvider = {
    ...issuer.provider(),
    name: 'known',
    issuers: ['urn:known'],
    opaqueTokens: token => token === 'the-one',
    countsFailures: true,
    verify: () => ({ ...issuer.provider().verify(issuer.token(), {} as never) as object, issuer: 'urn:known' }) as never
  }
  const { app } = await open(t, { jwtProvider: [issuer.provider(), known], authenticators: [], failureLimit: { max: 2 } })
  const send = (token: string) => app.inject({ url: '/', headers: bearer(token) })
  t.equal((await send('the-one')).statusCode, 200)
  t.match((await send('another')).json(), { statusCode: 401, code: 'AUTH_TOKEN_INVALID' })
  t.equal((await send('another')).statusCode, 401)
  t.match((await send('the-one')).json(), { statusCode: 429 })
  t.equal((await send(issuer.token())).statusCode, 200, 'tokens with a signature go their own way')
})

t.test('JWTs of an issuer that has to be asked count, too', async t => {
  const asking: JwtProvider = { ...issuer.provider(), countsFailures: true, verify: () => { throw new AUTH_TOKEN_INVALID({ reason: 'token_inactive' }) } }
  const { app } = await open(t, { jwtProvider: asking, authenticators: [], failureLimit: { max: 1 } })
  const send = () => app.inject({ url: '/', headers: bearer(issuer.token()) })
  t.strictSame(await statuses(2, send), [401, 429])
})

t.test('two providers that would take any token stop the boot', async t => {
  const any = (name: string): JwtProvider => ({ ...issuer.provider(), name, issuers: [`urn:${name}`], opaqueTokens: 'any' })
  await t.rejects(open(t, { jwtProvider: [any('one'), any('two')], authenticators: [] }), { code: 'AUTH_OPTION_INVALID', message: /one and two/ })
})

function shareStore (): Store & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    get: async key => kept.get(key) ?? null,
    set: async (key, value) => { kept.set(key, value) },
    delete: async key => { kept.delete(key) },
    clear: async () => { kept.clear() }
  }
}

t.test('processes that share a store count together, and the store learns no account', async t => {
  const store = shareStore()
  const one = await open(t, { failureLimit: { max: 2, store } })
  const two = await open(t, { failureLimit: { max: 2, store } })
  t.equal((await type(one.app, 'wrong')).statusCode, 401)
  t.equal((await type(two.app, 'wrong')).statusCode, 401)
  t.equal((await type(one.app, '1234')).statusCode, 429)
  t.equal((await type(two.app, '1234')).statusCode, 429)
  t.notMatch(JSON.stringify([...store.kept.keys()]), 'alice')
})

t.test('what is known of an account at an address counts, should the address be forgotten', async t => {
  const store = shareStore()
  const { app } = await open(t, { failureLimit: { max: 2, store } })
  await statuses(2, () => type(app, 'wrong'))
  const [address] = [...store.kept.keys()].filter(key => (JSON.parse(key) as unknown[]).at(-1) === null)
  await store.delete(address as string)
  t.equal((await type(app, '1234')).statusCode, 429)
  t.equal((await type(app, '1234', { account: 'bob' })).statusCode, 200)
})

t.test('A37: what no longer counts is not kept', async t => {
  const clock = stopClock(t)
  const store = shareStore()
  const ttls: number[] = []
  const { app } = await open(t, { failureLimit: { max: 5, windowSeconds: 10, store: { ...store, set: async (key, value, ttlMs) => { ttls.push(ttlMs); await store.set(key, value, ttlMs) } } } })
  await type(app, 'wrong')
  clock.advance(6)
  await type(app, 'wrong')
  clock.advance(6)
  await type(app, 'wrong')
  t.same(new Set(ttls), new Set([10_000]))
  for (const kept of store.kept.values()) {
    t.equal((JSON.parse(Buffer.from(kept).toString()) as unknown[]).length, 2)
  }
})

t.test('a store that fails lets nobody guess: 503', async t => {
  const store = { ...shareStore(), get: async () => { throw new Error('down') } }
  const { app, login } = await open(t, { failureLimit: { store } })
  t.match((await type(app, '1234')).json(), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' })
  t.equal(login.asked, 0)
})

t.test('a failure that cannot be counted is no failure that may be repeated: 503', async t => {
  const store = { ...shareStore(), set: async () => { throw new Error('down') } }
  const { app } = await open(t, { failureLimit: { store } })
  t.match((await type(app, 'wrong')).json(), { statusCode: 503 })
  t.equal((await type(app, '1234')).statusCode, 200)
})

t.test('behind a proxy that is trusted the address is the one it names', async t => {
  const app = await openApp(t, { authenticators: [pinLogin()], failureLimit: { max: 1 } }, app => { app.get('/', async () => 'in') }, { trustProxy: true })
  const send = (pin: string, from: string) => app.inject({ url: '/', headers: { 'x-pin': `alice ${pin}`, 'x-forwarded-for': from } })
  t.equal((await send('wrong', '192.0.2.1')).statusCode, 401)
  t.equal((await send('1234', '192.0.2.1')).statusCode, 429)
  t.equal((await send('1234', '192.0.2.2')).statusCode, 200)
})

t.test('a document says where 429 can occur', async t => {
  const { default: swagger } = await import('@fastify/swagger')
  for (const [failureLimit, isDocumented] of [[{}, true], [null, false]] as const) {
    const app = await openApp(t, { authenticators: [pinLogin()], failureLimit }, async app => {
      await app.register(swagger, { openapi: {} })
      app.get('/', async () => 'in')
    })
    const { responses } = (app.swagger() as { paths: Record<string, { get: { responses: Record<string, unknown> } }> }).paths['/']?.get ?? { responses: {} }
    t.equal('429' in responses, isDocumented)
  }
})
