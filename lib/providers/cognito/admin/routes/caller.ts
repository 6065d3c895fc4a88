import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_MISSING, AUTH_TOKEN_INVALID } from '../../../../errors.js'
import { verdictOf } from '../../../../user/verdict-slot.js'

import type { Identity } from '../../../../../types/identity.js'

/** Who sent a request, and the token that the gate has verified. */
export interface Caller {
  readonly identity: Identity
  readonly accessToken: string
}

/**
 * The user who is signed in at the gate, by an access token of an app client: nothing else goes on to Amazon Cognito.
 *
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_TOKEN_INVALID} 401, when he has signed in by something else
 */
export function callerOf (request: FastifyRequest, clientId: string): Caller {
  const principal = verdictOf(request)?.principal ?? null
  if (principal === null) {
    throw new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
  }
  const { identity, token } = principal
  if (token === null || identity.claims['token_use'] !== 'access') {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_use', expected: { token_use: 'access' } })
  }
  if (identity.claims['client_id'] !== clientId) {
    throw new AUTH_TOKEN_INVALID({ reason: 'audience', expected: { client_id: clientId } })
  }
  return { identity, accessToken: token }
}
