import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { collectLog } from '../fixtures/collect-log.js'
import { documentOf, openDescribed, operationAt, schemesOf, securityOf } from '../fixtures/describe-app.js'
import { openApp } from '../fixtures/open-app.js'
import { reqSerializer, requireKind, requireScopes } from '../../lib/index.js'
import { apiKey, issueApiKey, jsonKeys, memoryKeys } from '../../lib/providers/api-key/index.js'

import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import type { ApiKeyOptions, ApiKeyStore, StoredApiKey } from '../../lib/providers/api-key/index.js'

const billing = issueApiKey({ owner: 'billing', name: 'Billing', scopes: ['invoices.read'], groups: ['finance'] })
const store = memoryKeys([billing.record])
const serializers = { req: reqSerializer }

/** An app whose one way in are API keys. */
function open (t: Test, keys: ApiKeyStore, options: ApiKeyOptions = {}, server: FastifyServerOptions = {}): Promise<FastifyInstance> {
  return openApp(t, { authenticators: [apiKey(keys, options)], failureLimit: null }, declare, server)
}

function declare (app: FastifyInstance): void {
  app.route({ method: ['GET', 'POST'], url: '/me', handler: async ({ user }) => ({ id: user?.id, issuer: user?.issuer, kind: user?.kind, name: user?.name, scopes: user?.scopes, authenticator: user?.authenticator, groups: await user?.groups(), roles: await user?.roles() }) })
  app.get('/invoices', { preHandler: [requireScopes('invoices.read'), requireKind('machine')] }, async () => 'invoices')
  app.get('/orders', { preHandler: requireScopes('orders.read') }, async () => 'orders')
}

/** Status, code and reason of an answer. */
async function ask (app: FastifyInstance, key: string, log?: ReturnType<typeof collectLog>): Promise<string> {
  log?.clear()
  const { statusCode, body } = await app.inject({ url: '/me', headers: { 'x-api-key': key } })
  const { code = 'in' } = JSON.parse(body) as { readonly code?: string }
  return [statusCode, code, ...log?.lines.flatMap(line => line['code'] === code ? line['reason'] : []) ?? []].join(' ')
}

t.test('a key makes its owner the user', async t => {
  const app = await open(t, store)
  const response = await app.inject({ url: '/me', headers: { 'X-API-Key': billing.key } })
  t.strictSame(response.json(), {
    id: 'billing', issuer: 'urn:fastify-gatekeeper:apiKeyAuth', kind: 'machine', name: 'Billing', scopes: ['invoices.read'], authenticator: 'apiKeyAuth', groups: ['finance'], roles: []
  })
  t.match(await app.inject({ url: '/invoices', headers: { 'x-api-key': billing.key } }), { statusCode: 200, body: 'invoices' })
  t.match(await app.inject({ url: '/orders', headers: { 'x-api-key': billing.key } }), { statusCode: 403 })
})

t.test('nobody, and a wrong key, are asked for one', async t => {
  const app = await open(t, store, { realm: 'books' })
  for (const headers of [{}, { 'x-api-key': 'wrong' }]) {
    const response = await app.inject({ url: '/me', headers })
    t.equal(response.statusCode, 401)
    t.equal(response.headers['www-authenticate'], 'ApiKey realm="books"')
  }
})

t.test('keys stand in a header of any name, in the query or in a cookie', async t => {
  const places = [
    [{ name: 'authorization' }, { headers: { authorization: billing.key } }],
    [{ name: 'X-Key' }, { headers: { 'x-key': billing.key } }],
    [{ in: 'query', name: 'key' }, { query: { key: billing.key } }],
    [{ in: 'cookie', name: '__Host-key' }, { headers: { cookie: `a=b; __Host-key=${billing.key}` } }]
  ] as const
  for (const [options, request] of places) {
    const app = await open(t, store, options, { logger: { level: 'silent', serializers } })
    t.match(await app.inject({ url: '/me', ...request }), { statusCode: 200 }, JSON.stringify(options))
    t.match(await app.inject({ url: '/me', headers: { 'x-api-key': billing.key } }), { statusCode: 401 })
  }
})

