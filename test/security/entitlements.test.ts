import t from 'tap'

import { requireGroups, requireKind, requirePermissions, requireRoles, requireScopes } from '../../lib/index.js'
import { jwt } from '../../lib/providers/jwt/index.js'
import { AUDIENCE, createKey, createPolluted, createToken, ISSUER } from './forge.js'
import { assertAccepted, assertRefused, attackAll, createTarget, withToken } from './harness.js'

import type { Test } from 'tap'
import type { Attack, Target } from './harness.js'
import type { CommonJwtOptions } from '../../lib/providers/jwt/index.js'
import type { Guard } from '../../lib/index.js'

const rsa = createKey('RS256')
const claimOf = { role: 'roles', group: 'groups', permission: 'permissions' } as const
const codeOf = { role: 'AUTH_ROLE_MISSING', group: 'AUTH_GROUP_MISSING', permission: 'AUTH_PERMISSION_MISSING' } as const
const guards: Readonly<Record<string, Guard>> = {
  role: requireRoles(['admin']),
  group: requireGroups(['admin']),
  permission: requirePermissions(['user.create']),
  scope: requireScopes(['read', 'write']),
  machine: requireKind('machine'),
  human: requireKind('human'),
  proto: requireRoles(['__proto__']),
  constructor: requireRoles(['constructor']),
  length: requireGroups(['length']),
  index: requirePermissions(['0'])
}

async function createGuarded (t: Test, options: Partial<CommonJwtOptions> = {}): Promise<Target> {
  return await createTarget(t, {
    jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] }, ...options }),
    routes: (app, handler) => Object.entries(guards).forEach(([name, guard]) => app.get(`/${name}`, { preHandler: [guard] }, handler))
  })
}

/** A request to the route behind a guard, with claims or with a whole token. */
function toAttack (guard: string, name: string, claims: Readonly<Record<string, unknown>> | string, answer: Pick<Attack, 'status' | 'code' | 'reason'>): Attack {
  const token = typeof claims === 'string' ? claims : createToken(rsa, { claims })
  return { name: `${guard}: ${name}`, request: withToken(token, { url: `/${guard}` }), secrets: [token, ...token.split('.')], ...answer }
}

/** Names that are not `name`, however near they are. */
function nearNames (name: string): ReadonlyArray<readonly [string, unknown]> {
  const capital = name.replace(/^./, letter => letter.toUpperCase())
  const names: readonly string[] = [
    '', ' ', capital, name.toUpperCase(), ` ${name}`, `${name} `, `${name}\t`, `${name}\n`, `${name}\0`, `\0${name}`, `${name}s`, `x${name}`, name.slice(0, -1), name.slice(1),
    `${name}:`, `${name},`, `user,${name}`, `user ${name}`, `${name} user`, `${name}|x`, `ROLE_${name}`, `/${name}`, `[${name}]`, `"${name}"`, `["${name}"]`,
    name.replace('a', '\u0430'), `${name}\u200b`, `\ufeff${name}`, name.replace('e', 'e\u0301'), name.replace('i', '\u0131'), name.replace('i', '\uff49'),
    [...name].reverse().join(''), '*', '**', `${name}*`, '.*', `^${name}$`, '?', '%', `${name.slice(0, 4)}.*`, 'user.*',
    '__proto__', 'constructor', 'toString', 'true', '1', 'null', 'undefined'
  ]
  return [
    ['absent', undefined], ['an empty list', []],
    ...[...new Set(names)].filter(near => near !== name).flatMap(near => [[`${JSON.stringify(near)} alone`, near], [`${JSON.stringify(near)} in a list`, ['user', near]]] as const),
    ['its letters', [...name]], ['its code points', [...name].join(' ')]
  ]
}

/** Not a list of texts and not a text. */
const mistyped: readonly unknown[] = [
  null, 0, 1, true, false, {}, { admin: true }, { 0: 'admin', length: 1 }, { toString: 'admin' }, { includes: true }, [['admin']], [null], ['admin', null], ['admin', 7],
  [{ name: 'admin' }], ['admin', ['admin']], [true]
]

