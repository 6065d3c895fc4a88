import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { createIdentity } from '../fixtures/create-identity.js'
import { createDeferred, settled } from '../fixtures/deferred.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { createContext } from '../fixtures/provider-context.js'
import { cached, combined, fallback, identityGroups, identityPermissions, identityRoles, memoryStore } from '../../lib/sources/cache/index.js'
import { currentUser, requireGroups, requirePermissions } from '../../lib/index.js'

import type { Test } from 'tap'
import type { Identity, Names, ProviderContext, Store } from '../../lib/index.js'
import type { CachedOptions } from '../../lib/sources/cache/index.js'

const ALICE = { subject: 'alice', issuer: 'https://issuer.example', clientId: 'app' }
const alice = createIdentity(ALICE)
const stores: Readonly<Record<string, () => Partial<CachedOptions>>> = { memory: () => ({}), 'a store': () => ({ store: memoryStore() }) }

/** Nobody but exactly alice is an admin. */
function fetchOf (identity: Identity & { readonly tenant?: unknown }): readonly string[] {
  const { subject, issuer, authenticator, kind, clientId, tenant = null } = identity
  const isAlice = [subject, issuer, authenticator, kind, clientId, tenant].join() === [alice.subject, alice.issuer, alice.authenticator, alice.kind, alice.clientId, null].join()
  return isAlice ? ['admin'] : []
}

/** Who must not be taken for alice, whatever is kept for her. */
const lookAlikes: Readonly<Record<string, Partial<Identity> & { readonly tenant?: unknown }>> = {
  'a namesake of another issuer': { issuer: 'https://other.example' },
  'an issuer that is nearly the same': { issuer: 'https://issuer.example/' },
  'an issuer in capital letters': { issuer: 'https://ISSUER.example' },
  'another authenticator': { authenticator: 'apiKeyAuth' },
  'a machine of that name': { kind: 'machine' },
  'a user of unknown kind': { kind: 'unknown' },
  'another client': { clientId: 'other' },
  'no client': { clientId: null },
  'a client whose name is null': { clientId: 'null' },
  'another tenant': { tenant: 'acme' },
  'a tenant that is no text': { tenant: 1 },
  'a subject in capital letters': { subject: 'Alice' },
  'a subject with a blank': { subject: 'alice ' },
  'a subject with a null character': { subject: 'alice\u0000' },
  'a subject that begins alike': { subject: 'alic' },
  'a subject in another normal form': { subject: 'alice\u0301' },
  'a subject with the end of a text in JSON': { subject: 'alice","groups' },
  'a subject with a list in JSON': { subject: '["alice"]' },
  'a subject with a backslash': { subject: 'alice\\' },
  'issuer and subject with another border': { issuer: 'https://issuer.example","alice', subject: 'groups' },
  'the prototype': { subject: '__proto__' },
  'the constructor': { subject: 'constructor' },
  'half of a surrogate pair': { subject: '\ud83d' }
}

for (const [where, toOptions] of Object.entries(stores)) {
  t.test(`with ${where}, a user is not taken for another one: collisions of keys`, async t => {
    const provider = cached({ fetchGroups: fetchOf }, { name: 'groups', ...toOptions() })
    t.strictSame(await provider.fetchGroups(alice, createContext()), ['admin'])
    for (const [technique, { tenant, ...members }] of Object.entries(lookAlikes)) {
      const identity = { ...createIdentity({ ...ALICE, ...members }), ...tenant === undefined ? {} : { tenant } }
      t.strictSame(await provider.fetchGroups(identity, createContext()), [], technique)
    }
    t.strictSame(await provider.fetchGroups(alice, createContext()), ['admin'])
  })
}

