import { createIdentity } from '../fixtures/create-identity.js'
import { proveNamesProvider } from './names-provider.js'
import { proveStore } from './store.js'
import { cached, combined, fallback, memoryStore } from '../../lib/sources/cache/index.js'

import type { Identity } from '../../lib/index.js'

const alice = createIdentity()
const bob = createIdentity({ subject: 'bob' })

/** Names as an app may keep them: by issuer and subject. Every method answers in a way of its own. */
class Directory {
  readonly #names = new Map([['https://issuer.example alice', ['editor', 'admin']]])

  fetchGroups ({ issuer, subject }: Identity): readonly string[] {
    return this.#names.get(`${issuer} ${subject}`) ?? []
  }

  async fetchRoles (identity: Identity): Promise<readonly string[]> {
    return this.fetchGroups(identity)
  }

  async fetchPermissions (identity: Identity): Promise<readonly string[]> {
    return this.fetchGroups(identity)
  }
}

const directory = new Directory()
const broken = { fetchGroups: async () => { throw new Error('down') }, fetchRoles: () => { throw new Error('down') }, fetchPermissions: () => [] }
const nobody = { fetchGroups: () => [], fetchRoles: async () => [], fetchPermissions: async () => [] }

const subjects = {
  'cached without a store': cached(directory, { name: 'memory' }),
  'cached with a store': cached(directory, { name: 'store', store: memoryStore() }),
  combined: combined(nobody, directory, directory),
  'a fallback that is not asked': fallback(directory, nobody),
  'a fallback that is asked': fallback({ ...broken, fetchPermissions: broken.fetchRoles }, directory),
  'all of them': cached(fallback(combined(broken, nobody), combined(cached(directory, { name: 'inner' }), nobody)), { name: 'outer' })
}

for (const [name, provider] of Object.entries(subjects)) {
  proveNamesProvider(name, { kind: 'groups', fetch: (identity, context) => provider.fetchGroups(identity, context), known: [alice, ['editor', 'admin']], unknown: bob })
  proveNamesProvider(name, { kind: 'roles', fetch: (identity, context) => provider.fetchRoles(identity, context), known: [alice, ['editor', 'admin']], unknown: bob })
}

for (const name of ['combined', 'cached with a store', 'a fallback that is asked'] as const) {
  const provider = subjects[name]
  proveNamesProvider(name, { kind: 'permissions', fetch: (identity, context) => provider.fetchPermissions(identity, context), known: [alice, ['editor', 'admin']], unknown: bob })
}

proveStore('memoryStore', () => ({ store: memoryStore() }))
