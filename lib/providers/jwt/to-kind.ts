import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { toFrozen } from '../../util/to-frozen.js'

import type { Claims, IdentityKind } from '../../../types/identity.js'

const KINDS: readonly unknown[] = ['human', 'machine', 'unknown']

/**
 * Whose token it is: a machine's when the subject is the client itself, a person's when the issuer says how or as whom he signed in;
 * neither is told from what is absent.
 * @see RFC 9068, section 2.2; OpenID Connect Core 1.0, sections 2 and 5.1
 */
export function toKind (claims: Claims, clientId: string | null): IdentityKind {
  if (clientId !== null && claims['sub'] === clientId) {
    return 'machine'
  }
  return isSignedIn(claims) ? 'human' : 'unknown'
}

/**
 * Whose token it is by a rule of the app's own.
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when `rule` throws or answers anything else
 */
export function askKind (rule: (claims: Claims) => IdentityKind, claims: Claims): IdentityKind {
  let kind: unknown
  try {
    kind = rule(toFrozen(claims))
  } catch {
    throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_failed', expected: 'claims.kind to return' })
  }
  if (!KINDS.includes(kind)) {
    throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer', expected: KINDS })
  }
  return kind as IdentityKind
}

function isSignedIn ({ auth_time: authTime, amr, given_name: givenName, family_name: familyName }: Claims): boolean {
  return typeof authTime === 'number' || (Array.isArray(amr) && amr.length > 0) || isFilled(givenName) || isFilled(familyName)
}

function isFilled (value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}
