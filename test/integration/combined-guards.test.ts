import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { allOf, anyOf, definePolicy, not, requireClaims, requireGroups, requireKind, requirePermissions, requirePolicy, requireRoles, requireScopes, requireUser } from '../../lib/index.js'

import type { Test } from 'tap'
import type { Guard } from '../../lib/index.js'

const issuer = handIssuer()
const ok = async () => 'ok'

/** Groups are unknown, roles are held, permissions are not. */
const options = {
  jwtProvider: issuer.provider(),
  groupsProvider: { fetchGroups: () => { throw new Error('down') } },
  permissionsProvider: { fetchPermissions: async () => [] }
}
const alice = bearer(issuer.token({ roles: ['editor'], tenant: 'acme', level: 2, tags: ['a', 1, null], flag: true, nothing: null, nested: { tenant: 'acme' }, scope: 'read' }))

const yes = requireRoles('editor')
const no = requirePermissions('book.write')
const later = requireRoles('admin')
const unknown = requireGroups('staff')

const YES = 200
const UNKNOWN = 'AUTH_ENTITLEMENTS_UNAVAILABLE'
const MISSING = 'AUTH_CREDENTIALS_MISSING'

/** What each guard answers to alice; a stranger gets 401 from all of them. */
async function answers (t: Test, cases: ReadonlyArray<readonly [name: string, guard: Guard, expected: string | number]>): Promise<void> {
  const app = await openApp(t, options, app => {
    cases.forEach(([, guard], index) => app.get(`/${index}`, { preHandler: guard }, ok))
  })
  for (const [index, [name, , expected]] of cases.entries()) {
    const response = await app.inject({ url: `/${index}`, headers: alice })
    t.equal(response.statusCode === 200 ? 200 : response.json().code, expected, name)
    t.match((await app.inject({ url: `/${index}` })).json(), { statusCode: 401, code: MISSING }, `${name}: nobody`)
  }
}

t.test('anyOf: yes, then unknown, then no', async t => {
  await answers(t, [
    ['yes', anyOf(yes), YES],
    ['no', anyOf(no), 'AUTH_PERMISSION_MISSING'],
    ['unknown', anyOf(unknown), UNKNOWN],
    ['yes, no', anyOf(yes, no), YES],
    ['no, yes', anyOf(no, yes), YES],
    ['unknown, yes', anyOf(unknown, yes), YES],
    ['no, unknown', anyOf(no, unknown), UNKNOWN],
    ['unknown, no', anyOf(unknown, no), UNKNOWN],
    ['no, no', anyOf(no, later), 'AUTH_PERMISSION_MISSING'],
    ['no, no, the other way round', anyOf(later, no), 'AUTH_ROLE_MISSING'],
    ['no, no, yes', anyOf(later, no, yes), YES]
  ])
})

t.test('allOf: no, then unknown, then yes', async t => {
  await answers(t, [
    ['yes', allOf(yes), YES],
    ['no', allOf(no), 'AUTH_PERMISSION_MISSING'],
    ['unknown', allOf(unknown), UNKNOWN],
    ['yes, yes', allOf(yes, requireUser()), YES],
    ['yes, no', allOf(yes, no), 'AUTH_PERMISSION_MISSING'],
    ['unknown, no', allOf(unknown, no), 'AUTH_PERMISSION_MISSING'],
    ['no, unknown', allOf(no, unknown), 'AUTH_PERMISSION_MISSING'],
    ['unknown, yes', allOf(unknown, yes), UNKNOWN],
    ['yes, unknown', allOf(yes, unknown), UNKNOWN],
    ['no, no', allOf(later, no), 'AUTH_ROLE_MISSING']
  ])
})

t.test('not: the other way round, and unknown stays unknown', async t => {
  await answers(t, [
    ['not yes', not(yes), 'AUTH_GUARD_REFUSED'],
    ['not no', not(no), YES],
    ['not unknown', not(unknown), UNKNOWN],
    ['not not yes', not(not(yes)), YES],
    ['not not no', not(not(no)), 'AUTH_GUARD_REFUSED'],
    ['not anybody', not(requireUser()), 'AUTH_GUARD_REFUSED'],
    ['not any of unknown and no', not(anyOf(unknown, no)), UNKNOWN],
    ['not any of unknown and yes', not(anyOf(unknown, yes)), 'AUTH_GUARD_REFUSED'],
    ['not all of unknown and no', not(allOf(unknown, no)), YES],
    ['all of not', allOf(not(no), not(later), yes), YES]
  ])
})

