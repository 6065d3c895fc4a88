import t from 'tap'

import { toRefusals } from '../../../lib/openapi/to-refusals.js'

import type { RefusalGrounds } from '../../../lib/openapi/to-refusals.js'
import type { GuardDescription } from '../../../types/guard.js'

const grounds: RefusalGrounds = { guards: [], isStrict: true, isForgeable: false, isLimited: false, others: [], isRelayed: false, errorBody: null, challenge: 'Bearer realm="api"' }
const user: GuardDescription = { kind: 'user' }
const roles: GuardDescription = { kind: 'roles', wanted: ['editor'], match: 'any' }
const scopes: GuardDescription = { kind: 'scopes', wanted: ['read'], match: 'all' }
const any = (...parts: GuardDescription[]): GuardDescription => ({ kind: 'any', parts })
const all = (...parts: GuardDescription[]): GuardDescription => ({ kind: 'all', parts })

const statuses = (members: Partial<RefusalGrounds>) => toRefusals({ ...grounds, ...members }).map(({ status }) => status).join(' ')
const refusal = (status: string, members: Partial<RefusalGrounds>) => toRefusals({ ...grounds, ...members }).find(candidate => candidate.status === status)
const codeOf = (guard: GuardDescription) => (refusal('403', { guards: [guard] })?.example as { readonly code?: string } | undefined)?.code ?? null

t.test('bad credentials are refused where they do not count as none, and an outage is one everywhere', async t => {
  t.equal(statuses({}), '401 503')
  t.equal(statuses({ isStrict: false }), '503')
  t.equal(statuses({ isLimited: true }), '401 429 503')
  t.equal(statuses({ isStrict: false, guards: [roles] }), '401 403 503', 'a guard may ask strangers to sign in')
})

t.test('somebody who is signed in is refused by guards that can refuse him, and the first one\'s code is the example', async t => {
  for (const [guard, code] of [
    [user, null],
    [roles, 'AUTH_ROLE_MISSING'],
    [scopes, 'AUTH_SCOPE_MISSING'],
    [{ kind: 'groups', wanted: ['staff'], match: 'any' }, 'AUTH_GROUP_MISSING'],
    [{ kind: 'permissions', wanted: ['write'], match: 'any' }, 'AUTH_PERMISSION_MISSING'],
    [{ kind: 'kind', wanted: 'human' }, 'AUTH_KIND_REFUSED'],
    [{ kind: 'claims', wanted: { tenant: ['acme'] } }, 'AUTH_CLAIM_MISSING'],
    [{ kind: 'policy', policy: 'isOwner' }, 'AUTH_POLICY_DENIED'],
    [{ kind: 'not', part: user }, 'AUTH_GUARD_REFUSED'],
    [any(roles, scopes), 'AUTH_ROLE_MISSING'],
    [any(roles, user), null],
    [any(all(user, user), roles), null],
    [all(user, scopes, roles), 'AUTH_SCOPE_MISSING'],
    [all(user, any(user)), null]
  ] as const) {
    t.equal(codeOf(guard), code, JSON.stringify(guard))
  }
  t.equal(statuses({ guards: [user] }), '401 503')
  t.match(refusal('403', { guards: [user, scopes, roles] }), { isForUnsafe: false, example: { code: 'AUTH_SCOPE_MISSING' } })
})

t.test('requests that a foreign page may have made are refused when they could change something, unless they count as those of strangers', async t => {
  t.match(refusal('403', { isForgeable: true }), { isForUnsafe: true, example: { code: 'AUTH_ORIGIN_REFUSED' } })
  t.match(refusal('403', { isForgeable: true, guards: [roles] }), { isForUnsafe: false, example: { code: 'AUTH_ROLE_MISSING' } })
  t.equal(statuses({ isForgeable: true, isStrict: false }), '503')
})

t.test('whoever judges credentials may refuse them otherwise: each status once, and a guard\'s word first', async t => {
  const others = [{ statusCode: 403, code: 'AUTH_GATEWAY_FORBIDDEN', message: 'Operation not allowed' }, { statusCode: 413, code: 'AUTH_GATEWAY_BODY_TOO_LARGE', message: 'Body too large' }, { statusCode: 429, code: 'AUTH_GATEWAY_RATE_LIMITED', message: 'Too many requests' }]
  t.equal(statuses({ others }), '401 403 413 429 503')
  t.equal(statuses({ others, isLimited: true, isForgeable: true, guards: [roles] }), '401 403 413 429 503')
  t.match(refusal('403', { others, isForgeable: true }), { isForUnsafe: false, headers: [], example: { code: 'AUTH_GATEWAY_FORBIDDEN' } })
  t.match(refusal('403', { others, guards: [roles] }), { isForUnsafe: false, example: { code: 'AUTH_ROLE_MISSING' } })
  t.match(refusal('413', { others }), { isForUnsafe: true, description: 'Payload Too Large: Body too large', example: { statusCode: 413, code: 'AUTH_GATEWAY_BODY_TOO_LARGE' } })
  t.match(refusal('429', { others, isLimited: true }), { isForUnsafe: false, headers: [{ name: 'Retry-After' }], example: { code: 'AUTH_GATEWAY_RATE_LIMITED' } })
  t.match(refusal('499', { others: [{ statusCode: 499, code: 'OWN', message: 'gone' }] }), { description: '499: gone' }, 'a status without a name, too')
  const kinds = (members: Partial<RefusalGrounds>) => toRefusals({ ...grounds, ...members }).map(({ status, mediaType }) => `${status} ${mediaType}`)
  t.strictSame(kinds({ others, isRelayed: true }), ['401 */*', '403 */*', '413 */*', '429 */*', '503 application/json'], 'what others may have written is of any type')
  t.strictSame(kinds({ others: [], isRelayed: true, guards: [roles], errorBody: 'problem' }), ['401 */*', '403 application/problem+json', '503 application/problem+json'])
})

t.test('refusals have the headers that are sent', async t => {
  const refusals = toRefusals({ ...grounds, guards: [roles] })
  t.strictSame(refusals.map(({ headers }) => headers.map(({ name, type, example }) => `${name} ${type} ${example}`)), [['WWW-Authenticate string Bearer realm="api"'], [], ['Retry-After integer 5']])
  t.strictSame(refusals.map(({ description }) => description), ['Unauthorized: Authentication required', 'Forbidden: Operation not allowed', 'Service Unavailable: Authentication is temporarily unavailable'])
})

t.test('bodies are those of Fastify, those of RFC 9457, or the app\'s own, which only a function keeps to itself', async t => {
  t.match(refusal('401', {}), { mediaType: 'application/json', schema: { required: ['statusCode', 'code', 'error', 'message'] }, example: { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', error: 'Unauthorized', message: 'Authentication required' } })
  t.match(refusal('503', { errorBody: 'problem' }), { mediaType: 'application/problem+json', schema: { required: ['type', 'title', 'status', 'detail', 'code'] }, example: { type: 'about:blank', title: 'Service Unavailable', status: 503, detail: 'Authentication is temporarily unavailable', code: 'AUTH_PROVIDER_UNAVAILABLE' } })
  t.match(refusal('401', { errorBody: { fault: 'refused' } }), { mediaType: 'application/json', schema: {}, example: { fault: 'refused' } })
  t.match(refusal('401', { errorBody: () => 'refused' }), { mediaType: 'application/json', schema: {}, example: null })
})