t.test('a key in a cookie counts on pages of the app only', async t => {
  const app = await open(t, store, { in: 'cookie', name: 'key' })
  const headers = { cookie: `key=${billing.key}`, host: 'api.example' }
  const post = async (more: Record<string, string>) => (await app.inject({ method: 'POST', url: '/me', headers: { ...headers, ...more } })).statusCode
  t.equal(await post({}), 403)
  t.equal(await post({ origin: 'https://evil.example' }), 403)
  t.equal(await post({ 'sec-fetch-site': 'same-origin' }), 200)
  t.equal((await app.inject({ url: '/me', headers })).statusCode, 200)
})

t.test('what cannot be a key, or comes twice, is refused before the store is asked', async t => {
  let asked = 0
  const counting: ApiKeyStore = { findByDigest: async () => { asked++; return null } }
  const log = collectLog()
  const app = await open(t, counting, {}, { logger: log.logger })
  for (const key of ['', 'a b', 'x'.repeat(513), 'ü', 'a\tb']) t.equal(await ask(app, key, log), '401 AUTH_CREDENTIALS_MALFORMED header_syntax', key)
  t.equal(await ask(app, [billing.key, billing.key] as unknown as string, log), '400 AUTH_CREDENTIALS_AMBIGUOUS header_repeated')
  t.equal(asked, 0)
  const byQuery = await open(t, counting, { in: 'query', name: 'key' }, { logger: { level: 'silent', serializers } })
  for (const [url, statusCode] of [['/me?key=a&key=b', 400], ['/me?key=', 401], ['/me?key=a%20b', 401], ['/me?key[a]=b', 401]] as const) t.match(await byQuery.inject(url), { statusCode }, url)
  const byCookie = await open(t, counting, { in: 'cookie', name: 'key' })
  for (const [cookie, statusCode] of [['key=a; key=b', 400], ['key=', 401], ['key="a b"', 401]] as const) t.match(await byCookie.inject({ url: '/me', headers: { cookie } }), { statusCode }, cookie)
  t.equal(asked, 0)
})

t.test('a key with our prefix and a wrong checksum is refused without asking the store, others are looked up', async t => {
  const asked: string[] = []
  const log = collectLog()
  const app = await open(t, { findByDigest: async digest => { asked.push(digest); return null } }, { prefix: ['fgk', 'acme'] }, { logger: log.logger })
  const mistyped = billing.key.slice(0, -1) + (billing.key.endsWith('A') ? 'B' : 'A')
  for (const key of [mistyped, billing.key.slice(0, -1), 'fgk_', 'fgk_x', `acme_${billing.key.slice(4)}`]) t.equal(await ask(app, key, log), '401 AUTH_KEY_REJECTED key_syntax', key)
  t.strictSame(asked, [])
  for (const key of [billing.key, issueApiKey({ owner: 'a', prefix: 'acme' }).key, 'fgk', 'made elsewhere'.replace(' ', ':'), 'sk_live_1', '~!@#$%^&*()']) t.equal(await ask(app, key, log), '401 AUTH_KEY_REJECTED key', key)
  t.equal(asked.length, 6)
  t.ok(asked.every(digest => /^[0-9a-f]{64}$/.test(digest)))
})

t.test('a key counts until it ends or is revoked', async t => {
  const clock = stopClock(t)
  const ending = issueApiKey({ owner: 'ending', expiresAt: Date.now() / 1000 + 60 })
  const keys = memoryKeys([billing.record, ending.record])
  const log = collectLog()
  const app = await open(t, keys, {}, { logger: log.logger })
  clock.advance(59)
  t.equal(await ask(app, ending.key, log), '200 in')
  clock.advance(1)
  t.equal(await ask(app, ending.key, log), '401 AUTH_KEY_REJECTED key_expired')
  t.equal(await ask(app, billing.key, log), '200 in')
  keys.revoke(billing.record.digest)
  t.equal(await ask(app, billing.key, log), '401 AUTH_KEY_REJECTED key_revoked')
})

