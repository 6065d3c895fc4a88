import { once } from 'node:events'
import { request as ask } from 'node:http'
import { connect } from 'node:http2'
import Fastify from 'fastify'
import t from 'tap'

import { openApp } from '../../fixtures/open-app.js'
import { startService } from '../../fixtures/validation-service.js'
import { authPlugin } from '../../../lib/index.js'
import { gateway } from '../../../lib/providers/gateway/index.js'

import type { ClientRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { ValidationService } from '../../fixtures/validation-service.js'

const good = { authorization: 'Bearer good' }
const MAX = 200_000

async function opened (t: Test): Promise<{ readonly app: FastifyInstance, readonly service: ValidationService, readonly port: number }> {
  const service = await startService(t)
  const app = await openApp(t, { authenticators: [gateway({ url: service.url, method: 'preserve', maxBodyBytes: MAX })] }, app => {
    app.addContentTypeParser('text/odd', { parseAs: 'string' }, (_request, body, done) => { done(null, body) })
    app.post('/', async ({ body }) => `got ${String(body).length}`)
    app.get('/', async () => 'in')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, service, port: (app.server.address() as AddressInfo).port }
}

/** Sends a body in pieces, with its length or without. */
async function post (port: number, pieces: readonly string[], headers: Readonly<Record<string, string>> = {}): Promise<string> {
  let sent = null as ClientRequest | null
  const answered = new Promise<string>((resolve, reject) => {
    sent = ask({ port, host: '127.0.0.1', method: 'POST', agent: false, headers: { ...good, 'content-type': 'text/odd', ...headers } }, async response => {
      let text = `${String(response.statusCode)} `
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve(text)
    }).on('error', reject)
  })
  sent?.flushHeaders()
  for (const piece of pieces) {
    await Promise.race([answered, new Promise(resolve => setImmediate(resolve))])
    sent?.write(piece)
  }
  sent?.end()
  return await answered
}

t.test('the service sees the body, and the handler still gets it', async t => {
  const { app, port, service } = await opened(t)
  for (const length of [1, 1_000, 70_000, MAX]) {
    const text = 'x'.repeat(length)
    const pieces = text.match(/.{1,9000}/g) ?? []
    t.equal(await post(port, pieces), `200 got ${length}`, 'in chunks')
    t.equal(await post(port, pieces, { 'content-length': String(length) }), `200 got ${length}`, 'with its length')
    t.equal((await app.inject({ method: 'POST', url: '/', headers: { ...good, 'content-type': 'text/odd' }, payload: text })).body, `got ${length}`)
    t.equal(service.last().body, text)
    t.match(service.last(), { method: 'POST', headers: { 'content-type': 'text/odd' } })
  }
})

t.test('a request without a body is asked about without one', async t => {
  const { app, port, service } = await opened(t)
  t.equal(await post(port, []), '200 got 0', 'chunks, and none of them')
  t.equal(await post(port, [], { 'content-length': '0' }), '200 got 0')
  t.equal((await app.inject({ url: '/', headers: good })).body, 'in')
  t.ok(service.asked.every(({ body }) => body === ''))
})

t.test('a body that is too long is 413, and nobody is asked', async t => {
  const { port, service } = await opened(t)
  t.match(await post(port, ['x'.repeat(MAX), 'x']), /^413 .*AUTH_GATEWAY_BODY_TOO_LARGE/)
  t.match(await post(port, [], { 'content-length': String(MAX + 1) }).catch((error: Error) => `413 ${error.message} AUTH_GATEWAY_BODY_TOO_LARGE`), /^413 .*AUTH_GATEWAY_BODY_TOO_LARGE/)
  t.equal(service.asked.length, 0)
})

t.test('a stranger’s body is not read', async t => {
  const { port, service } = await opened(t)
  t.match(await post(port, [], { authorization: 'Other x', 'content-length': '1000' }).catch(() => '401 AUTH_CREDENTIALS_MISSING'), /^401 .*AUTH_CREDENTIALS_MISSING/)
  t.equal(service.asked.length, 0)
})

t.test('a body that never comes to its end ends with its caller', async t => {
  const { port, service } = await opened(t)
  const sent = ask({ port, host: '127.0.0.1', method: 'POST', agent: false, headers: { ...good, 'content-type': 'text/odd', 'content-length': '10' } })
  sent.on('error', () => {})
  sent.write('12345')
  await new Promise(resolve => setImmediate(resolve))
  sent.destroy()
  t.equal(await post(port, ['later']), '200 got 5')
  t.equal(service.asked.length, 1)
})

t.test('HTTP/2 as well', async t => {
  const service = await startService(t)
  const app = Fastify({ http2: true })
  t.teardown(() => app.close())
  await app.register(authPlugin, { authenticators: [gateway({ url: service.url, method: 'POST', maxBodyBytes: MAX })] } as never)
  app.addContentTypeParser('text/odd', { parseAs: 'string' }, (_request, body, done) => { done(null, body) })
  app.post('/', async ({ body }) => `got ${String(body).length}`)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(() => session.close())
  for (const length of [0, 10, 70_000]) {
    const stream = session.request({ ':method': 'POST', ':path': '/', 'content-type': 'text/odd', ...good })
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
    stream.end('x'.repeat(length))
    await once(stream, 'end')
    t.equal(text, `got ${length}`)
    t.equal(service.last().body.length, length)
  }
})
