import { seatOf } from './pool-seat.js'
import { AUTH_CREDENTIALS_MISSING, AUTH_POLICY_DENIED } from '../../errors.js'
import { verdictOf } from '../../user/verdict-slot.js'

import type { AwsCredentials } from './temporary-credentials.js'
import type { GuardedRequest } from '../../../types/guard.js'

/**
 * AWS credentials of the user who sent the request, from the identity pool of his user pool. The request must have come with his ID token.
 *
 * Costs two calls for the first request with a token, and none after, until five minutes before the credentials end. The list of the option `revocation` is
 * asked again each time. They are secrets: what prints or serialises them shows who they are for and when they end, and nothing else.
 *
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_TOKEN_INVALID} 401, when the token is an access token
 * @throws {AUTH_TOKEN_EXPIRED} 401, when the token has ended since the request came
 * @throws {AUTH_TOKEN_REVOKED} 401, when it has been revoked since
 * @throws {AUTH_KIND_REFUSED} 403, to machines
 * @throws {AUTH_POLICY_DENIED} 403, to users of a provider that no `identityPool` was made for, and to those whom the identity pool refuses
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when Amazon Cognito could not be asked
 * @example const { accessKeyId, secretAccessKey, sessionToken } = await awsCredentials(request)
 */
export async function awsCredentials (request: GuardedRequest): Promise<AwsCredentials> {
  const verdict = verdictOf(request)
  if (verdict?.principal == null) {
    throw verdict?.error ?? new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
  }
  const exchange = seatOf(verdict.principal.provider)?.exchange ?? null
  if (exchange === null) {
    throw new AUTH_POLICY_DENIED({ reason: 'identity_pool', expected: 'a user of a pool that identityPool(…) was called with' })
  }
  return await exchange.credentialsOf(verdict.principal)
}
