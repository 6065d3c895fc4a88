import { defineNamesGuard } from './define-names-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard, GuardNames, MatchOptions } from '../../types/guard.js'
import type { PermissionName } from '../../types/register.js'

/**
 * Lets a request through when its user holds at least one of `permissions` (with `match: 'all'`, every one).
 *
 * Costs one `PermissionsProvider.fetchPermissions` for the first guard of a request that asks, none after; nothing where the token carries them.
 *
 * @param permissions one name or several; compared exactly, case included
 * @throws {AUTH_GUARD_EMPTY} when declared with no name at all
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_PERMISSION_MISSING} 403, when the user holds none of them
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when they could not be fetched
 * @example app.post('/users', { preHandler: [requirePermissions(['user.create'])] }, createUser)
 */
export function requirePermissions (permissions: GuardNames<PermissionName>, options: MatchOptions = {}): Guard {
  return defineNamesGuard('permissions', permissions, options)
}

markFactory(requirePermissions)
