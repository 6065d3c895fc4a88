import { request as ask } from 'node:http'
import t from 'tap'

import { openApp } from '../../fixtures/open-app.js'
import { startService } from '../../fixtures/validation-service.js'
import { allOf, anyOf, fromCookie, fromHeader, not, requireGroups, requirePermissions, requirePolicy, requireRoles, requireScopes } from '../../../lib/index.js'
import { gateway, gatewayClient } from '../../../lib/providers/gateway/index.js'

import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyServerOptions, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Asked } from '../../fixtures/validation-service.js'
import type { GatewayOptions } from '../../../lib/providers/gateway/index.js'

const good = { authorization: 'Bearer good' }
/** Thrown by whoever throws no error. */
const nothing: unknown = Object.create(null)
const yes = () => ({ body: { sub: 'alice' } })

function declare (app: FastifyInstance): void {
  app.route({ method: ['GET', 'POST', 'PUT'], url: '/books/:id', handler: async ({ body }) => body ?? 'in' })
}

/** What the service is asked about one request. */
async function asked (t: Test, options: Partial<GatewayOptions>, request: InjectOptions = {}, server: FastifyServerOptions = {}): Promise<Asked> {
  const service = await startService(t, yes)
  const app = await openApp(t, { authenticators: [gateway({ url: service.url, ...options })] }, declare, server)
  const { statusCode, body } = await app.inject({ url: '/books/7?page=2', headers: good, ...request })
  t.equal(statusCode, 200, body)
  return service.last()
}

/** As written: whoever injects a request tidies its path. */
async function statusOf (port: number, path: string): Promise<number | undefined> {
  return await new Promise(resolve => ask({ host: '127.0.0.1', port, path, headers: good, agent: false }, response => { resolve(response.resume().statusCode) }).end())
}

t.test('asks with GET, the credential, and what is known of the request; nothing else of the caller', async t => {
  const { method, url, body, headers } = await asked(t, {}, { headers: { ...good, cookie: 'a=b', 'x-own': 'own', 'user-agent': 'agent', origin: 'https://app.example' } })
  const { host, 'x-request-id': id, ...others } = headers
  t.match([method, url, body, id], ['GET', '/validate', '', /./])
  t.strictSame(others, {
    accept: '*/*',
    'accept-encoding': 'identity',
    authorization: 'Bearer good',
    connection: 'keep-alive',
    'x-forwarded-method': 'GET',
    'x-original-method': 'GET',
    'x-forwarded-uri': '/books/7?page=2',
    'x-original-uri': '/books/7?page=2',
    'x-forwarded-host': 'localhost:80',
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '127.0.0.1'
  })
})

t.test('asks with another method, or with that of the request', async t => {
  t.equal((await asked(t, { method: 'PUT' })).method, 'PUT')
  t.equal((await asked(t, { method: 'preserve' }, { method: 'POST' })).method, 'POST')
})

t.test('adds path and query to the address when told so, and follows no path out of it', async t => {
  t.equal((await asked(t, { appendUrl: true })).url, '/validate/books/7?page=2')
  const service = await startService(t, yes)
  const app = await openApp(t, { authenticators: [gateway({ url: `${service.url}/?from=app`, appendUrl: true })] }, app => { app.get('/*', async () => 'in') })
  t.equal((await app.inject({ url: '/a?b=c', headers: good })).statusCode, 200)
  t.equal(service.last().url, '/validate/a?from=app&b=c')
  const plain = await openApp(t, { authenticators: [gateway({ url: service.url, appendUrl: true })] }, app => { app.get('/*', async () => 'in') })
  await plain.listen({ port: 0, host: '127.0.0.1' })
  const { port } = plain.server.address() as AddressInfo
  for (const url of ['/../other', '/%2e%2e/other', '/a/../../other']) {
    t.equal(await statusOf(port, url), 503, url)
  }
  t.equal(service.asked.length, 1)
})