t.test('a store that throws, or answers anything but a record or null, is an outage', async t => {
  const log = collectLog()
  const record = billing.record
  const answers: readonly unknown[] = [undefined, false, '', 'text', [], {}, { ...record, owner: '' }, { ...record, digest: undefined }, { ...record, digest: record.digest.toUpperCase() },
    { ...record, kind: 'robot' }, { ...record, scopes: null }, { ...record, scopes: 'all' }, { ...record, groups: [7] }, { ...record, revoked: 'false' }, { ...record, expiresAt: new Date() }, { ...record, expiresAt: Date.now() }]
  for (const answer of answers) {
    const app = await open(t, { findByDigest: async () => answer as StoredApiKey }, {}, { logger: log.logger })
    t.equal(await ask(app, billing.key, log), '503 AUTH_PROVIDER_UNAVAILABLE provider_answer', JSON.stringify(answer))
  }
  for (const findByDigest of [() => { throw new Error('down') }, async () => { throw new Error('down') }]) {
    const app = await open(t, { findByDigest }, {}, { logger: log.logger })
    t.equal(await ask(app, billing.key, log), '503 AUTH_PROVIDER_UNAVAILABLE provider_failed')
    t.notMatch(log.text(), billing.key)
  }
})

t.test('a row with columns beside is a record; a record of another key is none', async t => {
  const log = collectLog()
  const row = { ...billing.record, id: 7, createdAt: new Date() }
  t.equal(await ask(await open(t, { findByDigest: async () => row }, {}, { logger: log.logger }), billing.key, log), '200 in')
  const other = issueApiKey({ owner: 'other' }).record
  t.equal(await ask(await open(t, { findByDigest: async () => other }, {}, { logger: log.logger }), billing.key, log), '401 AUTH_KEY_REJECTED key')
})

t.test('a file of keys is read anew while the server runs, and a bad one is logged once', async t => {
  const file = join(t.testdir({ 'keys.json': '{"keys":[]}' }), 'keys.json')
  const log = collectLog('error')
  const app = await open(t, jsonKeys(file), {}, { logger: log.logger })
  t.equal(await ask(app, billing.key), '401 AUTH_KEY_REJECTED')
  writeFileSync(file, JSON.stringify({ keys: [billing.record] }))
  t.equal(await ask(app, billing.key), '200 in')
  t.equal(log.text(), '')
  writeFileSync(file, '{')
  t.equal(await ask(app, billing.key), '200 in')
  t.equal(await ask(app, billing.key), '200 in')
  const [line, ...more] = log.of('API keys could not be read anew; those that were read before count on')
  t.match(line, { problem: /keys\.json must hold a JSON object/ })
  t.strictSame(more, [])
  writeFileSync(file, JSON.stringify({ keys: [{ ...billing.record, revoked: true }] }))
  t.equal(await ask(app, billing.key), '401 AUTH_KEY_REJECTED')
  rmSync(file)
  t.equal(await ask(app, billing.key), '401 AUTH_KEY_REJECTED', 'a file that is gone revokes nothing back')
})

