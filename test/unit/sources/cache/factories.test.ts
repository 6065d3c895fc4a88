import t from 'tap'

import { createIdentity } from '../../../fixtures/create-identity.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { cached, combined, fallback, identityGroups, identityPermissions, identityRoles, memoryStore } from '../../../../lib/sources/cache/index.js'

import type { GroupsProvider, PermissionsProvider, Store } from '../../../../lib/index.js'
import type { CachedOptions, FallbackOptions, MemoryStoreOptions } from '../../../../lib/sources/cache/index.js'

const alice = createIdentity()
const groups: GroupsProvider = { fetchGroups: () => ['staff'] }
const roles = { fetchRoles: () => ['editor'] }
const both = { ...groups, ...roles }

t.test('an option that is unknown, missing or wrong is named', async t => {
  const wrong: ReadonlyArray<readonly [options: unknown, path: string]> = [
    [undefined, 'cached'], [null, 'cached'], [{}, 'cached.name'], [{ name: '' }, 'cached.name'], [{ name: ' ' }, 'cached.name'], [{ name: 1 }, 'cached.name'],
    [{ name: 'a', ttl: 1 }, 'cached.ttl'], [{ name: 'a', ttlSeconds: 0 }, 'cached.ttlSeconds'], [{ name: 'a', ttlSeconds: 86_401 }, 'cached.ttlSeconds'],
    [{ name: 'a', ttlSeconds: 1.5 }, 'cached.ttlSeconds'], [{ name: 'a', ttlSeconds: null }, 'cached.ttlSeconds'], [{ name: 'a', staleSeconds: -1 }, 'cached.staleSeconds'],
    [{ name: 'a', staleSeconds: 86_401 }, 'cached.staleSeconds'], [{ name: 'a', max: 0 }, 'cached.max'], [{ name: 'a', max: Infinity }, 'cached.max'],
    [{ name: 'a', timeoutMs: 0 }, 'cached.timeoutMs'], [{ name: 'a', timeoutMs: 60_001 }, 'cached.timeoutMs'], [{ name: 'a', store: new Set() }, 'cached.store'],
    [{ name: 'a', store: memoryStore }, 'cached.store'], [{ name: 'a', store: null }, 'cached.store']
  ]
  for (const [options, path] of wrong) t.throws(() => cached(groups, options as CachedOptions), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^${path} `) }, JSON.stringify(options))
  for (const options of [null, { timeoutMs: 0 }, { timeout: 1 }]) t.throws(() => fallback(groups, groups, options as unknown as FallbackOptions), { code: 'AUTH_OPTION_INVALID', message: /^fallback/ })
  for (const options of [null, { max: 0 }, { maxBytes: 1_023 }, { ttl: 1 }]) t.throws(() => memoryStore(options as unknown as MemoryStoreOptions), { code: 'AUTH_OPTION_INVALID', message: /^memoryStore/ })
})

t.test('options at their edges, and those that are undefined, are taken', async t => {
  t.doesNotThrow(() => cached(groups, { name: 'a', ttlSeconds: 1, staleSeconds: 0, max: 1, timeoutMs: 1 }))
  t.doesNotThrow(() => cached(groups, { name: 'a', ttlSeconds: 86_400, staleSeconds: 86_400, max: 1_000_000, timeoutMs: 60_000 }))
  t.doesNotThrow(() => cached(groups, { name: 'a', ...({ ttlSeconds: undefined, store: undefined } as object) }))
})

t.test('a store may be an instance of a class, and what is given is not changed', async t => {
  class Own implements Store {
    readonly #store = memoryStore()
    async get (key: string): Promise<Uint8Array | null> { return await this.#store.get(key) }
    async set (...given: Parameters<Store['set']>): Promise<void> { await this.#store.set(...given) }
    async delete (key: string): Promise<void> { await this.#store.delete(key) }
    async clear (prefix: string): Promise<void> { await this.#store.clear(prefix) }
  }
  const options = Object.freeze({ name: 'own', store: new Own() })
  const provider = cached(Object.freeze({ ...groups }), options)
  t.strictSame(await provider.fetchGroups(alice, createContext()), ['staff'])
  await provider.invalidateUser(alice.issuer, alice.subject)
  t.ok(Object.isFrozen(provider))
})

t.test('what is no provider is refused by its place', async t => {
  const wrong: ReadonlyArray<readonly [make: () => unknown, path: RegExp]> = [
    [() => cached({} as GroupsProvider, { name: 'a' }), /^cached\.provider must be .* fetchGroups, fetchRoles, fetchPermissions, fetchProfile$/],
    [() => cached(identityGroups as unknown as GroupsProvider, { name: 'a' }), /if it is a factory, call it$/],
    [() => cached(null as unknown as GroupsProvider, { name: 'a' }), /^cached\.provider /],
    [() => combined(), /^combined needs/],
    [() => combined(groups, {} as GroupsProvider), /^combined\.1 /],
    [() => combined(groups, roles), /^combined: /],
    [() => combined(groups, roles, both), /^combined: /],
    [() => fallback({} as GroupsProvider, groups), /^fallback\.0 /],
    [() => fallback(groups, undefined as unknown as GroupsProvider), /^fallback\.1 /],
    [() => fallback(groups, roles as unknown as GroupsProvider), /^fallback: /]
  ]
  for (const [make, message] of wrong) t.throws(make, { code: 'AUTH_OPTION_INVALID', message })
})

t.test('what is made of several answers what all of them answer', async t => {
  t.strictSame(Object.keys(combined(both, groups)).filter(name => name.startsWith('fetch')), ['fetchGroups'])
  t.strictSame(Object.keys(fallback(both, roles)).filter(name => name.startsWith('fetch')), ['fetchRoles'])
  t.strictSame(Object.keys(cached(both, { name: 'a' })).filter(name => name.startsWith('fetch')), ['fetchGroups', 'fetchRoles'])
})

t.test('permissions are compared in the one way that all parts have', async t => {
  const permissions = (permissionMatch?: 'exact' | 'wildcard'): PermissionsProvider => ({ fetchPermissions: () => [], ...permissionMatch && { permissionMatch } })
  const [plain, exact, wild] = [permissions(), permissions('exact'), permissions('wildcard')]
  t.equal(cached(wild, { name: 'a' }).permissionMatch, 'wildcard')
  t.notOk('permissionMatch' in cached(plain, { name: 'a' }))
  t.equal(combined(wild, cached(wild, { name: 'a' })).permissionMatch, 'wildcard')
  t.equal(combined(exact, plain, identityPermissions()).permissionMatch, 'exact')
  t.notOk('permissionMatch' in combined(plain, exact))
  t.equal(fallback(wild, wild).permissionMatch, 'wildcard')
  for (const [first, second] of [[wild, plain], [plain, wild], [exact, wild]] as const) {
    t.throws(() => combined(first, second), { code: 'AUTH_OPTION_INVALID', message: /^combined\.1\.permissionMatch / })
    t.throws(() => fallback(first, second), { code: 'AUTH_OPTION_INVALID', message: /^fallback\.1\.permissionMatch / })
  }
  t.throws(() => combined(wild, wild, identityPermissions()), { message: /^combined\.2\.permissionMatch / })
  t.doesNotThrow(() => combined({ ...groups, ...wild }, groups), 'where nobody gives permissions it does not matter')
})

t.test('names are united each once, in the order of the providers, at once where all answer at once', async t => {
  const gives = (...names: readonly string[]) => ({ fetchGroups: () => names })
  const united = combined(gives('b', 'a'), gives(), gives('c', 'a', 'c'))
  t.strictSame(united.fetchGroups(alice, createContext()), ['b', 'a', 'c'])
  t.ok(Object.isFrozen(united.fetchGroups(alice, createContext())))
  t.strictSame(await combined(gives('b'), { fetchGroups: async () => ['a', 'b'] }).fetchGroups(alice, createContext()), ['b', 'a'])
})

t.test('all fail as soon as one fails, and no failure goes unheard', async t => {
  const rejects = { fetchGroups: async () => { throw new RangeError('down') } }
  const throws = { fetchGroups: () => { throw new TypeError('down') } }
  for (const parts of [[groups, rejects], [rejects, rejects], [rejects, groups]] as const) await t.rejects(async () => await combined(...parts).fetchGroups(alice, createContext()), RangeError)
  await t.rejects(async () => await combined(rejects, throws).fetchGroups(alice, createContext()))
  await t.rejects(async () => await combined(groups, throws).fetchGroups(alice, createContext()), TypeError)
  await t.rejects(async () => await combined(groups, { fetchGroups: () => undefined as never }).fetchGroups(alice, createContext()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', cause: { reason: 'provider_answer' } })
})

t.test('what a credential does not carry is unknown, what it does not mention is nothing', async t => {
  const of = (names: readonly string[] | null | 'unknown') => createIdentity({ groups: names, roles: names, permissions: names })
  const asks = [identityGroups().fetchGroups, identityRoles().fetchRoles, identityPermissions().fetchPermissions]
  for (const ask of asks) {
    t.strictSame(ask(of(['a', 'b']), createContext()), ['a', 'b'])
    t.strictSame(ask(of(null), createContext()), [])
    t.throws(() => ask(of('unknown'), createContext()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503, cause: { reason: 'names_not_carried' } })
  }
})

t.test('the first of two is told when its time is over, and when that of the question is', async t => {
  const signals: AbortSignal[] = []
  const tokens: Array<string | null> = []
  const hangs: GroupsProvider = {
    fetchGroups (_identity, { signal, token }) {
      signals.push(signal)
      tokens.push(token)
      return new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason) }) })
    }
  }
  const context = { ...createContext(), token: 'token' }
  t.strictSame(await fallback(hangs, groups, { timeoutMs: 1 }).fetchGroups(alice, context), ['staff'])
  t.match(signals, [{ aborted: true, reason: { name: 'FallbackTimeout' } }])
  t.equal(tokens[0], 'token')

  const controller = new AbortController()
  const answer = fallback(hangs, groups).fetchGroups(alice, { ...context, signal: controller.signal })
  controller.abort(new RangeError('over'))
  await t.rejects(Promise.resolve(answer), RangeError, 'nobody waits: the second one is not asked')
})

t.test('a provider that looks twice sees one signal', async t => {
  const seen: boolean[] = []
  const looks: GroupsProvider = { fetchGroups: (_identity, context) => { const { signal, log } = context; seen.push(signal === context.signal, log !== undefined); return [] } }
  await fallback(looks, groups).fetchGroups(alice, createContext())
  await cached(looks, { name: 'a' }).fetchGroups(alice, createContext())
  t.strictSame(seen, [true, true, true, true])
})

t.test('a memory store forgets what was asked for least lately where it has no room', async t => {
  const bytes = new Uint8Array(300)
  const [few, small] = [memoryStore({ max: 2 }), memoryStore({ maxBytes: 1_500 })]
  for (const store of [few, small]) {
    await store.set('a', bytes, 60_000)
    await store.set('b', bytes, 60_000)
    await store.get('a')
    await store.set('c', bytes, 60_000)
    t.strictSame([await store.get('b'), await store.get('a'), await store.get('c')].map(each => each !== null), [false, true, true])
  }
  await small.set('a', new Uint8Array(2_000), 60_000)
  t.equal(await small.get('a'), null, 'neither the new value nor the old one')
})