t.test('puts the credential where the service looks for it', async t => {
  const places: ReadonlyArray<readonly [Partial<GatewayOptions>, Record<string, string | undefined>]> = [
    [{ credential: { header: 'Authorization', prefix: null } }, { authorization: 'good', cookie: undefined }],
    [{ credential: { header: 'X-Token' } }, { 'x-token': 'good', authorization: undefined }],
    [{ credential: { header: 'x-token', prefix: 'Token' } }, { 'x-token': 'Token good' }],
    [{ credential: { cookie: 'session' } }, { cookie: 'session=good', authorization: undefined }],
    [{ credential: null, headers: ({ token }) => ({ 'X-Digest': token.toUpperCase() }) }, { 'x-digest': 'GOOD', authorization: undefined }]
  ]
  for (const [options, wanted] of places) {
    const { headers } = await asked(t, options)
    for (const [name, value] of Object.entries(wanted)) t.equal(headers[name], value, JSON.stringify(options))
  }
  const { headers } = await asked(t, { sources: fromCookie('session'), credential: { cookie: 'session' } }, { headers: { cookie: 'session="a%3Bb=c%25"; other=1' } })
  t.equal(headers.cookie, 'session=a%3Bb=c%25', 'written so that the service reads the same')
  t.equal((await asked(t, { sources: [fromHeader('x-api-token', null)] }, { headers: { 'x-api-token': 'good' } })).headers.authorization, 'Bearer good')
})

t.test('sends the headers that are listed, but for those of connections and those that say who somebody is', async t => {
  const sent = {
    ...good,
    'x-tenant': 'acme',
    'x-trace-a': '1',
    'x-trace-b': '2',
    'x-secret': 'no',
    connection: 'close, x-hop',
    'x-hop': 'no',
    te: 'trailers',
    expect: '',
    upgrade: 'h2c',
    'x-user': 'root',
    x_user: 'root',
    'X-USER': 'root',
    'x-forwarded-for': '6.6.6.6',
    x_forwarded_for: '6.6.6.6',
    forwarded: 'for=6.6.6.6',
    'x-real-ip': '6.6.6.6',
    'x-request-id': 'mine'
  }
  const options: Partial<GatewayOptions> = { forwardHeaders: ['*'], dropHeaders: ['x-secret', 'X-Trace-B*'], identity: { id: 'sub', name: { header: 'X-User' } } }
  const { rawHeaders } = await asked(t, options, { headers: sent })
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  t.ok(['x-tenant', 'x-trace-a', 'authorization'].every(name => names.includes(name)))
  const text = JSON.stringify(rawHeaders)
  for (const absent of ['root', '6.6.6.6', 'x-secret', 'x-trace-b', 'x-hop', 'h2c', 'trailers', 'mine']) t.notMatch(text, absent, absent)
})

t.test('adds headers of its own, in place of the caller’s', async t => {
  const caller = { ...good, 'x-tenant': 'theirs' }
  t.equal((await asked(t, { forwardHeaders: ['x-tenant'], headers: { 'X-Tenant': 'ours' } }, { headers: caller })).headers['x-tenant'], 'ours')
  const { headers } = await asked(t, { headers: async ({ request, token }) => ({ 'x-service-key': `${String(request?.method)} ${token}` }) })
  t.match(headers, { 'x-service-key': 'GET good', authorization: 'Bearer good' })
  const spelled = { ...caller, x_tenant: 'theirs', X_Token: 'theirs' }
  const { rawHeaders } = await asked(t, { forwardHeaders: ['*'], headers: { 'X-Tenant': 'ours' }, credential: { header: 'x-token' } }, { headers: spelled })
  t.notMatch(JSON.stringify(rawHeaders), 'theirs', 'however the caller writes them')
})

t.test('headers that fail, or that cannot be sent, are 503, and nobody is asked', async t => {
  const service = await startService(t, yes)
  const makers: ReadonlyArray<GatewayOptions['headers']> = [
    () => { throw new TypeError('secret') }, async () => { throw new Error('secret') }, async () => { throw nothing }, () => ({ 'x-a': 'b\r\nc: d' }), () => ({ host: 'other' }), () => null as never,
    () => ({ 'x a': 'b' }), async () => await new Promise(() => {})
  ]
  for (const headers of makers) {
    const outcome = await gatewayClient({ url: service.url, headers, timeoutMs: 50 } as GatewayOptions).validate('good')
    t.match(outcome, { kind: 'unavailable', reason: /^gateway_(request|timeout)$/ })
    t.notMatch(JSON.stringify(outcome), 'secret')
  }
  t.equal(service.asked.length, 0)
})

