import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser, requireGroups, requirePermissions, requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { AuthPluginOptions, EntitlementName, GroupsProvider, Identity, ProviderContext } from '../../lib/index.js'

const issuer = handIssuer()
const token = issuer.token({ groups: ['carried'], roles: ['carried'], permissions: ['carried'] })
const alice = bearer(token)

const METHODS = { groups: 'fetchGroups', roles: 'fetchRoles', permissions: 'fetchPermissions' } as const
const GUARDS = { groups: requireGroups, roles: requireRoles, permissions: requirePermissions } as const
const NAMES = Object.keys(METHODS) as readonly EntitlementName[]

/** The option that gives a provider of such names, which answers at once or later. */
function providing (name: EntitlementName, names: readonly string[], isLate = false): Readonly<Record<string, object>> {
  return { [`${name}Provider`]: { [METHODS[name]]: isLate ? async () => names : () => names } }
}

function declareNames (app: FastifyInstance): void {
  for (const name of NAMES) app.get(`/${name}`, async request => await currentUser(request)[name]())
}

/** A provider of groups that counts how often it is asked. */
function countingGroups (isLate: boolean): GroupsProvider & { asked: number } {
  return {
    asked: 0,
    fetchGroups () {
      this.asked++
      return isLate ? Promise.resolve(['staff']) : ['staff']
    }
  }
}

for (const isLate of [false, true]) {
  for (const name of NAMES) {
    t.test(`${name} come from the first source there is, asked ${isLate ? 'later' : 'at once'}`, async t => {
      const shared = providing(name, ['shared'], isLate)
      const own = providing(name, ['own'], isLate)
      const cases: ReadonlyArray<readonly [string, AuthPluginOptions]> = [
        ['carried', { jwtProvider: issuer.provider() }],
        ['shared', { jwtProvider: issuer.provider(), ...shared }],
        ['own', { jwtProvider: issuer.provider(own), ...shared }],
        ['own', { jwtProvider: issuer.provider(own) }]
      ]
      for (const [expected, options] of cases) {
        const app = await openApp(t, options, app => {
          declareNames(app)
          app.get('/guarded', { preHandler: GUARDS[name](expected) }, async () => 'ok')
        })
        for (const [index, other] of NAMES.entries()) {
          const { body } = await app.inject({ url: `/${other}`, headers: alice })
          t.equal(body, JSON.stringify([other === name ? expected : 'carried']), `${expected} ${index}`)
        }
        t.match(await app.inject({ url: '/guarded', headers: alice }), { statusCode: 200 }, expected)
      }
    })
  }

  t.test(`names are loaded once for a request, and not at all if nobody asks, ${isLate ? 'later' : 'at once'}`, async t => {
    const groupsProvider = countingGroups(isLate)
    const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider }, app => {
      app.get('/nobody', async request => currentUser(request).id)
      app.get('/many', { preValidation: requireGroups('staff'), preHandler: [requireGroups('staff'), requireGroups(['staff', 'a'])] }, async request => {
        const user = currentUser(request)
        const [first, second] = await Promise.all([user.groups(), user.groups()])
        t.equal(first, second)
        t.equal(await user.groups(), first)
        return first
      })
      app.get('/together', async request => {
        const user = currentUser(request)
        const lists = await Promise.all([user.groups(), user.groups(), user.groups()])
        t.equal(new Set(lists).size, 1)
        return lists[0]
      })
    })
    for (const [url, asked] of [['/nobody', 0], ['/many', 1], ['/many', 2], ['/together', 3]] as const) {
      t.match(await app.inject({ url, headers: alice }), { statusCode: 200 })
      t.equal(groupsProvider.asked, asked, url)
    }
  })
}

t.test('a failure is not remembered, not even for the request', async t => {
  for (const isLate of [false, true]) {
    let failures = 1
    const fetchGroups = () => {
      if (failures-- <= 0) return ['staff']
      if (isLate) return Promise.reject(new Error('down'))
      throw new Error('down')
    }
    const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider: { fetchGroups } }, app => {
      app.get('/', async request => {
        const user = currentUser(request)
        await t.rejects(user.groups(), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
        return await user.groups()
      })
    })
    t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: '["staff"]' })
  }
})

t.test('all who wait for a load that fails are told, and the next one loads anew', async t => {
  let asked = 0
  const fetchGroups = async () => {
    if (++asked === 1) throw new Error('down')
    return ['staff']
  }
  const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider: { fetchGroups } }, app => {
    app.get('/', async request => {
      const user = currentUser(request)
      const results = await Promise.allSettled([user.groups(), user.groups()])
      t.same(results.map(result => result.status), ['rejected', 'rejected'])
      return await user.groups()
    })
  })
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: '["staff"]' })
  t.equal(asked, 2)
})

