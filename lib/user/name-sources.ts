import type { EntitlementName } from '../../types/identity.js'
import type { GroupsProvider, OwnProviders, PermissionsProvider, ProfileProvider, RolesProvider } from '../../types/providers.js'

/** Where the names and the profile of the users of one provider come from; settled at boot. */
export interface NameSources {
  readonly groups: GroupsProvider | null
  readonly roles: RolesProvider | null
  readonly permissions: PermissionsProvider | null
  readonly profile: ProfileProvider | null
  /** Which names count as far as the credential itself carries them. */
  readonly carried: readonly EntitlementName[]
}

/** The first source that exists: the provider's own, the plugin's, what the credential carries. */
export function resolveNameSources (own: OwnProviders, shared: OwnProviders, carried: readonly EntitlementName[]): NameSources {
  return Object.freeze({
    groups: own.groupsProvider ?? shared.groupsProvider ?? null,
    roles: own.rolesProvider ?? shared.rolesProvider ?? null,
    permissions: own.permissionsProvider ?? shared.permissionsProvider ?? null,
    profile: own.profileProvider ?? shared.profileProvider ?? null,
    carried
  })
}

/** Whether users of these sources can have such names at all. */
export function canSupply (sources: NameSources, name: EntitlementName): boolean {
  return sources[name] !== null || sources.carried.includes(name)
}
