import type { FastifyRequest } from 'fastify'

import { AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_REVOKED } from '../errors.js'
import { when } from '../util/when.js'
import { askProvider } from './ask-provider.js'

import type { ProviderRuntime } from './ask-provider.js'
import type { Identity } from '../../types/identity.js'
import type { RevocationList } from '../../types/revocation.js'

/** Who is asked, and on behalf of which request. */
export interface RevocationQuestion {
  /** `null`: the app has none. */
  readonly revocation: RevocationList | null
  readonly runtime: ProviderRuntime
  readonly request: FastifyRequest
}

/**
 * Lets go on who has not been revoked: at once where that is known at once.
 *
 * @throws {AUTH_TOKEN_REVOKED} 401, at once or as a rejection
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, likewise, when the list could not be asked
 */
export function assertUnrevoked (identity: Identity, { revocation, runtime, request }: RevocationQuestion): void | Promise<void> {
  if (revocation === null) {
    return
  }
  const isRevoked = askProvider({
    runtime,
    request,
    token: null,
    asked: 'revocation',
    Unavailable: AUTH_PROVIDER_UNAVAILABLE,
    mayRefuse: false,
    ask: () => revocation.isRevoked(identity),
    isAnswer: answer => typeof answer === 'boolean',
    seal: answer => answer
  })
  return when(isRevoked, refuseRevoked)
}

function refuseRevoked (isRevoked: boolean): void {
  if (isRevoked) {
    throw new AUTH_TOKEN_REVOKED({ reason: 'revoked' })
  }
}
