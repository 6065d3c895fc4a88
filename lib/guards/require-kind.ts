import { AUTH_GUARD_EMPTY } from '../errors.js'
import { defineGuard } from './define-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard } from '../../types/guard.js'

/**
 * Lets a request through when its user is known to be a person, or known to be a machine. One of whom neither is known passes neither.
 *
 * @throws {AUTH_GUARD_EMPTY} when declared with anything else
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_KIND_REFUSED} 403, when the user is of the other kind, or of unknown kind
 * @example app.post('/jobs', { preHandler: [requireKind('machine')] }, enqueue)
 */
export function requireKind (kind: 'human' | 'machine'): Guard {
  if (kind !== 'human' && kind !== 'machine') {
    throw new AUTH_GUARD_EMPTY("requireKind: the kind must be 'human' or 'machine'")
  }
  return defineGuard(Object.freeze({ kind: 'kind', wanted: kind }))
}

markFactory(requireKind)
