import { once } from 'node:events'
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

import { findFreePort } from '../../../../fixtures/find-free-port.js'
import { json, startHostileService } from '../../../../fixtures/hostile-service.js'
import { setUpTransport, toRequest } from '../../../../fixtures/set-up-transport.js'

import type { Behaviour } from '../../../../fixtures/hostile-service.js'

const NEVER = new AbortController().signal

/** What each way to answer is. */
const OUTCOMES: Readonly<Record<Exclude<Behaviour, `status-${number}`>, string>> = {
  allow: '200',
  inactive: '200',
  empty: '200',
  page: '200',
  'not-json': '200',
  huge: 'too_large',
  'huge-head': 'too_large',
  endless: 'too_large',
  'slow-head': 'timeout',
  'slow-body': 'timeout',
  bomb: 'malformed',
  redirect: '302',
  reset: 'reset',
  hangup: 'reset',
  truncated: 'reset',
  malformed: 'malformed',
  'two-lengths': 'malformed',
  upgrade: 'reset',
  poison: '401',
  hints: '200',
  'allow-and-close': '200'
}

t.test('every way to answer is one outcome, and the pool is sound after each', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { retries: 0, breaker: null, maxConcurrent: 4 })
  for (const [behaviour, expected] of Object.entries(OUTCOMES)) {
    const signal = expected === 'timeout' ? AbortSignal.timeout(100) : NEVER
    t.equal(await outcome(service.url(behaviour as Behaviour), {}, signal), expected, behaviour)
    t.equal(await outcome(service.url('status-403')), '403', `after ${behaviour}`)
  }
  for (const status of [200, 204, 401, 403, 404, 429, 500, 503]) t.equal(await outcome(service.url(`status-${status}`)), String(status))
  const all = await Promise.all(Array.from({ length: 20 }, () => outcome(service.url('allow'))))
  t.strictSame(new Set(all), new Set(['200']))
  t.ok(service.sockets.size <= 4, 'no more connections than are allowed')
})

t.test('an answer comes as it was sent', async t => {
  const service = await startHostileService(t)
  const { transport } = setUpTransport(t)
  service.behaviour = json(403, '{"why":"ä"}', { 'X-Twice': ['one', 'two'], 'Set-Cookie': ['a=1', 'b=2'], 'content-encoding': 'identity' })
  const { status, headers, body } = await transport.send(toRequest(`${service.origin}/check?a=1`), NEVER)
  t.equal(status, 403)
  t.equal(Object.getPrototypeOf(headers), null)
  t.match(headers, { 'x-twice': ['one', 'two'], 'set-cookie': ['a=1', 'b=2'], 'content-type': ['application/json'] })
  t.equal(Buffer.from(body).toString(), '{"why":"ä"}')
  t.equal(service.received[0]?.url, '/check?a=1')
})

t.test('what is sent is what was given, and it asks for nothing compressed', async t => {
  const service = await startHostileService(t)
  const { transport } = setUpTransport(t)
  const body = Buffer.from('token=t')
  await transport.send({ ...toRequest(service.origin, { Authorization: 'Bearer t', 'Accept-Encoding': 'gzip', 'content-type': 'text/plain' }), method: 'POST', body }, NEVER)
  t.match(service.received, [{ method: 'POST', body: 'token=t', headers: { authorization: 'Bearer t', 'accept-encoding': 'identity', 'content-length': '7' } }])
})

t.test('an empty body in an encoding is an empty body, and an answer to HEAD has none', async t => {
  const service = await startHostileService(t)
  const { transport, outcome } = setUpTransport(t)
  service.behaviour = (_request, response) => { response.writeHead(401, { 'content-encoding': 'gzip' }).end() }
  t.equal(await outcome(service.origin), '401')
  service.behaviour = 'huge'
  const { body } = await transport.send({ ...toRequest(service.origin), method: 'HEAD' }, NEVER)
  t.equal(body.byteLength, 0)
})

t.test('an answer of exactly the size that is allowed is read', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { maxAnswerBytes: 10 })
  service.behaviour = json(200, '1'.repeat(10))
  t.equal(await outcome(service.origin), '200')
  service.behaviour = json(200, '1'.repeat(11))
  t.equal(await outcome(service.origin), 'too_large')
})

t.test('connections are used again and again', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t)
  for (let count = 0; count < 10; count++) t.equal(await outcome(service.url('allow')), '200')
  // The next question may begin in the moment in which the answer before it ends.
  t.ok(service.connections <= 2, `${service.connections}`)
})

t.test('an answer that nobody asked for is no answer to the next question', async t => {
  const service = await startHostileService(t)
  const { outcome } = setUpTransport(t, { maxConcurrent: 1, retries: 0 })
  t.equal(await outcome(service.url('poison')), '401')
  t.equal(await outcome(service.url('status-403')), '403')
  t.equal(service.connections, 2)
})

t.test('what cannot be written as HTTP is not sent, and says nothing of the service', async t => {
  const service = await startHostileService(t)
  const { outcome, events } = setUpTransport(t, { breaker: { minFailures: 1 } })
  for (const headers of [{ 'x-a': 'a\r\nb: c' }, { 'a b': 'c' }, { 'transfer-encoding': 'chunked' }, { expect: '100-continue' }, { 'content-length': '3' }]) {
    t.equal(await outcome(service.origin, { headers, method: 'POST', body: Buffer.from('body') }), 'unsendable', JSON.stringify(headers))
  }
  t.equal(await outcome(service.origin), '200')
  t.strictSame(events, [])
  t.equal(service.received.length, 1)
})

t.test('without a connection the system\'s code is told, and nothing else', async t => {
  const port = await findFreePort()
  const { transport } = setUpTransport(t, { retries: 0 })
  await t.rejects(transport.send(toRequest(`http://127.0.0.1:${port}`), NEVER), { name: 'TransportError', kind: 'connect', code: 'ECONNREFUSED', mayRetry: true })
  await t.rejects(transport.send(toRequest('http://no-such-host.invalid'), NEVER), { kind: 'connect', code: /^(ENOTFOUND|EAI_AGAIN)$/ })
})

t.test('a service may listen on a unix domain socket', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  const socketPath = join(folder, 'service.sock')
  const server = createServer((request, response) => { response.end(request.headers.host) }).listen(socketPath)
  t.teardown(function clean () {
    server.close()
    rmSync(folder, { recursive: true })
  })
  await once(server, 'listening')
  const { transport } = setUpTransport(t, { socketPath })
  const { body } = await transport.send(toRequest('http://localhost/check'), NEVER)
  t.equal(Buffer.from(body).toString(), 'localhost')
  await transport.close()
})
