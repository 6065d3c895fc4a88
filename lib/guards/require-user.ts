import { AUTH_GUARD_EMPTY } from '../errors.js'
import { defineGuard } from './define-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard } from '../../types/guard.js'

/**
 * Lets a request through when anybody is signed in.
 *
 * @param none takes nothing: what Fastify calls as a hook was passed uncalled, and must not leave the request hanging
 * @throws {AUTH_GUARD_EMPTY} when called with anything
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is
 * @example app.get('/me', { preHandler: [requireUser()] }, readProfile)
 */
export function requireUser (...none: readonly never[]): Guard {
  if (none.length > 0) {
    throw new AUTH_GUARD_EMPTY('requireUser: takes nothing; call it as requireUser()')
  }
  return defineGuard(Object.freeze({ kind: 'user' }))
}

markFactory(requireUser)
