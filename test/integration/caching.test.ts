import Fastify from 'fastify'
import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { collectLog } from '../fixtures/collect-log.js'
import { createDeferred, settled } from '../fixtures/deferred.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import authPlugin, { currentUser, requireGroups, requirePermissions } from '../../lib/index.js'
import { cached, combined, fallback, identityGroups, identityPermissions, identityRoles, memoryStore } from '../../lib/sources/cache/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { CollectedLog } from '../fixtures/collect-log.js'
import type { AuthPluginOptions, GroupsProvider, Identity } from '../../lib/index.js'

const issuer = handIssuer()
const jwtProvider = issuer.provider()
const exp = Date.parse('2040-01-01T00:00:00Z') / 1000
const alice = issuer.token({ exp })

/** A directory whose contents change, and that counts how often it is asked. */
class Directory {
  readonly groups = new Map([['alice', ['staff']]])
  asked = 0
  isDown = false

  async fetchGroups ({ subject }: Identity): Promise<readonly string[]> {
    this.asked++
    if (this.isDown) throw new RangeError('hidden text')
    return this.groups.get(subject) ?? []
  }
}

async function open (t: Test, options: AuthPluginOptions, log: CollectedLog = collectLog()): Promise<FastifyInstance> {
  return await openApp(t, { jwtProvider, ...options }, app => {
    app.get('/groups', async request => await currentUser(request).groups())
    app.get('/roles', async request => await currentUser(request).roles())
    app.get('/permissions', async request => await currentUser(request).permissions())
    app.get('/profile', async request => await currentUser(request).profile())
    app.get('/staff', { preHandler: [requireGroups('staff')] }, async () => 'ok')
  }, { logger: log.logger })
}

async function get (app: FastifyInstance, url: string, token = alice): Promise<unknown> {
  const response = await app.inject({ url, headers: bearer(token) })
  return response.statusCode === 200 ? response.payload : [response.statusCode, response.json().code]
}

t.test('a directory is asked once for many requests, and again when its answer is too old', async t => {
  const clock = stopClock(t)
  const directory = new Directory()
  const app = await open(t, { groupsProvider: cached(directory, { name: 'groups' }) })
  t.strictSame(await Promise.all([1, 2, 3].map(() => get(app, '/staff'))), ['ok', 'ok', 'ok'])
  clock.advance(59)
  t.equal(await get(app, '/staff'), 'ok')
  t.equal(directory.asked, 1)
  directory.groups.clear()
  clock.advance(1)
  t.strictSame(await get(app, '/staff'), [403, 'AUTH_GROUP_MISSING'])
  t.equal(directory.asked, 2)
})