t.test('not judges users only: a stranger is asked to sign in even where a policy would refuse him', async t => {
  const refusing = definePolicy(() => false, { allowAnonymous: true })
  const app = await openApp(t, { ...options, mode: 'optional' }, app => { app.get('/', { preHandler: not(requirePolicy(refusing)) }, ok) })
  t.match((await app.inject('/')).json(), { statusCode: 401, code: MISSING })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200 })
})

t.test('anyOf asks a stranger to sign in where signing in may help', async t => {
  const refusing = requirePolicy(definePolicy(() => false, { allowAnonymous: true }))
  const app = await openApp(t, { ...options, mode: 'optional' }, app => {
    app.get('/any', { preHandler: anyOf(refusing, yes) }, ok)
    app.get('/alone', { preHandler: refusing }, ok)
    app.get('/all', { preHandler: allOf(refusing, refusing) }, ok)
  })
  t.match((await app.inject('/any')).json(), { statusCode: 401, code: MISSING })
  t.match(await app.inject({ url: '/any', headers: alice }), { statusCode: 200 })
  for (const url of ['/alone', '/all']) t.match((await app.inject(url)).json(), { statusCode: 403, code: 'AUTH_POLICY_DENIED' }, url)
})

t.test('the parts of a guard are asked in their order, and none after the one that decides', async t => {
  const asked: string[] = []
  const says = (name: string, answer: boolean, isLate: boolean) => requirePolicy(() => {
    asked.push(name)
    return isLate ? Promise.resolve(answer) : answer
  })
  const app = await openApp(t, options, app => {
    for (const isLate of [false, true]) {
      app.get(`/any/${isLate}`, { preHandler: anyOf(says('a', false, isLate), says('b', true, isLate), says('c', true, false)) }, ok)
      app.get(`/all/${isLate}`, { preHandler: allOf(says('a', true, isLate), says('b', false, isLate), says('c', true, false)) }, ok)
    }
  })
  for (const url of ['/any/false', '/any/true', '/all/false', '/all/true']) {
    asked.length = 0
    const { statusCode } = await app.inject({ url, headers: alice })
    t.same({ statusCode, asked }, { statusCode: url.startsWith('/any') ? 200 : 403, asked: ['a', 'b'] }, url)
  }
})

t.test('claims are compared exactly, each with one of the values given', async t => {
  const MISS = 'AUTH_CLAIM_MISSING'
  await answers(t, [
    ['one value', requireClaims({ tenant: 'acme' }), YES],
    ['one of several', requireClaims({ level: [1, 2] }), YES],
    ['several claims', requireClaims({ tenant: 'acme', level: 2, flag: true, nothing: null }), YES],
    ['a list that contains it', requireClaims({ tags: 'a' }), YES],
    ['a list that contains one of them', requireClaims({ tags: ['b', 1] }), YES],
    ['null in a list', requireClaims({ tags: null }), YES],
    ['one of several claims is another', requireClaims({ tenant: 'acme', level: 3 }), MISS],
    ['case', requireClaims({ tenant: 'Acme' }), MISS],
    ['a number as text', requireClaims({ level: '2' }), MISS],
    ['a text in a list as number', requireClaims({ tags: '1' }), MISS],
    ['a boolean as number', requireClaims({ flag: 1 }), MISS],
    ['absent is not null', requireClaims({ absent: null }), MISS],
    ['absent is not false', requireClaims({ absent: false }), MISS],
    ['an object is nothing to compare', requireClaims({ nested: 'acme' }), MISS],
    ['no path', requireClaims({ 'nested.tenant': 'acme' }), MISS],
    ['what every object has', requireClaims({ constructor: 'acme', toString: 'acme' }), MISS],
    ['__proto__', requireClaims(JSON.parse('{"__proto__":"acme","tenant":"acme"}')), MISS]
  ])
})

t.test('claims without anything to compare make no guard', async t => {
  const empty: readonly unknown[] = [undefined, null, 'tenant', [], {}, { tenant: [] }, { tenant: undefined }, { tenant: ['acme', undefined] }, { tenant: {} }, { level: NaN }, { level: Infinity }, { tenant: () => 'acme' }]
  for (const claims of empty) t.throws(() => requireClaims(claims as never), { code: 'AUTH_GUARD_EMPTY', message: /requireClaims/ }, JSON.stringify(claims))
})