for (const name of ['role', 'group', 'permission'] as const) {
  const wanted = name === 'permission' ? 'user.create' : 'admin'
  const claim = claimOf[name]
  const forbidden = { status: 403, code: codeOf[name], reason: name } as const

  t.test(`${claim}: near is not equal, and text is not list (ASVS 8.2.1, 15.3.5; CVE-2026-40574)`, async t => {
    const target = await createGuarded(t)
    const token = createToken(rsa, { claims: { [claim]: [wanted] } })
    await assertAccepted(t, target, token, { url: `/${name}` })
    await assertAccepted(t, target, createToken(rsa, { claims: { [claim]: wanted } }), { url: `/${name}` })
    await attackAll(t, target, {
      control: token,
      attacks: [
        ...nearNames(wanted).map(([near, value]) => toAttack(name, near, { [claim]: value }, forbidden)),
        ...mistyped.map(value => toAttack(name, JSON.stringify(value), { [claim]: value }, { reason: 'claim_type' })),
        toAttack(name, 'in a prototype (CWE-1321)', createPolluted(rsa, { [claim]: [wanted] }), forbidden),
        toAttack(name, 'in a constructor', { constructor: { prototype: { [claim]: [wanted] } } }, forbidden),
        toAttack(name, 'in capitals', { [claim.toUpperCase()]: [wanted] }, forbidden),
        toAttack(name, 'in the singular', { [claim.slice(0, -1)]: [wanted] }, forbidden),
        toAttack(name, 'in other claims', { realm_access: { roles: [wanted] }, 'cognito:groups': [wanted], scope: wanted, authorities: [wanted], wids: [wanted] }, forbidden),
        toAttack(name, 'under the names of the others', Object.fromEntries(Object.values(claimOf).filter(other => other !== claim).map(other => [other, [wanted]])), forbidden),
        toAttack(name, 'overage: there are some, elsewhere (Entra)', { hasgroups: true, _claim_names: { [claim]: 'src1' } }, forbidden)
      ]
    })
  })
}

t.test('scopes (RFC 6749, 3.3; RFC 6750, 3.1)', async t => {
  const target = await createGuarded(t)
  const forbidden = { status: 403, code: 'AUTH_SCOPE_MISSING', reason: 'scope' } as const
  const control = createToken(rsa, { claims: { scope: 'write  read other' } })
  await assertAccepted(t, target, control, { url: '/scope' })
  const near = [
    '', ' ', 'read', 'write', 'read:all write:all', 'readwrite', 'read,write', 'read+write', 'read%20write', 'read;write', 'READ WRITE', 'Read Write', 'reads writes',
    'rea writ', 'read. write.', '* *', 'read:* write', 'xread xwrite', 'read|write', "'read' 'write'"
  ]
  const broken = [
    'read\twrite', 'read\nwrite', 'read\u00a0write', 'read\u2003write', 'read write\0', 'read "write"', 'read \\write', 'read writ\u00e9', 'read write\r\n',
    '\ufeffread write', '"read" "write"'
  ]
  await attackAll(t, target, {
    control,
    attacks: [
      ...near.map(scope => toAttack('scope', JSON.stringify(scope), { scope }, forbidden)),
      toAttack('scope', 'absent', {}, forbidden),
      toAttack('scope', 'as scp', { scp: 'read write' }, forbidden),
      toAttack('scope', 'as scopes', { scopes: 'read write' }, forbidden),
      toAttack('scope', 'a list of some', { scope: ['read'] }, forbidden),
      toAttack('scope', 'a list of one text with both', { scope: ['read', 'Write'] }, forbidden),
      ...broken.map(scope => toAttack('scope', JSON.stringify(scope), { scope }, { reason: 'claim_type' })),
      ...[
        null, 0, true, {}, { read: true, write: true }, ['read write'], [['read', 'write']], ['read', null], ['read', 'write', ''], [7]
      ].map(scope => toAttack('scope', JSON.stringify(scope), { scope }, { reason: 'claim_type' }))
    ]
  })
})

