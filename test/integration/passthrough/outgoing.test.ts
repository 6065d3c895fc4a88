import { createServer } from 'node:http'

import t from 'tap'
import { fetch as undiciFetch, interceptors, request, upgrade } from 'undici'

import { startEcho } from '../../fixtures/start-echo.js'
import { ALICE, asCaller, dispatching, unwrap, waysOf } from '../../fixtures/ways-out.js'
import { authFetch, authHeaders, authMetadata, cookie, customHeader } from '../../../lib/passthrough/index.js'

import type { AddressInfo } from 'node:net'
import type { BareOptions } from '../../../lib/passthrough/index.js'

function credentialsOf (headers: unknown): unknown {
  const { authorization, cookie } = headers as Record<string, unknown>
  return { authorization, cookie }
}

t.test('calls to an allowed origin carry what the caller sent', async t => {
  const echo = await startEcho(t)
  for (const [way, call] of waysOf(t)) {
    t.strictSame(credentialsOf(await asCaller(t, () => call(`${echo.origin}/mine`), { allowed: [echo.origin] })), ALICE, way)
  }
})

t.test('no other origin gets anything: neither another port, nor another host, nor another spelling', async t => {
  const [echo, other] = [await startEcho(t), await startEcho(t)]
  const port = new URL(echo.origin).port
  for (const [way, call] of waysOf(t)) {
    for (const url of [other.origin, `http://localhost:${port}`, `http://127.0.0.2:${port}`]) {
      await t.rejects(asCaller(t, () => call(url), { allowed: [echo.origin] }), { code: 'AUTH_OPTION_INVALID', message: /allowedOrigins does not have http:/ }, `${way} ${url}`)
    }
  }
  t.strictSame([echo.calls, other.calls], [[], []], 'and nothing was sent')
  await t.rejects(asCaller(t, () => authHeaders('blob:https://books.example.com/1'), { allowed: ['https://books.example.com'] }), { code: 'AUTH_OPTION_INVALID' })
  await t.rejects(asCaller(t, () => authHeaders('mine'), { allowed: [echo.origin] }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('without credentials nothing goes out, unless that is said out loud', async t => {
  const echo = await startEcho(t)
  for (const [way, call] of waysOf(t)) {
    const asNobody = (bare?: BareOptions) => asCaller(t, () => call(echo.origin, {}, bare), { allowed: [echo.origin], headers: {} })
    await t.rejects(asNobody(), { code: 'AUTH_CREDENTIALS_MISSING', statusCode: 401 }, way)
    await t.rejects(call(echo.origin), { code: 'AUTH_CREDENTIALS_MISSING' }, `${way}, outside requests`)
    t.equal(echo.calls.length, 0)
    t.strictSame(credentialsOf(await asNobody({ missing: 'bare' })), { authorization: undefined, cookie: undefined }, way)
    t.ok(await call(echo.origin, {}, { missing: 'bare' }), `${way}, outside requests`)
    ;(echo.calls as unknown[]).length = 0
  }
})

t.test('calls elsewhere go out bare where that is said out loud, stale credentials taken off', async t => {
  const [echo, other] = [await startEcho(t), await startEcho(t)]
  const stale = { authorization: 'Bearer stale', Cookie: 'stale=1', 'X-Key': 'stale', accept: 'text/plain' }
  for (const [way, call] of [...waysOf(t)].filter(([way]) => way !== 'authHeaders')) {
    const headers = await asCaller(t, () => call(other.origin, stale, { elsewhere: 'bare' }), { allowed: [echo.origin], extractors: [customHeader('x-key'), cookie()] })
    t.match(headers, { authorization: undefined, cookie: undefined, 'x-key': undefined, accept: 'text/plain' }, way)
  }
  t.strictSame(await asCaller(t, () => authHeaders(other.origin, { elsewhere: 'bare' }), { allowed: [echo.origin] }), {})
})

t.test('what a call has of its own under these names is replaced', async t => {
  const echo = await startEcho(t)
  for (const [way, call] of waysOf(t)) {
    const headers = await asCaller(t, () => call(echo.origin, { authorization: 'Bearer stale', accept: 'text/plain' }), { allowed: [echo.origin] })
    t.match(headers, { ...ALICE, accept: 'text/plain' }, way)
  }
})

t.test('of two pairs of one name the later is sent, and cookies are joined', async t => {
  const echo = await startEcho(t)
  const extractors = [cookie(), () => ['x-key', '1'], cookie('session'), () => ['x-key', '2'], () => ['cookie', 'theme=dark; session=2;']]
  for (const [way, call] of waysOf(t)) {
    t.match(await asCaller(t, () => call(echo.origin), { allowed: [echo.origin], extractors }), { 'x-key': '2', cookie: 'session=2; theme=dark', authorization: undefined }, way)
  }
})

t.test('an answer that sends elsewhere is an error while credentials are attached', async t => {
  const [echo, other] = [await startEcho(t), await startEcho(t)]
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [other.origin, `${echo.origin}/next`]) {
      echo.misbehave = response => { response.writeHead(status, { location }).end('moved'); return true }
      for (const [way, call] of [...waysOf(t)].filter(([way]) => way !== 'authHeaders')) {
        const before = echo.calls.length
        await t.rejects(asCaller(t, () => call(echo.origin), { allowed: [echo.origin, other.origin] }), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503, cause: { reason: 'redirect' } }, `${way} ${status}`)
        t.equal(echo.calls.length, before + 1)
      }
    }
  }
  t.equal(other.calls.length, 0)
  echo.misbehave = response => { response.writeHead(302, { location: other.origin }).end(); return true }
  const followed = await asCaller(t, () => authFetch(echo.origin, {}, { missing: 'bare' }), { allowed: [echo.origin, other.origin], headers: {} })
  t.strictSame([followed.redirected, followed.status, other.calls.length], [true, 200, 1], 'what carries none is followed as always')
})

t.test('fetch that follows redirects by itself is checked at every hop', async t => {
  const [echo, other] = [await startEcho(t), await startEcho(t)]
  echo.misbehave = response => { response.writeHead(302, { location: other.origin }).end(); return true }
  await t.rejects(asCaller(t, () => unwrap(undiciFetch(echo.origin, { dispatcher: dispatching(t, { missing: 'bare' }) })), { allowed: [echo.origin], headers: {} }), { code: 'AUTH_OPTION_INVALID' })
  t.equal(other.calls.length, 0)
})

t.test('a client that tries again has the credentials of its call at every attempt, once', async t => {
  const echo = await startEcho(t)
  echo.misbehave = (response, _call, number) => {
    if (number % 3 === 0) return undefined
    number % 3 === 1 ? response.destroy() : response.writeHead(503).end()
    return true
  }
  const dispatcher = dispatching(t).compose(interceptors.retry({ minTimeout: 1, maxTimeout: 1 }))
  const alice = await asCaller(t, async () => await (await request(echo.origin, { dispatcher, headers: ['X-Trace', '1', 'Authorization', 'Bearer stale'] })).body.json(), { allowed: [echo.origin] })
  t.match(alice, { ...ALICE, 'x-trace': '1' })
  t.strictSame(echo.calls.map(({ headers }) => credentialsOf(headers)), [ALICE, ALICE, ALICE])
  const bob = await asCaller(t, async () => await (await request(echo.origin, { dispatcher })).body.json(), { allowed: [echo.origin], headers: { authorization: 'Bearer bob' } })
  t.strictSame(credentialsOf(bob), { authorization: 'Bearer bob', cookie: undefined })
})

t.test('a service that does not take the credentials is asked once, and what it says is for the app', async t => {
  const echo = await startEcho(t)
  echo.misbehave = response => { response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(); return true }
  const response = await asCaller(t, () => authFetch(echo.origin), { allowed: [echo.origin] }) as Response
  t.strictSame([response.status, response.headers.get('www-authenticate'), echo.calls.length], [401, 'Bearer', 1])
})

t.test('headers are taken in every way that undici takes them', async t => {
  const echo = await startEcho(t)
  const dispatcher = dispatching(t)
  const given = [['X-A', '1', 'AUTHORIZATION', 'x'], [['X-A', '1'], ['Cookie', 'x']], new Map([['X-A', '1']]), { 'X-A': ['1'], authorization: undefined }, new Headers({ 'x-a': '1' }), null, undefined]
  for (const headers of given) {
    const form = Array.isArray(headers) && Array.isArray(headers[0]) ? new Map(headers as Array<[string, string]>) : headers
    const got = await asCaller(t, async () => await (await request(echo.origin, { dispatcher, headers: form as never })).body.json(), { allowed: [echo.origin] })
    t.match(got, { ...ALICE, ...headers != null && { 'x-a': '1' } })
  }
  await t.rejects(asCaller(t, () => authFetch(new Request(echo.origin), {}), { allowed: [] }), { code: 'AUTH_OPTION_INVALID' })
  const got = await asCaller(t, async () => await (await authFetch(new Request(echo.origin, { headers: { 'x-a': '1', cookie: 'x' } }))).json(), { allowed: [echo.origin] })
  t.match(got, { ...ALICE, 'x-a': '1' })
})

t.test('a streamed body and what reads it are on behalf of the caller', async t => {
  const echo = await startEcho(t)
  const dispatcher = dispatching(t)
  for (const name of ['alice', 'bob']) {
    const seen = await asCaller(t, async function read () {
      const { body } = await request(echo.origin, { dispatcher, method: 'POST', body: 'x' })
      return await new Promise(resolve => body.on('data', () => resolve(authMetadata())))
    }, { allowed: [echo.origin], headers: { authorization: name } })
    t.strictSame(seen, [['authorization', name]])
  }
})

t.test('an upgrade carries credentials, and a call that is broken off fails', async t => {
  const echo = await startEcho(t)
  const dispatcher = dispatching(t)
  const service = createServer()
  t.teardown(() => service.close())
  service.on('upgrade', ({ headers }, socket) => { socket.end(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\nx-for: ${headers.authorization}\r\n\r\n`) })
  await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const upgraded = await asCaller(t, async () => {
    const { headers, socket } = await upgrade(origin, { dispatcher, protocol: 'echo' })
    socket.destroy()
    return headers['x-for']
  }, { allowed: [origin] })
  t.equal(upgraded, ALICE.authorization)
  echo.misbehave = response => { response.destroy(); return true }
  await t.rejects(asCaller(t, () => request(echo.origin, { dispatcher }), { allowed: [echo.origin] }), { code: 'UND_ERR_SOCKET' })
})
