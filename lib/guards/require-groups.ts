import { defineNamesGuard } from './define-names-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard, GuardNames, MatchOptions } from '../../types/guard.js'
import type { GroupName } from '../../types/register.js'

/**
 * Lets a request through when its user is in at least one of `groups` (with `match: 'all'`, in every one).
 *
 * Costs one `GroupsProvider.fetchGroups` for the first guard of a request that asks, none after; nothing where the token carries the groups.
 *
 * @param groups one name or several; compared exactly, case included
 * @throws {AUTH_GUARD_EMPTY} when declared with no name at all
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_GROUP_MISSING} 403, when the user is in none of them
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when they could not be fetched
 * @example app.delete('/books/:id', { preHandler: [requireGroups(['librarian'])] }, removeBook)
 */
export function requireGroups (groups: GuardNames<GroupName>, options: MatchOptions = {}): Guard {
  return defineNamesGuard('groups', groups, options)
}

markFactory(requireGroups)
