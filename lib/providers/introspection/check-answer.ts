import { AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID } from '../../errors.js'
import { checkAudience, checkConfirmation, checkTexts, readTime } from '../jwt/check-claims.js'
import { checkTokenUse } from '../jwt/check-token-use.js'

import type { Claims } from '../../../types/identity.js'
import type { EpochSeconds, Seconds } from '../../../types/units.js'

/** What an answer must say. */
export interface AnswerRules {
  readonly issuer: string
  readonly audience: readonly string[] | null
  readonly clockToleranceSeconds: Seconds
}

/** RFC 6749, section 7.1, in any case; the other name is that of the token exchange (RFC 8693, section 3), which some write here. */
const ACCESS_TOKEN_TYPES: readonly unknown[] = ['bearer', 'access_token', 'urn:ietf:params:oauth:token-type:access_token']

const ACCESS_TOKEN = Object.freeze({ typ: null, tokenUse: 'access' } as const)
const NO_HEADER = Object.freeze({})

/**
 * Refuses tokens that are good, and not for us or not for now: whoever answers may know many APIs, and may not look at the time.
 * @returns when the token ends; `null` where the answer does not say
 * @see RFC 7662, sections 2.2 and 4
 */
export function checkAnswer (claims: Claims, { issuer, audience, clockToleranceSeconds }: AnswerRules): EpochSeconds | null {
  if (claims['iss'] !== undefined && claims['iss'] !== issuer) {
    throw new AUTH_TOKEN_INVALID({ reason: 'issuer_unknown', expected: [issuer] })
  }
  checkTokenType(claims)
  checkTokenUse({ header: NO_HEADER, payload: claims }, ACCESS_TOKEN)
  checkAudience(claims, audience)
  checkConfirmation(claims)
  checkTexts(claims)
  return checkTimes(claims, clockToleranceSeconds)
}

/** A token that needs more than to be sent is none for bearers. RFC 6750; RFC 9449, section 5. */
function checkTokenType ({ token_type: tokenType }: Claims): void {
  if (tokenType !== undefined && !(typeof tokenType === 'string' && ACCESS_TOKEN_TYPES.includes(tokenType.toLowerCase()))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_type', expected: 'Bearer' })
  }
}

function checkTimes (claims: Claims, clockToleranceSeconds: Seconds): EpochSeconds | null {
  const now = Date.now() / 1000
  const expiresAt = readTime(claims, 'exp')
  const notBefore = readTime(claims, 'nbf')
  const issuedAt = readTime(claims, 'iat')
  if (notBefore !== null && notBefore > now + clockToleranceSeconds) {
    throw new AUTH_TOKEN_INVALID({ reason: 'not_yet_valid', expected: { clockToleranceSeconds } })
  }
  if (issuedAt !== null && issuedAt > now + clockToleranceSeconds) {
    throw new AUTH_TOKEN_INVALID({ reason: 'issued_in_future', expected: { clockToleranceSeconds } })
  }
  if (expiresAt !== null && now >= expiresAt + clockToleranceSeconds) {
    throw new AUTH_TOKEN_EXPIRED({ reason: 'expired', expected: { clockToleranceSeconds } })
  }
  return expiresAt
}