t.test('a provider is told who, by which token, and how long it is waited for', async t => {
  const seen: Array<readonly [Identity, ProviderContext]> = []
  const groupsProvider = {
    groups: ['of the object itself'],
    fetchGroups (identity: Identity, context: ProviderContext) {
      seen.push([identity, context])
      return this.groups
    }
  }
  const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider }, declareNames)
  t.equal((await app.inject({ url: '/groups', headers: alice })).body, '["of the object itself"]')
  const [[identity, context] = []] = seen
  t.match(identity, { subject: 'alice', issuer: issuer.url, kind: 'human', groups: ['carried'], authenticator: 'bearerAuth' })
  t.ok(Object.isFrozen(identity))
  t.equal(context?.token, token)
  t.equal(context?.signal.aborted, false)
  t.equal(context?.signal, context?.signal, 'one signal')
  t.type(context?.log.info, 'function')
})

t.test('a provider may be an instance of a class', async t => {
  class Directory {
    readonly #names = ['staff']
    fetchGroups () { return this.#names }
    fetchRoles () { return this.#names }
    fetchPermissions () { return this.#names }
    fetchProfile () { return { names: this.#names } }
  }
  const directory = new Directory()
  const options = { groupsProvider: directory, rolesProvider: directory, permissionsProvider: directory, profileProvider: directory }
  for (const app of [await openApp(t, { jwtProvider: issuer.provider(), ...options }, declareNames), await openApp(t, { jwtProvider: issuer.provider(options) }, declareNames)]) {
    for (const name of NAMES) t.equal((await app.inject({ url: `/${name}`, headers: alice })).body, '["staff"]')
  }
})

t.test('the list of a provider is copied, and nobody can change the copy', async t => {
  const names = ['staff']
  const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider: { fetchGroups: () => names } }, app => {
    app.get('/', async request => {
      const groups = await currentUser(request).groups() as string[]
      t.ok(Object.isFrozen(groups))
      t.throws(() => groups.push('admin'), TypeError)
      names.push('later')
      return groups
    })
  })
  t.equal((await app.inject({ url: '/', headers: alice })).body, '["staff"]')
  t.notOk(Object.isFrozen(names))
})

t.test('a wildcard counts where the provider says so, and covers what lies below it', async t => {
  const cases: ReadonlyArray<readonly [held: string, wanted: string, isExact: boolean, isWild: boolean]> = [
    ['user.create', 'user.create', true, true], ['user.*', 'user.*', true, true],
    ['user.*', 'user.create', false, true], ['user.*', 'user.address.read', false, true], ['user.address.*', 'user.address.read', false, true],
    ['user.*', 'user', false, false], ['user.*', 'user.', false, false], ['user.*', 'users.create', false, false], ['user.*', 'User.create', false, false],
    ['*', 'user.create', false, false], ['.*', 'user.create', false, false], ['.*', '.create', false, false], ['*.create', 'user.create', false, false],
    ['user*', 'user.create', false, false], ['user.c*', 'user.create', false, false], ['user.**', 'user.create', false, false], ['user.create', 'user.*', false, false]
  ]
  for (const [held, wanted, isExact, isWild] of cases) {
    for (const [permissionMatch, passes] of [[undefined, isExact], ['exact', isExact], ['wildcard', isWild]] as const) {
      const permissionsProvider = { fetchPermissions: () => [held], ...permissionMatch === undefined ? {} : { permissionMatch } }
      const app = await openApp(t, { jwtProvider: issuer.provider(), permissionsProvider }, app => { app.get('/', { preHandler: requirePermissions(wanted) }, async () => 'ok') })
      t.equal((await app.inject({ url: '/', headers: alice })).statusCode, passes ? 200 : 403, `${held} for ${wanted}, ${permissionMatch}`)
    }
  }
})

t.test('a wildcard is nothing special among groups, roles, scopes and permissions that a token carries', async t => {
  const headers = bearer(issuer.token({ groups: ['a.*'], roles: ['a.*'], permissions: ['a.*'] }))
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => {
    for (const name of NAMES) app.get(`/${name}`, { preHandler: GUARDS[name]('a.b') }, async () => 'ok')
  })
  for (const name of NAMES) t.match(await app.inject({ url: `/${name}`, headers }), { statusCode: 403 }, name)
})
