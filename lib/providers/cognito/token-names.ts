import { isPool } from './known-pools.js'
import { cognitoGroupsOptionsSchema } from './names-options.js'
import { assertOptions } from '../jwt/resolve-settings.js'
import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../errors.js'
import { markCredentialReader } from '../../sources/cache/credential-reader.js'
import { isNames } from '../../util/is-names.js'

import type { CognitoGroupsOptions } from './names-options.js'
import type { Identity } from '../../../types/identity.js'
import type { GroupsProvider, PermissionsProvider, RolesProvider } from '../../../types/providers.js'

const NO_NAMES: readonly string[] = Object.freeze([])

/**
 * Gives the groups that a Cognito token lists, and none to users of anybody but the pools that `cognito` was called for.
 *
 * Without options that is what `cognito` reads by itself; it is there to be told of another claim, and for `combined`.
 * Costs nothing: it reads the verified token. What a token carries is for that one alone, so it cannot be `cached`. Its `fetchGroups` throws
 * AUTH_ENTITLEMENTS_UNAVAILABLE (503) when the claim is of a wrong type.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong
 * @example const groupsProvider = combined(cognitoGroups(), directory)
 */
export function cognitoGroups (options: CognitoGroupsOptions = {}): GroupsProvider {
  const read = createGroupsReader('cognitoGroups', options)
  return markCredentialReader({ fetchGroups: read })
}

/** Gives the groups that a Cognito token lists as roles, like {@link cognitoGroups}: Cognito has no roles of its own. */
export function cognitoGroupsAsRoles (options: CognitoGroupsOptions = {}): RolesProvider {
  const read = createGroupsReader('cognitoGroupsAsRoles', options)
  return markCredentialReader({ fetchRoles: read })
}

/**
 * Gives the scopes of a Cognito token as permissions, as they are: `reports/read` with the resource server that it belongs to, so that those of two APIs
 * are never taken for each other. None to users of anybody but the pools that `cognito` was called for. They are compared exactly. Cannot be `cached`.
 * @example const permissionsProvider = cognitoScopesAsPermissions()
 */
export function cognitoScopesAsPermissions (): PermissionsProvider {
  return markCredentialReader({ fetchPermissions: ({ issuer, scopes }: Identity) => isPool(issuer) ? scopes : NO_NAMES })
}

function createGroupsReader (factory: string, options: CognitoGroupsOptions): (identity: Identity) => readonly string[] {
  assertOptions<CognitoGroupsOptions>(cognitoGroupsOptionsSchema, options, path => [factory, ...path].join('.'))
  const { groupsClaim = 'cognito:groups', promoteSingleScope = false } = options
  return function readGroups ({ issuer, claims, scopes }) {
    if (!isPool(issuer)) {
      return NO_NAMES
    }
    if (Object.hasOwn(claims, groupsClaim)) {
      return toNames(claims[groupsClaim])
    }
    return promoteSingleScope ? toPromoted(scopes) : NO_NAMES
  }
}

/** A text is one name: taking it apart would grant what nobody said. */
function toNames (value: unknown): readonly string[] {
  const names = typeof value === 'string' ? [value] : value
  if (!isNames(names)) {
    throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_answer', expected: 'a list of texts in the groups claim' })
  }
  return names
}

function toPromoted (scopes: readonly string[]): readonly string[] {
  const [scope = '', ...others] = scopes
  const name = scope.slice(scope.lastIndexOf('/') + 1)
  return name === '' || others.length > 0 ? NO_NAMES : [name]
}