/** Ways to get at names that are not one's own, each of which must come to nothing. */
const techniques: Readonly<Record<string, (t: Test, options: CachedOptions) => Promise<void>>> = {
  async 'groups are not taken for roles or permissions' (t, options) {
    const provider = cached({ fetchGroups: () => ['admin'], fetchRoles: () => [], fetchPermissions: async () => [] }, options)
    t.strictSame(await provider.fetchGroups(alice, createContext()), ['admin'])
    t.strictSame([await provider.fetchRoles(alice, createContext()), await provider.fetchPermissions(alice, createContext())], [[], []])
  },
  async 'an answer cannot be changed by who got it' (t, options) {
    const profileOf = () => ({ roles: { isAdmin: false } })
    const providers = [cached({ fetchGroups: () => [], fetchProfile: profileOf }, options), cached({ fetchGroups: async () => [], fetchProfile: async () => profileOf() }, { ...options, name: 'later' })]
    for (const provider of [...providers, ...providers]) {
      const groups = await provider.fetchGroups(alice, createContext()) as string[]
      const profile = await provider.fetchProfile(alice, createContext()) as { roles: { isAdmin: boolean } }
      t.throws(() => { groups.push('admin') }, TypeError)
      t.throws(() => { profile.roles.isAdmin = true }, TypeError)
      t.equal(Object.getPrototypeOf(profile), null)
    }
  },
  async 'an answer cannot be changed by who gave it' (t, options) {
    const [now, later]: [string[], string[]] = [[], []]
    const provider = cached({ fetchGroups: () => now, fetchRoles: async () => later }, options)
    const ask = async () => [await provider.fetchGroups(alice, createContext()), await provider.fetchRoles(alice, createContext())]
    await ask()
    for (const names of [now, later]) names.push('admin')
    t.strictSame(await ask(), [[], []])
  },
  async 'an answer that is none is not kept, nor replaced by an empty list' (t, options) {
    for (const answer of [undefined, null, 'admin', { 0: 'admin', length: 1 }, [1], new Set(['admin']), new Proxy([], { get () { throw new Error('unreadable') } })]) {
      let asked = 0
      const provider = cached({ fetchGroups: () => { asked++; return answer as unknown as Names } }, options)
      for (const time of ['first', 'second']) await t.rejects(async () => await provider.fetchGroups(alice, createContext()), time)
      t.equal(asked, 2)
    }
  },
  async 'the token of one is out of reach, since the answer counts for all' (t, options) {
    const context = { ...createContext(), token: 'a.secret.token' }
    const provider = cached({ fetchGroups: (_identity: Identity, { token }: ProviderContext) => token === null ? [] : ['admin'] }, options)
    await t.rejects(async () => await provider.fetchGroups(alice, context), { name: 'CredentialRead' })
    t.match(context.lines, [{ level: 'error', members: { cache: options.name, member: 'context.token' } }])
    t.notMatch(JSON.stringify(context.lines), 'secret')
  },
  async 'what one token carries is out of reach, too' (t, options) {
    const rich = createIdentity({ ...ALICE, scopes: ['admin'], groups: ['admin'], roles: ['admin'], permissions: ['admin'] })
    for (const member of ['scopes', 'groups', 'roles', 'permissions'] as const) {
      const provider = cached({ fetchPermissions: (identity: Identity) => identity[member] as readonly string[] }, options)
      await t.rejects(async () => await provider.fetchPermissions(rich, createContext()), { name: 'CredentialRead', message: `identity.${member} is not for providers behind cached()` })
    }
    const spread = cached({ fetchPermissions: (identity: Identity) => [...Object.keys({ ...identity })] }, options)
    t.notMatch(await spread.fetchPermissions(rich, createContext()), ['scopes'])
    t.notOk((await spread.fetchPermissions(rich, createContext())).some(name => ['scopes', 'groups', 'roles', 'permissions'].includes(name)), 'nor does a copy have it')
  },
  async 'what the credential carries cannot be kept, however deep it is wrapped' (t, options) {
    for (const provider of [identityGroups(), identityRoles(), identityPermissions(), combined(identityGroups()), fallback({ fetchGroups: () => [] }, combined(identityGroups(), identityGroups()))]) {
      t.throws(() => cached(provider, options), { code: 'AUTH_OPTION_INVALID', message: /^cached\.provider / })
    }
  },
  async 'what is known of the holder is there' (t, options) {
    const provider = cached({ fetchGroups: ({ subject, issuer, kind, clientId, claims, authenticator }: Identity) => [subject, issuer, kind, String(clientId), authenticator, ...Object.keys(claims)] }, options)
    t.strictSame(await provider.fetchGroups(createIdentity({ ...ALICE, claims: { oid: 1 } }), createContext()), ['alice', ALICE.issuer, 'human', 'app', 'bearerAuth', 'oid'])
  },
  async 'a flood of errors that nobody can read ends no process' (t, options) {
    const unreadable = Object.defineProperty(new Error('a'), 'name', { get () { throw new Error('b') } })
    const clock = stopClock(t)
    let isDown = false
    const fetches = [async () => isDown ? await Promise.reject(unreadable) : ['staff'], () => { if (isDown) throw unreadable; return ['staff'] }]
    const providers = fetches.map((fetchGroups, index) => cached({ fetchGroups }, { ...options, name: `${options.name} ${index}`, staleSeconds: 60 }))
    for (const provider of providers) t.strictSame(await provider.fetchGroups(alice, createContext()), ['staff'])
    await settled()
    isDown = true
    clock.advance(60)
    for (const provider of providers) t.strictSame(await provider.fetchGroups(alice, createContext()), ['staff'])
    await settled()
    clock.advance(60)
    for (const provider of providers) t.equal(await Promise.resolve().then(() => provider.fetchGroups(alice, createContext())).then(() => null, error => error === unreadable), true)
    const other = fallback({ fetchGroups: async () => { throw unreadable } }, { fetchGroups: () => [] })
    t.strictSame(await other.fetchGroups(alice, createContext()), [])
  },
  async 'a hundred who ask at once get each his own' (t, options) {
    const provider = cached({ fetchGroups: async ({ subject }: Identity) => { await settled(); return [subject] } }, options)
    const subjects = Array.from({ length: 300 }, (_, index) => `user ${index % 100}`)
    const answers = await Promise.all(subjects.map(async subject => await provider.fetchGroups(createIdentity({ subject }), createContext())))
    t.strictSame(answers.flat(), subjects)
  },
  async 'who was thrown out while his groups were on their way is out' (t, options) {
    const old = createDeferred<readonly string[]>()
    const answers = [old.promise, Promise.resolve([])]
    const provider = cached({ fetchGroups: () => answers.shift() as Promise<readonly string[]> }, options)
    const before = provider.fetchGroups(alice, createContext())
    await settled()
    await provider.invalidateUser(alice.issuer, alice.subject)
    old.resolve(['admin'])
    t.strictSame(await before, ['admin'])
    for (const time of ['first', 'second']) t.strictSame(await provider.fetchGroups(alice, createContext()), [], time)
  }
}