t.test('names that every object has are held by nobody (CWE-1321)', async t => {
  const target = await createGuarded(t)
  await attackAll(t, target, {
    control: createToken(rsa),
    attacks: [
      toAttack('proto', 'no roles', {}, { status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' }),
      toAttack('proto', 'an empty list', { roles: [] }, { status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' }),
      toAttack('constructor', 'no roles', {}, { status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' }),
      toAttack('constructor', 'other roles', { roles: ['user'] }, { status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' }),
      toAttack('length', 'other groups', { groups: ['user'] }, { status: 403, code: 'AUTH_GROUP_MISSING', reason: 'group' }),
      toAttack('index', 'other permissions', { permissions: ['user'] }, { status: 403, code: 'AUTH_PERMISSION_MISSING', reason: 'permission' })
    ]
  })
  await assertAccepted(t, target, createToken(rsa, { claims: { roles: ['__proto__'] } }), { url: '/proto' })
})

t.test('people and machines: neither is told from what is absent or of the wrong type (RFC 9068, 2.2; RFC 9700, 4.15)', async t => {
  const target = await createGuarded(t)
  const refused = { status: 403, code: 'AUTH_KIND_REFUSED', reason: 'kind' } as const
  const sub = 'client-of-the-corpus'
  await assertAccepted(t, target, createToken(rsa, { claims: { sub, client_id: sub } }), { url: '/machine' })
  await assertAccepted(t, target, createToken(rsa, { claims: { auth_time: 1 } }), { url: '/human' })
  const people: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
    ['nothing said', {}], ['auth_time as a text', { auth_time: '1' }], ['auth_time null', { auth_time: null }], ['amr empty', { amr: [] }],
    ['amr as a text', { amr: 'pwd' }], ['given_name blank', { given_name: ' ' }], ['family_name a number', { family_name: 7 }],
    ['an e-mail address', { email: 'user@example.com' }],
    ['a machine that signed in', { sub, client_id: sub, auth_time: 1 }], ['a machine with a name', { sub, azp: sub, given_name: 'Robot' }]
  ]
  const machines: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
    ['nothing said', {}], ['client only', { client_id: sub }], ['client nearly the subject', { sub, client_id: `${sub} ` }],
    ['another case', { sub, client_id: sub.toUpperCase() }], ['two clients, the first is another', { sub, client_id: 'other', azp: sub }],
    ['a person', { auth_time: 1 }], ['gty client-credentials', { gty: 'client-credentials' }], ['idtyp app', { idtyp: 'app' }]
  ]
  await attackAll(t, target, {
    control: createToken(rsa),
    attacks: [
      ...people.map(([name, claims]) => toAttack('human', name, claims, refused)),
      ...machines.map(([name, claims]) => toAttack('machine', name, claims, refused))
    ]
  })
})

t.test('among several issuers none grants what it was not told to (CVE-2021-21378)', async t => {
  const other = createKey('RS256', 'key-of-the-other')
  const half = jwt({ issuer: 'https://other.example', audience: AUDIENCE, jwks: { keys: [other.jwk] } })
  const trusted = jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [rsa.jwk] }, claims: { roles: 'roles' } })
  const target = await createTarget(t, { jwtProvider: [trusted, half], routes: (app, handler) => app.get('/role', { preHandler: [requireRoles(['admin'])] }, handler) })
  const token = createToken(other, { claims: { iss: 'https://other.example', roles: ['admin'] } })
  await assertAccepted(t, target, createToken(rsa, { claims: { roles: ['admin'] } }), { url: '/role' })
  await assertAccepted(t, target, token)
  await assertRefused(t, target, { name: 'the roles of a half-trusted issuer', request: withToken(token, { url: '/role' }), secrets: [token], status: 403, code: 'AUTH_ROLE_MISSING', reason: 'role' })
})
