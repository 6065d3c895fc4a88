import t from 'tap'

import { createContext } from '../../../fixtures/provider-context.js'
import { stopClock } from '../../../fixtures/clock.js'
import { signToken } from '../../../fixtures/counting-issuer.js'
import { ISSUER, NOW, getIssuerKey, setUpStatic } from '../../../fixtures/set-up-static.js'

import type { Test } from 'tap'

const CLAIM_TYPE = '401 AUTH_TOKEN_INVALID claim_type'
const CLAIM_MISSING = '401 AUTH_TOKEN_INVALID claim_missing'

t.beforeEach(function stopTime (t: Test) { stopClock(t) })

t.test('reads an identity from the claims that the RFCs name', async t => {
  const { identity, provider } = setUpStatic()
  const claims = {
    name: 'Alice', email: 'alice@example.org', email_verified: true, client_id: 'app', scope: 'read write', groups: ['a'], roles: ['b'], permissions: ['c']
  }
  const { claims: all, ...rest } = await identity(claims)
  t.strictSame(rest, {
    subject: 'alice',
    issuer: ISSUER,
    kind: 'unknown',
    name: 'Alice',
    email: 'alice@example.org',
    emailVerified: true,
    clientId: 'app',
    scopes: ['read', 'write'],
    expiresAt: NOW + 300,
    groups: ['a'],
    roles: ['b'],
    permissions: ['c']
  })
  t.match(all, claims)
  t.same(provider.supplies, ['groups', 'roles', 'permissions'])
  t.same(provider.suppliesByDefault, ['groups', 'roles', 'permissions'])
})

t.test('reads nothing where nothing is said', async t => {
  const { claims, ...rest } = await setUpStatic().identity()
  t.match(rest, { name: null, email: null, emailVerified: null, clientId: null, scopes: [], groups: [], roles: [], permissions: [] })
})

t.test('demands a subject of 1 to 255 characters', async t => {
  const { outcome } = setUpStatic()
  t.equal(await outcome({ sub: undefined }), CLAIM_MISSING)
  for (const sub of ['', 'a'.repeat(256), null, 42, ['alice'], { id: 'alice' }, true]) {
    t.equal(await outcome({ sub }), CLAIM_TYPE, JSON.stringify(sub))
  }
  t.equal(await outcome({ sub: 'a'.repeat(255) }), 'a'.repeat(255))
})

t.test('reads names and addresses of a wrong type or without a letter as absent, and never refuses for them', async t => {
  const { identity } = setUpStatic()
  for (const text of ['', '  ', '\t', 1, null, [], {}, true]) {
    t.match(await identity({ name: text, email: text, email_verified: true }), { name: null, email: null, emailVerified: null }, JSON.stringify(text))
  }
  for (const text of ['no address', 'a@b@c', 'Ünïcode', 'a'.repeat(1_000)]) {
    t.match(await identity({ name: text, email: text }), { name: text, email: text, emailVerified: null })
  }
  t.equal((await identity({ email: 'a@b', email_verified: 'true' })).emailVerified, null)
})

t.test('reads scopes from a text or a list, and nothing that is no scope', async t => {
  const { identity, outcome } = setUpStatic()
  const read: Array<[unknown, string[]]> = [['', []], ['a', ['a']], ['a b', ['a', 'b']], [' a  b ', ['a', 'b']], [[], []], [['a', 'b:c/d'], ['a', 'b:c/d']]]
  for (const [scope, scopes] of read) {
    t.strictSame((await identity({ scope })).scopes, scopes, JSON.stringify(scope))
  }
  t.strictSame((await identity({ scope: undefined })).scopes, [], 'absent')
  for (const scope of [null, [null], 'a\tb', 'a\nb', 'ä', 'a"b', 'a\\b', ['a b'], [''], ['a', 1], 1, {}, true, [['a']], '\u00A0']) {
    t.equal(await outcome({ scope }), CLAIM_TYPE, JSON.stringify(scope))
  }
})