t.test('says what it is told to say of the request, as trustProxy sees it', async t => {
  const proxied = { headers: { ...good, 'x-forwarded-for': '9.9.9.9', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' } }
  const wanted = { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }
  t.match((await asked(t, {}, proxied, { trustProxy: true })).headers, wanted)
  t.match((await asked(t, {}, proxied)).headers, { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost:80', 'x-forwarded-proto': 'http' })
  const bare = await asked(t, { forwarded: false, trace: false })
  t.notOk(Object.keys(bare.headers).some(name => name.startsWith('x-')))
  const some = await asked(t, { forwarded: ['method'], trace: false })
  t.strictSame(Object.keys(some.headers).filter(name => name.startsWith('x-')), ['x-forwarded-method', 'x-original-method'])
  t.equal((await asked(t, {}, { url: '/books/é x' })).headers['x-forwarded-uri'], '/books/%C3%A9%20x')
})

t.test('passes a trace on that is one', async t => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  t.equal((await asked(t, {}, { headers: { ...good, traceparent } })).headers['traceparent'], traceparent)
  t.equal((await asked(t, {}, { headers: { ...good, traceparent: 'x' } })).headers['traceparent'], undefined)
})

t.test('says which route was met and what its guards ask, when told so', async t => {
  const service = await startService(t, () => ({ body: { sub: 'alice', scope: 'a c', g: ['x y'], r: ['r'], p: ['p'] } }))
  const identity = { groups: 'g', roles: 'r', permissions: 'p' }
  const guards = [requireScopes(['a', 'c']), anyOf(requireGroups('x y'), requireRoles('r')), allOf(requirePermissions('p'), requirePolicy('own')), not(requireScopes('never')), requirePolicy(() => true)]
  const app = await openApp(t, { authenticators: [gateway({ url: service.url, requirements: true, identity })], policies: { own: () => true } }, app => {
    app.get('/books/:id', { preHandler: guards }, async () => 'in')
    app.get('/plain', async () => 'in')
  })
  t.equal((await app.inject({ url: '/books/7', headers: good })).statusCode, 200)
  t.match(service.last().headers, {
    'x-route': '/books/:id', 'x-required-scopes': 'a c', 'x-required-groups': 'x%20y', 'x-required-roles': 'r', 'x-required-permissions': 'p', 'x-required-policies': 'own'
  })
  t.notMatch(JSON.stringify(service.last().headers), 'never')
  await app.inject({ url: '/plain', headers: good })
  t.equal(service.last().headers['x-required-scopes'], undefined)
  t.equal(service.last().headers['x-route'], '/plain')
})

t.test('asks as RFC 7662 has it', async t => {
  const service = await startService(t, ({ body }) => ({ body: { active: body.includes('token=good'), sub: 'alice' } }))
  const client = gatewayClient({ url: service.url, introspection: { clientId: 'books:1', clientSecret: 'sec ret' } })
  t.match(await client.validate('good'), { kind: 'allowed', identity: { subject: 'alice' } })
  t.match(service.last(), { method: 'POST', body: 'token=good&token_type_hint=access_token', headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${Buffer.from('books%3A1:sec+ret').toString('base64')}` } })
  t.match(await client.validate('bad'), { kind: 'denied', refusal: 401, reason: 'token_inactive' })
  const posting = gatewayClient({ url: service.url, introspection: { clientId: 'books', clientSecret: 'secret', auth: 'post', tokenTypeHint: null } })
  t.match(await posting.validate('good'), { kind: 'allowed' })
  t.equal(service.last().body, 'token=good&client_id=books&client_secret=secret')
  t.equal(service.last().headers.authorization, undefined)
  for (const body of [{ sub: 'alice' }, { active: 'true', sub: 'alice' }, 'active']) {
    service.answer = () => ({ body })
    t.match(await client.validate('good'), { kind: 'denied', reason: 'token_inactive' }, 'only true is true')
  }
  await client.close()
  await posting.close()
})
