import { mock } from 'node:test'

import t from 'tap'

import { createContext } from '../fixtures/provider-context.js'
import { AUTH_OPTION_INVALID } from '../../lib/errors.js'
import { closeProviders, warmUpProviders } from '../../lib/provider-lifecycle.js'
import { FetchError } from '../../lib/util/fetch-json.js'

import type { Settings } from '../../lib/options.js'
import type { ProviderLifecycle } from '../../types/providers.js'

/** Settings with one JWT provider, one provider of groups of its own, and what the plugin has beside. */
function settings (jwt: ProviderLifecycle, own: ProviderLifecycle = {}, shared: Readonly<Record<string, ProviderLifecycle>> = {}): Settings {
  return { jwtProviders: [{ name: 'jwt', groupsProvider: own, ...jwt }], authenticators: [], shared } as unknown as Settings
}

t.test('all providers are warmed up side by side, and closed, each once', async t => {
  const seen: string[] = []
  const provider = (name: string): ProviderLifecycle => ({ warmUp: async () => { seen.push(`warm ${name}`) }, close: async () => { seen.push(`close ${name}`) } })
  const directory = provider('directory')
  const all = settings(provider('jwt'), directory, { groupsProvider: directory, rolesProvider: provider('roles'), permissionsProvider: provider('permissions'), profileProvider: directory })
  const { log, lines } = createContext()
  await warmUpProviders(all, log)
  await closeProviders(all, log)
  t.strictSame(seen, [...['jwt', 'directory', 'roles', 'permissions'].map(name => `warm ${name}`), ...['jwt', 'directory', 'roles', 'permissions'].map(name => `close ${name}`)])
  t.strictSame(lines, [])
})

t.test('those behind authenticators, too: each once, whoever else they stand behind', async t => {
  const warm: string[] = []
  const closed: string[] = []
  const provider = (name: string) => ({ name, warmUp: async () => { warm.push(name) }, close: async () => { closed.push(name) } })
  const [jwt, partners, login] = [provider('jwt'), provider('partners'), { ...provider('login'), rolesProvider: provider('roles of login') }]
  const authenticators = [{ name: 'partnerAuth', jwtProviders: [jwt, partners] }, { name: 'otherAuth', jwtProviders: [partners] }, login]
  const all = { jwtProviders: [jwt], authenticators, shared: {} } as unknown as Settings
  const { log, lines } = createContext()
  await warmUpProviders(all, log)
  await closeProviders(all, log)
  for (const seen of [warm, closed]) t.strictSame(seen, ['jwt', 'partners', 'login', 'roles of login'])
  t.strictSame(lines, [])
})

t.test('a provider may have neither', async t => {
  const { log, lines } = createContext()
  await warmUpProviders(settings({}), log)
  await closeProviders(settings({}), log)
  t.strictSame(lines, [])
})

t.test('one that cannot be warmed up is a warning, and keeps no other one from it', async t => {
  const { log, lines } = createContext()
  let isWarm = false
  const notAnError: unknown = 'hidden text'
  const warmUp = () => { throw new RangeError('hidden text') }
  await warmUpProviders(settings({ warmUp }, { warmUp: async () => { throw notAnError } }, { rolesProvider: { warmUp: async () => { isWarm = true } } }), log)
  t.ok(isWarm)
  const text = 'provider could not be warmed up; requests get 503 until it answers'
  t.strictSame(lines, [
    { level: 'warn', members: { provider: 'jwt', error: 'RangeError' }, text },
    { level: 'warn', members: { provider: 'groupsProvider', error: 'string' }, text }
  ])
})

t.test('what was expected of the issuer is told, as far as it is our own text', async t => {
  const { log, lines } = createContext()
  await warmUpProviders(settings({ warmUp: async () => { throw new FetchError('https://issuer.example/jwks', 'status 200') } }), log)
  t.match(lines, [{ members: { provider: 'jwt', error: 'https://issuer.example/jwks did not give status 200' } }])
})

t.test('one that takes longer than five seconds is waited for no longer', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => { mock.timers.reset() })
  const { log, lines } = createContext()
  const warm = warmUpProviders(settings({ warmUp: () => new Promise(() => {}) }), log)
  mock.timers.tick(5_000)
  await warm
  t.match(lines, [{ level: 'warn', members: { provider: 'jwt', error: 'Error' } }])
})

t.test('one that is required to be warm stops the boot', async t => {
  const { log } = createContext()
  const required = settings({ warmUp: async () => { throw new Error('hidden text') }, warmUpRequired: true })
  await t.rejects(warmUpProviders(required, log), { code: 'AUTH_OPTION_INVALID', message: 'jwt: the warm-up failed, and it is required: Error' })
})

t.test('and says what to do, where it knows', async t => {
  const { log } = createContext()
  const required = settings({ warmUp: async () => { throw new AUTH_OPTION_INVALID('npm install it') }, warmUpRequired: true })
  await t.rejects(warmUpProviders(required, log), { code: 'AUTH_OPTION_INVALID', message: 'jwt: the warm-up failed, and it is required: npm install it' })
})

t.test('one that cannot be closed is a warning, and keeps no other one from it', async t => {
  const { log, lines } = createContext()
  let isClosed = false
  await closeProviders(settings({ close: async () => { throw new RangeError('hidden text') } }, { close: async () => { isClosed = true } }), log)
  t.ok(isClosed)
  t.strictSame(lines, [{ level: 'warn', members: { provider: 'jwt', error: 'RangeError' }, text: 'provider could not be closed' }])
})
