import { Type } from '@sinclair/typebox'
import t from 'tap'

import { startService } from '../../fixtures/validation-service.js'
import { gatewayClient } from '../../../lib/providers/gateway/index.js'

import type { Test } from 'tap'
import type { Reply } from '../../fixtures/validation-service.js'
import type { GatewayOptions, GatewayOutcome } from '../../../lib/providers/gateway/index.js'

const USER = { sub: 'alice', name: 'Alice', email: 'alice@acme.example', email_verified: true, client_id: 'app', scope: 'read  write', exp: 4_000_000_000, user: { roles: ['editor'], kind: 'human' } }

async function validated (t: Test, reply: Reply, options: Partial<GatewayOptions> = {}): Promise<GatewayOutcome> {
  const { url } = await startService(t, () => reply)
  const client = gatewayClient({ url, ...options })
  t.teardown(() => client.close())
  return await client.validate('good')
}

async function unusable (t: Test, reply: Reply, options: Partial<GatewayOptions>, reason = 'gateway_identity'): Promise<void> {
  t.match(await validated(t, reply, options), { kind: 'unavailable', reason, status: 200 }, JSON.stringify(options))
}

t.test('reads what JSON says under its usual names, and no groups, roles or permissions that nobody asked for', async t => {
  const outcome = await validated(t, { body: { ...USER, groups: ['admin'], roles: ['admin'], permissions: ['*'] } })
  t.match(outcome, { kind: 'allowed', status: 200, from: 'service', identity: { subject: 'alice', name: 'Alice', email: 'alice@acme.example', emailVerified: true, clientId: 'app', scopes: ['read', 'write'], expiresAt: 4_000_000_000, kind: 'unknown', groups: null, roles: null, permissions: null, claims: USER } })
  t.match(await validated(t, { body: 'ok' }), { identity: { subject: /^credential:[\w-]{43}$/, name: null, scopes: [] } })
  t.match(await validated(t, { status: 204 }), { kind: 'allowed', status: 204 })
})

t.test('reads what it is told to read: members, paths, headers, functions', async t => {
  const headers = { 'X-User': 'bob', 'X-Groups': 'staff, on call ,', 'X-Scopes': 'a b', 'X-Exp': '4000000000', 'X-Kind': 'machine' }
  t.match(await validated(t, { headers }, { identity: { id: { header: 'x-user' }, groups: { header: 'X-Groups' }, scopes: { header: 'x-scopes' }, expiresAt: { header: 'x-exp' }, kind: { header: 'x-kind' } } }), {
    identity: { subject: 'bob', groups: ['staff', 'on call'], scopes: ['a', 'b'], expiresAt: 4_000_000_000, kind: 'machine' }
  })
  t.match(await validated(t, { body: USER }, { identity: { roles: ['user', 'roles'], kind: ['user', 'kind'], issuer: 'client_id', name: null, email: 'name', permissions: ({ json }) => [`is ${String(json?.['name'])}`], groups: 'absent' } }), {
    identity: { roles: ['editor'], kind: 'human', issuer: 'app', name: null, email: 'Alice', emailVerified: null, permissions: ['is Alice'], groups: [] }
  })
  const base64 = Buffer.from(JSON.stringify({ sub: 'carol' })).toString('base64')
  t.match(await validated(t, { headers: { 'X-Userinfo': base64 } }, { identity: { payload: { header: 'x-userinfo', encoding: 'base64' } } }), { identity: { subject: 'carol', claims: { sub: 'carol' } } })
  t.match(await validated(t, { headers: { 'X-Userinfo': '{"sub":"carol"}' } }, { identity: { payload: { header: 'X-Userinfo' } } }), { identity: { subject: 'carol' } })
  t.match(await validated(t, { body: { ...USER, __proto__: null, groups: 'a,b' } }, { identity: { groups: 'groups', id: ['user', 'constructor'] } }), { kind: 'unavailable' })
  t.match(await validated(t, { body: { ...USER, groups: 'a,b' } }, { identity: { groups: 'groups' } }), { identity: { groups: ['a,b'] } }, 'a text is one group')
})

t.test('lets a function make the user', async t => {
  t.match(await validated(t, { body: USER }, { identity: async ({ json, status }) => ({ subject: `${String(json?.['sub'])} ${status}`, roles: ['reader'] }) }), { identity: { subject: 'alice 200', roles: ['reader'], groups: null, kind: 'unknown' } })
  t.match(await validated(t, { body: USER }, { identity: () => { throw new TypeError('secret') } }), { kind: 'unavailable', reason: 'provider_failed' })
  await unusable(t, { body: USER }, { identity: () => null as never })
  await unusable(t, { body: USER }, { identity: () => ({ subject: 'a', claims: { a: 1 } }), claimsSchema: Type.Object({ a: Type.String() }) })
  t.match(await validated(t, { body: USER }, { identity: () => ({ subject: 'a', claims: { a: 'b' } }), claimsSchema: Type.Object({ a: Type.String() }) }), { kind: 'allowed' })
})