t.test('a directory that is down is 503, never nobody\'s names, and is asked again', async t => {
  const directory = new Directory()
  directory.isDown = true
  const log = collectLog()
  const app = await open(t, { groupsProvider: cached(directory, { name: 'groups' }) }, log)
  for (const url of ['/staff', '/groups', '/groups']) t.strictSame(await get(app, url), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  directory.isDown = false
  t.equal(await get(app, '/staff'), 'ok')
  t.equal(directory.asked, 4)
  t.notMatch(log.text(), 'hidden text')
})

t.test('old names outlive an outage for the stated time', async t => {
  const clock = stopClock(t)
  const directory = new Directory()
  const log = collectLog()
  const app = await open(t, { groupsProvider: cached(directory, { name: 'groups', ttlSeconds: 60, staleSeconds: 600 }) }, log)
  await get(app, '/staff')
  directory.isDown = true
  clock.advance(60 + 599)
  t.equal(await get(app, '/staff'), 'ok')
  t.equal(log.of('a cached answer could not be renewed; the old one is served for now').length, 1)
  clock.advance(1)
  t.strictSame(await get(app, '/staff'), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  t.notMatch(log.text(), 'hidden text')
})

t.test('what is withdrawn from a user counts from invalidateUser on, in every app that shares the store', async t => {
  const directory = new Directory()
  directory.groups.set('bob', ['staff'])
  const store = memoryStore()
  const providers = [1, 2].map(() => cached(directory, { name: 'groups', store }))
  const apps = await Promise.all(providers.map(groupsProvider => open(t, { groupsProvider })))
  const [first, second] = apps as [FastifyInstance, FastifyInstance]
  const bob = issuer.token({ sub: 'bob' })
  for (const app of apps) for (const token of [alice, bob]) t.equal(await get(app, '/staff', token), 'ok')
  t.equal(directory.asked, 2, 'the store is shared')
  directory.groups.clear()
  await providers[0]?.invalidateUser(issuer.url, 'alice')
  for (const app of [second, first]) t.strictSame([await get(app, '/staff'), await get(app, '/staff', bob)], [[403, 'AUTH_GROUP_MISSING'], 'ok'])
  await providers[1]?.clear()
  for (const app of apps) t.strictSame(await get(app, '/staff', bob), [403, 'AUTH_GROUP_MISSING'])
})

t.test('a caller who is told that it took too long takes the answer from nobody', async t => {
  const deferred = createDeferred<readonly string[]>()
  const signals: AbortSignal[] = []
  const groupsProvider = cached({
    fetchGroups (_identity, { signal }) {
      signals.push(signal)
      return deferred.promise
    }
  }, { name: 'groups' })
  const hasty = await open(t, { groupsProvider, providerTimeoutMs: 1 })
  const patient = await open(t, { groupsProvider })
  const late = get(hasty, '/staff')
  await settled()
  const inTime = get(patient, '/staff')
  t.strictSame(await late, [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  t.strictSame(signals.map(({ aborted }) => aborted), [false])
  deferred.resolve(['staff'])
  t.equal(await inTime, 'ok')
  t.equal(await get(hasty, '/staff'), 'ok', 'and the answer is kept')
})

t.test('one object may answer all questions, each for itself', async t => {
  const asked: string[] = []
  const answer = <T>(name: string, value: T): T => { asked.push(name); return value }
  const all = cached({
    fetchGroups: () => answer('groups', ['g']),
    fetchRoles: () => answer('roles', ['r']),
    fetchPermissions: () => answer('permissions', ['p.*']),
    fetchProfile: () => answer('profile', { city: 'Bern' }),
    permissionMatch: 'wildcard' as const
  }, { name: 'all', store: memoryStore() })
  const app = await openApp(t, { jwtProvider, groupsProvider: all, rolesProvider: all, permissionsProvider: all, profileProvider: all }, app => {
    app.get('/', { preHandler: [requirePermissions('p.read')] }, async request => {
      const user = currentUser(request)
      return [await user.groups(), await user.roles(), await user.permissions(), await user.profile()]
    })
  })
  for (const time of ['first', 'second']) t.equal(await get(app, '/'), '[["g"],["r"],["p.*"],{"city":"Bern"}]', time)
  t.strictSame(asked.sort(), ['groups', 'permissions', 'profile', 'roles'])
})

t.test('names of the credential and of a directory are united', async t => {
  const groupsProvider = combined(identityGroups(), cached(new Directory(), { name: 'groups' }))
  const app = await open(t, { groupsProvider, rolesProvider: identityRoles(), permissionsProvider: identityPermissions() })
  const rich = issuer.token({ groups: ['staff', 'chess'], roles: ['editor'], permissions: ['book.read'] })
  t.strictSame(await Promise.all(['/groups', '/roles', '/permissions'].map(url => get(app, url, rich))), ['["staff","chess"]', '["editor"]', '["book.read"]'])
  t.strictSame(await Promise.all(['/groups', '/roles', '/permissions'].map(url => get(app, url))), ['["staff"]', '[]', '[]'])
  const unknown = issuer.token({ groups: 'unknown', roles: 'unknown', permissions: 'unknown' })
  for (const url of ['/groups', '/roles', '/permissions']) t.strictSame(await get(app, url, unknown), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'], url)
})

t.test('profiles are united member by member, the first provider first', async t => {
  const [first, second] = [JSON.parse('{"city":"Bern","__proto__":{"isAdmin":true}}') as object, { city: 'Basel', team: { name: 'blue' } }]
  for (const isLate of [false, true]) {
    const provider = (profile: object) => ({ fetchProfile: () => (isLate ? Promise.resolve(profile) : profile) as Record<string, unknown> })
    const app = await open(t, { profileProvider: combined(provider(first), provider(second)) })
    t.strictSame(JSON.parse(await get(app, '/profile') as string, (key, value) => key === '__proto__' ? undefined : value), { city: 'Bern', team: { name: 'blue' } })
  }
})

t.test('the fallback is asked where the first provider fails, is too late or talks nonsense; an empty list is an answer', async t => {
  const directory = new Directory()
  const firsts: Readonly<Record<string, readonly [fetchGroups: () => unknown, isAsked: boolean]>> = {
    throws: [() => { throw new RangeError('hidden text') }, true],
    rejects: [async () => { throw new RangeError('hidden text') }, true],
    hangs: [() => new Promise(() => {}), true],
    'gives undefined': [() => undefined, true],
    'gives undefined later': [async () => undefined, true],
    'gives a text': [() => 'staff', true],
    'gives nothing': [() => [], false],
    'gives nothing later': [async () => [], false]
  }
  for (const [what, [fetchGroups, isAsked]] of Object.entries(firsts)) {
    const log = collectLog()
    directory.asked = 0
    const app = await open(t, { groupsProvider: fallback({ fetchGroups } as GroupsProvider, directory, { timeoutMs: 1 }) }, log)
    t.equal(await get(app, '/groups'), isAsked ? '["staff"]' : '[]', what)
    t.equal(directory.asked, isAsked ? 1 : 0)
    t.equal(log.of('a provider failed; its fallback is asked').length, isAsked ? 1 : 0)
    t.notMatch(log.text(), 'hidden text')
  }
})

t.test('where both fail it is 503, and nobody is asked for whom nobody waits any longer', async t => {
  const directory = new Directory()
  directory.isDown = true
  const app = await open(t, { groupsProvider: fallback(directory, directory) })
  t.strictSame(await get(app, '/groups'), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  t.equal(directory.asked, 2)

  const failed = createDeferred<undefined>()
  const late = { fetchGroups: async (): Promise<readonly string[]> => { await failed.promise; throw new Error('down') } }
  const hasty = await open(t, { groupsProvider: fallback(late, directory), providerTimeoutMs: 1 })
  t.strictSame(await get(hasty, '/groups'), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  failed.resolve(undefined)
  await settled()
  t.equal(directory.asked, 2)
})

t.test('providers behind wrappers are warmed up and closed once, though they stand behind several', async t => {
  const seen: string[] = []
  const directory = Object.assign(new Directory(), {
    fetchRoles: () => [],
    warmUp: async () => { seen.push('warm') },
    close: async () => { seen.push('close') }
  })
  const app = Fastify()
  await app.register(authPlugin, {
    jwtProvider,
    groupsProvider: cached(directory, { name: 'groups' }),
    rolesProvider: fallback(combined(directory, directory), cached(directory, { name: 'roles' }))
  })
  await app.ready()
  t.strictSame(seen, ['warm'])
  await app.close()
  t.strictSame(seen, ['warm', 'close'])
})

t.test('a warm-up that is required stops the boot behind wrappers, too; one that is not is a warning', async t => {
  const failing = (warmUpRequired: boolean) => Object.assign(new Directory(), { warmUpRequired, warmUp: async () => { throw new RangeError('hidden text') } })
  const working = Object.assign(new Directory(), { warmUpRequired: true, warmUp: async () => {} })
  const wrap = (directory: Directory) => [cached(directory, { name: 'groups' }), combined(new Directory(), directory), fallback(directory, new Directory())]
  for (const groupsProvider of wrap(failing(true))) await t.rejects(open(t, { groupsProvider }), { code: 'AUTH_OPTION_INVALID', message: /^groupsProvider: .* required: RangeError$/ })
  for (const groupsProvider of wrap(failing(false))) {
    const log = collectLog()
    await open(t, { groupsProvider }, log)
    t.match(log.of('provider could not be warmed up; requests get 503 until it answers'), [{ provider: 'groupsProvider', error: 'RangeError' }])
  }
  await t.resolves(open(t, { groupsProvider: combined(failing(false), working) }), 'what is required is there')
  await t.rejects(open(t, { groupsProvider: combined(failing(true), working) }))
})

t.test('one that cannot be closed is a warning behind wrappers, too', async t => {
  const log = collectLog()
  const groupsProvider = cached(Object.assign(new Directory(), { close: async () => { throw new RangeError('hidden text') } }), { name: 'groups' })
  const app = await open(t, { groupsProvider }, log)
  await app.close()
  t.match(log.of('provider could not be closed'), [{ provider: 'groupsProvider', error: 'RangeError' }])
})
