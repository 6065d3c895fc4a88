import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../errors.js'
import { markCredentialReader } from './credential-reader.js'

import type { EntitlementName, Identity } from '../../../types/identity.js'
import type { GroupsProvider, PermissionsProvider, RolesProvider } from '../../../types/providers.js'

const NO_NAMES: readonly string[] = Object.freeze([])

/**
 * Gives the groups that the user's credential carries: for `combined`, which unites them with others.
 *
 * They are none where the credential says nothing of groups, and 503 where it says that there are some which it does not carry.
 * What a credential carries is for that one alone, so it cannot be `cached`.
 *
 * @example const groupsProvider = combined(identityGroups(), directory)
 */
export function identityGroups (): GroupsProvider {
  return markCredentialReader({ fetchGroups: (identity: Identity) => carriedBy(identity, 'groups') })
}

/** Gives the roles that the user's credential carries, like {@link identityGroups}. */
export function identityRoles (): RolesProvider {
  return markCredentialReader({ fetchRoles: (identity: Identity) => carriedBy(identity, 'roles') })
}

/** Gives the permissions that the user's credential carries, like {@link identityGroups}. They are compared exactly. */
export function identityPermissions (): PermissionsProvider {
  return markCredentialReader({ fetchPermissions: (identity: Identity) => carriedBy(identity, 'permissions') })
}

function carriedBy (identity: Identity, name: EntitlementName): readonly string[] {
  const carried = identity[name]
  if (carried === 'unknown') {
    throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'names_not_carried' })
  }
  return carried ?? NO_NAMES
}