t.test('an answer that does not say it as expected is no answer', async t => {
  await unusable(t, { body: USER }, { identity: { id: 'uid' } })
  await unusable(t, { body: { sub: 7 } }, {})
  await unusable(t, { body: { sub: '' } }, {})
  await unusable(t, { body: { sub: ['a', 'b'] } }, {})
  await unusable(t, { body: { sub: 'a', groups: [1] } }, { identity: { groups: 'groups' } })
  await unusable(t, { body: { sub: 'a', exp: 'soon' } }, {})
  await unusable(t, { body: { sub: 'a', exp: [] } }, {})
  await unusable(t, { headers: { 'X-User': ['a', 'b'] } }, { identity: { id: { header: 'x-user' } } })
  await unusable(t, { body: USER }, { claimsSchema: Type.Object({ tenant: Type.String() }) })
  for (const value of ['{', '!', '[]', undefined]) {
    await unusable(t, { headers: { ...value !== undefined && { 'X-Userinfo': value } } }, { identity: { payload: { header: 'x-userinfo' } } })
    await unusable(t, { headers: { ...value !== undefined && { 'X-Userinfo': value } } }, { identity: { payload: { header: 'x-userinfo', encoding: 'base64' } } })
  }
  await unusable(t, { headers: { 'X-Userinfo': ['{"sub":"a"}', '{"sub":"b"}'] } }, { identity: { payload: { header: 'x-userinfo' } } })
  await unusable(t, { body: '[1]', headers: { 'content-type': 'application/problem+json; charset=utf-8' } }, {}, 'gateway_answer')
})

t.test('what is over lets nobody in', async t => {
  t.match(await validated(t, { body: { sub: 'a', exp: 1 } }), { kind: 'denied', refusal: 401, reason: 'expired' })
})

t.test('only a positive signal lets in, and the app may say which', async t => {
  t.match(await validated(t, { body: { active: false } }), { kind: 'denied', refusal: 401, reason: 'token_inactive' })
  t.match(await validated(t, { body: { active: 'yes' } }), { kind: 'denied' })
  t.match(await validated(t, { body: { active: true, sub: 'a' } }), { kind: 'allowed' })
  t.match(await validated(t, { body: { ok: 1 } }, { allow: async ({ json }) => json?.['ok'] === 1 }), { kind: 'allowed' })
  t.match(await validated(t, { body: { ok: 0 } }, { allow: ({ json }) => json?.['ok'] === 1 }), { kind: 'denied', reason: 'token_inactive' })
  t.match(await validated(t, { body: { ok: 0 } }, { allow: () => 'yes' as never }), { kind: 'unavailable', reason: 'gateway_answer' })
  t.match(await validated(t, {}, { allow: () => { throw new Error('secret') } }), { kind: 'unavailable', reason: 'provider_failed' })
  t.match(await validated(t, { status: 202 }, { allowStatuses: [200] }), { kind: 'unavailable', reason: 'gateway_status', status: 202 })
  t.match(await validated(t, { status: 404 }, { allowStatuses: [404] }), { kind: 'allowed', status: 404 })
})

t.test('a status may stand for another one, and then keeps its body to itself', async t => {
  const statusMap = { 404: 403, 302: 401, 420: 429, 403: 503 } as const
  for (const [status, refusal] of [[404, 403], [302, 401], [420, 429]] as const) {
    const outcome = await validated(t, { status, body: 'gone', headers: { location: '/login', 'retry-after': '7', 'ratelimit-limit': '3' } }, { statusMap })
    t.match(outcome, { kind: 'denied', refusal, status, retryAfterSeconds: 7, answer: { body: null, headers: { 'ratelimit-limit': ['3'] } } })
  }
  t.match(await validated(t, { status: 403 }, { statusMap }), { kind: 'unavailable', reason: 'gateway_status' })
})

t.test('says when to come again, as the service says it', async t => {
  const retryAfter = async (text: string) => (await validated(t, { status: 429, headers: { 'retry-after': text } }) as { readonly retryAfterSeconds: number | null }).retryAfterSeconds
  t.equal(await retryAfter('12'), 12)
  t.equal(await retryAfter('9999999'), 86_400)
  t.equal(await retryAfter('soon'), null)
  t.equal(await retryAfter('Wed, 21 Oct 2015 07:28:00 GMT'), 0)
  t.ok(Number(await retryAfter(new Date(Date.now() + 60_000).toUTCString())) > 50)
  t.match(await validated(t, { status: 503, headers: { 'retry-after': '9' } }), { kind: 'unavailable', retryAfterSeconds: 9 })
})

t.test('nobody is asked about what could not be a credential', async t => {
  const service = await startService(t)
  const client = gatewayClient({ url: service.url, maxTokenBytes: 8 })
  t.match(await client.validate('x'.repeat(9)), { kind: 'denied', refusal: 401, reason: 'token_size', status: null })
  for (const token of ['', 'a b', 'a\r\nb', 'é', null as never]) t.match(await client.validate(token), { kind: 'denied', reason: 'token_syntax' })
  t.equal(service.asked.length, 0)
})
