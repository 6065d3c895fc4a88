import { cached, combined, fallback, identityGroups, memoryStore } from 'fastify-gatekeeper/cache'

import type { GroupsProvider, PermissionsProvider, ProfileProvider, RolesProvider, Store } from 'fastify-gatekeeper'
import type { CachedProvider, ProvidersOf } from 'fastify-gatekeeper/cache'

class Directory {
  readonly #grants = new Map<string, readonly string[]>()

  async fetchGroups ({ subject }: { readonly subject: string }): Promise<readonly string[]> {
    return this.#grants.get(subject) ?? []
  }

  fetchRoles (): readonly string[] {
    return []
  }
}

const directory = new Directory()
const permissions: PermissionsProvider = { fetchPermissions: () => [] }
const profiles = { fetchProfile: async () => ({ city: 'Bern' }), permissionMatch: 'nothing of ours' }

const store: Store = memoryStore({ max: 10 })
const kept = cached(directory, { name: 'directory', store })
export const groups: GroupsProvider = kept
export const roles: RolesProvider = kept
export const named: CachedProvider<Directory> = kept
export const forgotten: Promise<void> = kept.invalidateUser('issuer', 'subject')
export const profile: ProfileProvider = cached(profiles, { name: 'profiles' })
// @ts-expect-error a directory has no permissions, kept or not
export const noPermissions: PermissionsProvider = kept
// @ts-expect-error a name must be given
cached(directory, {})
// @ts-expect-error not a provider
cached({ fetch: () => [] }, { name: 'nothing' })

export const united: GroupsProvider = combined(identityGroups(), directory, kept)
export const sameUnited: ProvidersOf<Directory> = combined(directory, kept)
// @ts-expect-error what only one of them gives, the two together do not give
export const noRoles: RolesProvider = combined(identityGroups(), directory)

export const either: GroupsProvider = fallback(kept, directory, { timeoutMs: 100 })
// @ts-expect-error groups are no permissions
export const neither: PermissionsProvider = fallback(permissions, directory)