t.test('reads groups, roles and permissions from lists; a text is one name', async t => {
  const { identity, outcome } = setUpStatic()
  for (const name of ['groups', 'roles', 'permissions'] as const) {
    t.strictSame((await identity({ [name]: ['x', 'y z'] }))[name], ['x', 'y z'])
    t.strictSame((await identity({ [name]: 'admin, editor' }))[name], ['admin, editor'])
    t.strictSame((await identity({ [name]: [] }))[name], [])
    for (const value of [null, 1, true, {}, { 0: 'admin', length: 1 }, ['admin', 1], [['admin']], [null]]) {
      t.equal(await outcome({ [name]: value }), CLAIM_TYPE, `${name} ${JSON.stringify(value)}`)
    }
  }
})

t.test('demands that a client is named by a text', async t => {
  const { identity, outcome } = setUpStatic()
  t.equal((await identity({ azp: 'b' })).clientId, 'b')
  t.equal((await identity({ azp: 'b', client_id: 'a' })).clientId, 'a')
  for (const clientId of ['', null, 1, ['a'], {}]) {
    t.equal(await outcome({ client_id: clientId, azp: 'b' }), CLAIM_TYPE, JSON.stringify(clientId))
  }
})

t.test('reads claims from where the mapping says', async t => {
  const claims = {
    id: 'oid', name: 'cognito:username', email: ['contact', 'mail'], clientId: 'appid', scopes: { firstOf: ['scp', 'scope'] }, groups: null, roles: ['realm_access', 'roles'], permissions: { firstOf: [['a', 'b'], 'p'] }
  } as const
  const { identity, provider } = setUpStatic({ claims })
  const nested = { oid: 'o', 'cognito:username': 'Al', contact: { mail: 'a@b' }, email_verified: true, appid: 'app', scope: 's', realm_access: { roles: ['r'] }, p: ['x'] }
  t.match(await identity(nested), {
    subject: 'o', name: 'Al', email: 'a@b', emailVerified: null, clientId: 'app', scopes: ['s'], groups: null, roles: ['r'], permissions: ['x']
  })
  t.same(provider.supplies, ['roles', 'permissions'])
  t.same(provider.suppliesByDefault, [])
})

t.test('takes a later claim only when an earlier one is absent', async t => {
  const { identity, outcome } = setUpStatic({ claims: { roles: { firstOf: ['first', 'second'] }, name: null, email: null, clientId: null, scopes: null } })
  t.match(await identity({ first: [], second: ['admin'], name: 'n', email: 'e', email_verified: true, client_id: 'c', scope: 's' }), {
    roles: [], name: null, email: null, emailVerified: null, clientId: null, scopes: []
  })
  t.equal(await outcome({ first: null, second: ['admin'] }), CLAIM_TYPE)
  t.equal(await setUpStatic({ claims: { scopes: { firstOf: ['scp', 'scope'] } } }).outcome({ scp: null, scope: 'read' }), CLAIM_TYPE)
})

t.test('follows only members of the token itself', async t => {
  const { identity, outcome } = setUpStatic({ claims: { groups: ['constructor', 'name'], roles: ['a', 'length'], permissions: 'toString' } })
  t.match(await identity({ a: 'text' }), { groups: [], roles: [], permissions: [] })
  t.match(await identity({ a: ['x'] }), { roles: [] })
  t.equal(await outcome({ a: { length: 3 } }), CLAIM_TYPE)
})

t.test('lets no member called __proto__ reach a prototype', async t => {
  const { provider } = setUpStatic()
  const text = `{"iss":"${ISSUER}","aud":"api","sub":"alice","exp":${NOW + 60},"__proto__":{"groups":["admin"],"roles":["admin"]},"constructor":{"prototype":{"roles":["admin"]}}}`
  const identity = await provider.verify(signToken(text, getIssuerKey()), createContext())
  t.match(identity, { groups: [], roles: [], permissions: [] })
  t.equal((identity.claims as { groups?: unknown }).groups, undefined)
})

t.test('passes on its name and the providers that count for its users only', async t => {
  const own = {
    groupsProvider: { fetchGroups: () => [] },
    rolesProvider: { fetchRoles: () => [] },
    permissionsProvider: { fetchPermissions: () => [] },
    profileProvider: { fetchProfile: () => ({}) }
  }
  const { provider } = setUpStatic({ ...own, name: 'ours' })
  t.match(provider, { name: 'ours', cacheable: true, maxTokenBytes: 16_384, warmUpRequired: false, keyGeneration: 0, ...own })
  t.equal(provider.warmUp, undefined)
  await provider.close?.()
  t.same(provider.securityScheme, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
  t.ok(Object.isFrozen(provider))
})