for (const [where, toOptions] of Object.entries(stores)) {
  for (const [technique, prove] of Object.entries(techniques)) t.test(`with ${where}, ${technique}`, t => prove(t, { name: 'names', ...toOptions() }))
}

const issuer = handIssuer()

/** Stores that are against us. */
const hostileStores: Readonly<Record<string, Partial<Store>>> = {
  'is down': { get: async () => { throw new Error('down') }, set: async () => { throw new Error('down') } },
  throws: { get () { throw new Error('down') }, set () { throw new Error('down') } },
  'gives an object for bytes': { get: async () => ({ value: ['admin'] }) as unknown as Uint8Array },
  'gives the same bytes for every key': { get: async () => new TextEncoder().encode(JSON.stringify({ value: ['admin'], loadedAtMs: Date.now(), lifetimeMs: null, generation: ' ' })) },
  'gives a list where an object is due': { get: async key => key.includes('profile') ? null : new TextEncoder().encode('["admin"]') },
  'gives a member called __proto__': { get: async key => key.includes('alice') ? new TextEncoder().encode('{"__proto__":{"value":["admin"],"loadedAtMs":1e15,"lifetimeMs":null,"generation":" "}}') : null }
}

for (const [how, members] of Object.entries(hostileStores)) {
  t.test(`a store that ${how} lets nobody in, and keeps nobody out`, async t => {
    const store = { ...memoryStore(), ...members }
    const groupsProvider = cached({ fetchGroups: ({ subject }) => subject === 'root' ? ['admin'] : [] }, { name: 'groups', store })
    const app = await openApp(t, { jwtProvider: issuer.provider(), groupsProvider }, app => {
      app.get('/', { preHandler: [requireGroups('admin')] }, async () => 'ok')
    })
    for (const [sub, statusCode] of [['alice', 403], ['root', 200], ['alice', 403]] as const) {
      t.match(await app.inject({ url: '/', headers: bearer(issuer.token({ sub })) }), { statusCode }, sub)
    }
  })
}

t.test('what a store holds for one question is no answer to another one', async t => {
  const store = memoryStore()
  const provider = cached({ fetchGroups: () => [], fetchProfile: () => ({}) }, { name: 'names', store })
  const forged = [['groups', { 0: 'admin', length: 1 }], ['groups', ['admin', 1]], ['groups', 'admin'], ['profile', ['admin']], ['profile', 'admin']] as const
  for (const [contract, value] of forged) {
    const key = JSON.stringify(['names', alice.issuer, alice.subject, contract, alice.authenticator, alice.kind, alice.clientId, null])
    const write = async (value: unknown): Promise<void> => { await store.set(key, new TextEncoder().encode(JSON.stringify({ value, loadedAtMs: Date.now(), lifetimeMs: null, generation: ' ' })), 60_000) }
    const ask = async (): Promise<unknown> => await (contract === 'groups' ? provider.fetchGroups : provider.fetchProfile)(alice, createContext())
    await write(contract === 'groups' ? ['good'] : { good: true })
    t.match(await ask(), contract === 'groups' ? ['good'] : { good: true }, 'the key is the right one')
    await write(value)
    t.equal(JSON.stringify(await ask()), contract === 'groups' ? '[]' : '{}', JSON.stringify(value))
  }
})

t.test('a token of few scopes does not get what one of many scopes was given: scopes as permissions', async t => {
  const permissionsProvider = cached({ fetchPermissions: ({ scopes }) => scopes }, { name: 'permissions' })
  const app = await openApp(t, { jwtProvider: issuer.provider(), permissionsProvider }, app => {
    app.get('/', { preHandler: [requirePermissions('user.delete')] }, async request => currentUser(request).id)
  })
  for (const scope of ['user.delete', 'user.read']) {
    t.match((await app.inject({ url: '/', headers: bearer(issuer.token({ scope })) })).json(), { statusCode: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' }, scope)
  }
})