t.test('a guard does not change when what it was made from does', async t => {
  const claims = { tenant: ['acme'] }
  const guard = requireClaims(claims)
  claims.tenant[0] = 'initech'
  await answers(t, [['claims', guard, YES]])
})

t.test('a combination of nothing, or of what is no guard, cannot be made', async t => {
  const wrong: readonly unknown[][] = [[], [undefined], [null], [requireUser], [requireRoles], [yes, requireUser], [[yes]], [() => true], ['editor'], [{}]]
  for (const [name, combine] of Object.entries({ anyOf, allOf, not })) {
    for (const parts of wrong) {
      t.throws(() => Reflect.apply(combine, undefined, parts), { code: 'AUTH_GUARD_EMPTY', message: new RegExp(name) }, `${name}(${parts.map(String).join()})`)
      if (name === 'not') break
    }
  }
  for (const part of [undefined, null, requireUser, [yes], () => true]) t.throws(() => not(part as never), { code: 'AUTH_GUARD_EMPTY', message: /not/ })
})

t.test('a combination belongs to the registration of its parts', async t => {
  const other = await openApp(t, options)
  const foreign = [anyOf(yes, other.requireUser()), allOf(other.requireUser()), not(other.requireRoles('admin')), not(anyOf(other.requireUser()))]
  for (const [index, guard] of foreign.entries()) {
    const boot = openApp(t, options, app => { app.get('/books', { preHandler: guard }, ok) })
    await t.rejects(boot, { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ }, String(index))
  }
  const third = await openApp(t, options)
  t.throws(() => anyOf(third.requireUser(), other.requireUser()), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /anyOf/ })
  t.throws(() => allOf(third.requireUser(), yes, other.requireUser()), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /allOf/ })
  await t.resolves(openApp(t, options, app => { app.get('/books', { preHandler: anyOf(yes, app.requireUser(), app.requireClaims({ tenant: 'acme' }), app.requirePolicy(() => true)) }, ok) }))
})

t.test('parts that ask for what nothing supplies stop the boot, however deep', async t => {
  const jwtProvider = issuer.provider({ supplies: [] })
  for (const guard of [anyOf(requireUser(), requireRoles('a')), allOf(requireRoles('a')), not(requireRoles('a')), not(anyOf(requireUser(), allOf(requireUser(), requireRoles('a'))))]) {
    const boot = openApp(t, { jwtProvider }, app => { app.get('/books', { preHandler: guard }, ok) })
    await t.rejects(boot, { code: 'AUTH_ENTITLEMENTS_UNPROVIDED', message: /GET \/books.*roles/ })
  }
  await t.resolves(openApp(t, { jwtProvider }, app => { app.get('/books', { preHandler: anyOf(requireScopes('read'), not(requireKind('machine'))) }, ok) }))
})

t.test('a combination and a config that lets strangers in stop the boot where no stranger could pass', async t => {
  const open = requirePolicy(definePolicy(() => true, { allowAnonymous: true }))
  const boot = (guard: Guard) => openApp(t, { ...options, mode: 'optional' }, app => { app.get('/books', { config: { auth: 'optional' }, preHandler: guard }, ok) })
  for (const guard of [anyOf(yes, no), allOf(open, yes), not(yes), not(open), anyOf(not(yes), allOf(open, requireUser()))]) {
    await t.rejects(boot(guard), { code: 'AUTH_ROUTE_CONTRADICTORY', message: /GET \/books/ })
  }
  for (const guard of [open, anyOf(yes, open), allOf(open, anyOf(open, no))]) await t.resolves(boot(guard))
})

t.test('a refusal for scopes names them in the challenge, through anyOf and allOf', async t => {
  const app = await openApp(t, options, app => {
    app.get('/any', { preHandler: anyOf(requireScopes('books.write'), no) }, ok)
    app.get('/all', { preHandler: allOf(yes, requireScopes('books.write')) }, ok)
  })
  for (const url of ['/any', '/all']) {
    const { statusCode, headers } = await app.inject({ url, headers: alice })
    t.equal(statusCode, 403)
    t.match(headers['www-authenticate'], /error="insufficient_scope".*scope="books\.write"/, url)
  }
})
