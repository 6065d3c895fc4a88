import { defineNamesGuard } from './define-names-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard, GuardNames, MatchOptions } from '../../types/guard.js'
import type { RoleName } from '../../types/register.js'

/**
 * Lets a request through when its user has at least one of `roles` (with `match: 'all'`, every one).
 *
 * Costs one `RolesProvider.fetchRoles` for the first guard of a request that asks, none after; nothing where the token carries the roles.
 *
 * @param roles one name or several; compared exactly, case included
 * @throws {AUTH_GUARD_EMPTY} when declared with no name at all
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_ROLE_MISSING} 403, when the user has none of them
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when they could not be fetched
 * @example app.get('/reports', { preHandler: [requireRoles(['analyst', 'manager'])] }, listReports)
 */
export function requireRoles (roles: GuardNames<RoleName>, options: MatchOptions = {}): Guard {
  return defineNamesGuard('roles', roles, options)
}

markFactory(requireRoles)
