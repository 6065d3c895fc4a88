import { defineGuard } from './define-guard.js'

import type { Guard } from '../../types/guard.js'

/**
 * Lets a request through when anybody is signed in.
 *
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is
 * @example app.get('/me', { preHandler: [requireUser()] }, readProfile)
 */
export function requireUser (): Guard {
  return defineGuard(Object.freeze({ kind: 'user' }))
}
