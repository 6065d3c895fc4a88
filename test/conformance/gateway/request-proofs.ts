import { openGateway } from '../../fixtures/open-gateway.js'
import { requireScopes } from '../../../lib/index.js'

import type { Proofs } from './lines.js'

export const requestProofs: Proofs<'request'> = {
  'method: GET, a fixed one, or the caller’s': async t => {
    for (const [method, asked] of [[undefined, 'GET'], ['PUT', 'PUT'], ['preserve', 'POST']] as const) {
      const { get, service } = await openGateway(t, { ...method !== undefined && { method } })
      await get({ method: 'POST' })
      t.equal(service.last().method, asked)
    }
  },
  'a fixed URL, or with the original path and query; another one for a route': async t => {
    const other = await openGateway(t)
    const declare = (app: typeof other.app) => {
      app.get('/', async () => 'in')
      app.get('/a', { config: { gateway: { url: other.service.url } } }, async () => 'in')
    }
    const { get, service } = await openGateway(t, {}, { declare })
    await get({ url: '/?q=1' })
    t.equal(service.last().url, '/validate')
    await get({ url: '/a' })
    t.strictSame([service.asked.length, other.service.asked.length], [1, 1])
    const appending = await openGateway(t, { appendUrl: true })
    await appending.get({ url: '/?q=1' })
    t.equal(appending.service.last().url, '/validate/?q=1')
  },
  'an allowlist of headers with a safe default, a deny list that wins, static headers, computed ones': async t => {
    const headers = { authorization: 'Bearer good', cookie: 'a=b', 'x-a': 'theirs', 'x-b': 'theirs' }
    const plain = await openGateway(t)
    await plain.get({ headers })
    t.match(plain.service.last().headers, { authorization: 'Bearer good', cookie: undefined, 'x-a': undefined })
    const listed = await openGateway(t, { forwardHeaders: ['x-*'], dropHeaders: ['x-b'], headers: async () => ({ 'x-c': 'ours' }) })
    await listed.get({ headers })
    t.match(listed.service.last().headers, { 'x-a': 'theirs', 'x-b': undefined, 'x-c': 'ours' })
    const fixed = await openGateway(t, { forwardHeaders: ['x-a'], headers: { 'x-a': 'ours' } })
    await fixed.get({ headers })
    t.equal(fixed.service.last().headers['x-a'], 'ours')
  },
  'never Host, Connection and what it names, Keep-Alive, TE, Trailer, Transfer-Encoding, Upgrade, Content-Length, Expect, Proxy-Connection': async t => {
    const { get, service } = await openGateway(t, { forwardHeaders: ['*'] })
    const mine = { host: 'mine', connection: 'close, x-hop', 'x-hop': 'mine', 'keep-alive': 'mine', te: 'mine', trailer: 'mine', upgrade: 'mine', 'proxy-connection': 'mine', 'proxy-authorization': 'mine' }
    await get({ method: 'POST', payload: { a: 1 }, headers: { authorization: 'Bearer good', ...mine } })
    const { host, connection, ...others } = service.last().headers
    t.strictSame([host, connection], [new URL(service.url).host, 'keep-alive'])
    t.ok(['content-length', 'transfer-encoding', 'expect', 'trailer', 'te', 'keep-alive', 'upgrade', 'proxy-connection', 'proxy-authorization', 'x-hop'].every(name => others[name] === undefined))
    t.notMatch(JSON.stringify({ ...others, 'x-forwarded-host': '' }), 'mine')
  },
  'X-Forwarded-* and X-Original-* of our own; copies of the caller dropped, unless Fastify trusts its proxy': async t => {
    const headers = { authorization: 'Bearer good', 'x-forwarded-for': '9.9.9.9', 'x-forwarded-host': 'h', x_forwarded_for: '8.8.8.8', 'x-original-uri': '/public', forwarded: 'for=7.7.7.7' }
    for (const [trustProxy, seen] of [[false, '127.0.0.1'], [true, '9.9.9.9']] as const) {
      const { get, service } = await openGateway(t, { forwardHeaders: ['*'] }, { server: { trustProxy } })
      await get({ url: '/?a=b', headers })
      t.match(service.last().headers, { 'x-forwarded-for': seen, 'x-forwarded-method': 'GET', 'x-original-method': 'GET', 'x-forwarded-uri': '/?a=b', 'x-original-uri': '/?a=b', 'x-forwarded-proto': 'http', x_forwarded_for: undefined, forwarded: undefined })
    }
  },
  'X-Request-Id and traceparent': async t => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`
    const { get, service } = await openGateway(t, {}, { server: { genReqId: () => 'request 7' } })
    await get({ headers: { authorization: 'Bearer good', traceparent } })
    t.match(service.last().headers, { 'x-request-id': 'request%207', traceparent })
  },
  'the matched route, and what its guards ask, as headers': async t => {
    const { get, service } = await openGateway(t, { requirements: true }, { declare: app => { app.get('/books/:id', { preHandler: requireScopes('read') }, async () => 'in') } })
    t.equal((await get({ url: '/books/7' })).statusCode, 200)
    t.match(service.last().headers, { 'x-route': '/books/:id', 'x-required-scopes': 'read' })
  },
  'the form of introspection': async t => {
    const { get, service } = await openGateway(t, { introspection: { clientId: 'a', clientSecret: 'b', auth: 'post' } }, { answer: () => ({ body: { active: true, sub: 'alice' } }) })
    t.equal((await get()).body, 'alice')
    t.match(service.last(), { method: 'POST', body: 'token=good&token_type_hint=access_token&client_id=a&client_secret=b' })
    service.answer = () => ({ body: { sub: 'alice' } })
    t.equal((await get()).statusCode, 401)
  },
  'the body with a limit, off by default': async t => {
    const payload = { a: 'b' }
    const off = await openGateway(t, { method: 'POST' })
    await off.get({ method: 'POST', payload })
    t.equal(off.service.last().body, '')
    const on = await openGateway(t, { method: 'POST', maxBodyBytes: 20 })
    await on.get({ method: 'POST', payload })
    t.equal(on.service.last().body, '{"a":"b"}')
    t.match((await on.get({ method: 'POST', payload: { a: 'b'.repeat(20) } })).json(), { statusCode: 413, code: 'AUTH_GATEWAY_BODY_TOO_LARGE' })
  }
}
