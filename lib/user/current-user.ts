import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_MISSING } from '../errors.js'
import { verdictOf } from './verdict-slot.js'

import type { AuthUser } from '../../types/user.js'

/**
 * The user who sent the request, for handlers that need one.
 *
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @example app.get('/me', async request => ({ hello: currentUser(request).name }))
 */
export function currentUser (request: FastifyRequest): AuthUser {
  const verdict = verdictOf(request)
  if (verdict?.principal == null) {
    throw verdict?.error ?? new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
  }
  return verdict.principal.user
}