t.test('two of them stand side by side, each with its name, its place and its users', async t => {
  const partner = issueApiKey({ owner: 'billing' })
  const authenticators = [apiKey(store), apiKey(memoryKeys([partner.record]), { authenticator: 'partnerAuth', name: 'x-partner-key', rolesProvider: { fetchRoles: () => ['partner'] } })]
  const app = await openApp(t, { authenticators }, function declareBoth (app) {
    declare(app)
    app.get('/partners', { config: { auth: { mode: 'required', authenticators: ['partnerAuth'] } } }, async request => request.user?.authenticator)
  })
  const response = await app.inject({ url: '/me', headers: { 'x-partner-key': partner.key } })
  t.match(response.json(), { id: 'billing', issuer: 'urn:fastify-gatekeeper:partnerAuth', authenticator: 'partnerAuth', roles: ['partner'] })
  t.match(await app.inject({ url: '/partners', headers: { 'x-partner-key': partner.key } }), { statusCode: 200, body: 'partnerAuth' })
  t.match(await app.inject({ url: '/partners', headers: { 'x-api-key': billing.key } }), { statusCode: 401 })
  t.match(await app.inject({ url: '/me', headers: { 'x-api-key': billing.key, 'x-partner-key': partner.key } }), { statusCode: 400 })
  t.match(await app.inject({ url: '/me', headers: { 'x-api-key': partner.key } }), { statusCode: 401 })
  await t.rejects(openApp(t, { authenticators: [apiKey(store), apiKey(store, { authenticator: 'other' })] }), { code: 'AUTH_OPTION_INVALID' }, 'one place')
  await t.rejects(openApp(t, { authenticators: [apiKey(store), apiKey(store, { name: 'x-other' })] }), { code: 'AUTH_OPTION_INVALID' }, 'one name')
})

t.test('refused keys count against their address, and good ones never', async t => {
  const app = await openApp(t, { authenticators: [apiKey(store)], failureLimit: { max: 3 } }, declare)
  for (let index = 0; index < 5; index++) t.equal(await ask(app, billing.key), '200 in')
  for (let index = 0; index < 3; index++) t.equal(await ask(app, `wrong${index}`), '401 AUTH_KEY_REJECTED')
  const response = await app.inject({ url: '/me', headers: { 'x-api-key': 'wrong' } })
  t.match(response, { statusCode: 429, headers: { 'retry-after': /^\d+$/ } })
  t.equal(await ask(app, billing.key), '429 AUTH_TOO_MANY_FAILURES', 'nothing is verified then')
})

t.test('documents describe the key where it stands', async t => {
  const app = await openDescribed(t, { auth: { authenticators: [apiKey(store), apiKey(store, { in: 'cookie', name: 'key', authenticator: 'keyCookie' })] } }, app => {
    app.get('/invoices', { preHandler: requireScopes('invoices.read') }, async () => 'invoices')
  })
  const document = documentOf(app)
  t.strictSame(schemesOf(document), { apiKeyAuth: { type: 'apiKey', in: 'header', name: 'x-api-key' }, keyCookie: { type: 'apiKey', in: 'cookie', name: 'key' } })
  t.strictSame(Object.keys(securityOf(document)['get /invoices']?.[0] ?? {}), ['apiKeyAuth'])
  t.ok(operationAt(document, '/invoices').responses['401'])
})

t.test('options that are none stop the boot, by name', async t => {
  for (const [keys, options, message] of [
    [undefined, {}, /^apiKey: the store must be an object with the method findByDigest$/],
    [memoryKeys, {}, /if it is a factory, call it/],
    [store, null, /^apiKey must be an object/],
    [store, { header: 'x' }, /^apiKey\.header is not an option/],
    [store, { in: 'body' }, /^apiKey\.in must be/],
    [store, { name: 'x y' }, /^apiKey\.name must be/],
    [store, { name: 'Cookie' }, /^apiKey\.name must not be cookie/],
    [store, { authenticator: ' ' }, /^apiKey\.authenticator must be/],
    [store, { prefix: 'A' }, /^apiKey\.prefix must be/],
    [store, { realm: 'a"b' }, /^apiKey\.realm must be/],
    [store, { groupsProvider: {} }, /^apiKey\.groupsProvider must be an object with the method fetchGroups/],
    [store, { permissionsProvider: { fetchPermissions: () => [], permissionMatch: 'prefix' } }, /^apiKey\.permissionsProvider must be/]
  ] as const) {
    t.throws(() => apiKey(keys as ApiKeyStore, options as ApiKeyOptions), { code: 'AUTH_OPTION_INVALID', message })
  }
})
