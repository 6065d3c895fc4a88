import { defineNamesGuard } from './define-names-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard, GuardNames, MatchOptions } from '../../types/guard.js'
import type { ScopeName } from '../../types/register.js'

/**
 * Lets a request through when its token was issued for all of `scopes` (with `match: 'any'`, for at least one).
 *
 * Scopes are what the user let a client do, not what the user may do: most routes that ask for scopes ask for a role or a permission too.
 *
 * @param scopes one name or several; compared exactly, case included
 * @throws {AUTH_GUARD_EMPTY} when declared with no name at all
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_SCOPE_MISSING} 403, when the token lacks them; the challenge names them (RFC 6750, section 3.1)
 * @example app.get('/calendar', { preHandler: [requireScopes(['calendar.read'])] }, readCalendar)
 */
export function requireScopes (scopes: GuardNames<ScopeName>, options: MatchOptions = {}): Guard {
  return defineNamesGuard('scopes', scopes, options)
}

markFactory(requireScopes)
