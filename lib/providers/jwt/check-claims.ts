import { Check } from '@sinclair/typebox/value'

import { AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID } from '../../errors.js'
import { isNames } from '../../util/is-names.js'

import type { JwtSettings } from './resolve-settings.js'
import type { Claims } from '../../../types/identity.js'
import type { EpochSeconds } from '../../../types/units.js'

/** The last second of the year 9999: what is later is not a date but a mistake. */
const MAX_EPOCH_SECONDS = 253_402_300_799

/** `iss` as the token writes it, and the one form that its users are known by. */
export interface Issuer {
  readonly written: string
  readonly canonical: string
}

/** Refuses tokens of other issuers. Asked before any key is looked for, so that they cost nobody a fetch. RFC 7519, section 4.1.1. */
export function checkIssuer ({ iss }: Claims, { issuers, dialect }: JwtSettings): Issuer {
  const canonical = typeof iss === 'string' ? dialect.toIssuer(iss, issuers) : null
  if (typeof iss !== 'string' || canonical === null) {
    throw new AUTH_TOKEN_INVALID({ reason: 'issuer_unknown', expected: issuers })
  }
  return { written: iss, canonical }
}

/**
 * Refuses verified claims that are not for us or not for now; what is merely over is told last, since a new token would help only then.
 * @returns when the token ends
 */
export function checkClaims (claims: Claims, settings: JwtSettings): EpochSeconds {
  settings.dialect.checkParties(claims, settings.audience)
  checkConfirmation(claims)
  checkSchema(claims, settings)
  checkTexts(claims)
  return checkTimes(claims, settings)
}

/** RFC 7519, section 4.1.3. */
export function checkAudience ({ aud }: Claims, audience: readonly string[] | null): void {
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (audiences !== undefined && !isNames(audiences)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { aud: 'a text or a list of texts' } })
  }
  if (audience !== null && !audiences?.some(name => audience.includes(name))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'audience', expected: audience })
  }
}

/** A token bound to a key that nobody here asks for. RFC 7800, section 3.1; RFC 8705, section 3; RFC 9449, section 7.2. */
export function checkConfirmation (claims: Claims): void {
  if (Object.hasOwn(claims, 'cnf')) {
    throw new AUTH_TOKEN_INVALID({ reason: 'confirmation', expected: { without: 'cnf' } })
  }
}

function checkSchema (claims: Claims, { claimsSchema }: JwtSettings): void {
  if (claimsSchema !== null && !Check(claimsSchema, claims)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claims_schema' })
  }
}

/** RFC 7519, sections 4.1.2 and 4.1.7. */
export function checkTexts (claims: Claims): void {
  for (const name of ['sub', 'jti']) {
    if (claims[name] !== undefined && typeof claims[name] !== 'string') {
      throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { [name]: 'a text' } })
    }
  }
}

/** RFC 7519, sections 4.1.4 to 4.1.6. */
function checkTimes (claims: Claims, settings: JwtSettings): EpochSeconds {
  const { clockToleranceSeconds, maxTokenAgeSeconds, maxLifetimeSeconds } = settings
  const now = Date.now() / 1000
  const expiresAt = demand(readTime(claims, 'exp'), 'exp')
  const notBefore = readTime(claims, 'nbf')
  const issuedAt = readTime(claims, 'iat')
  if (notBefore !== null && notBefore > now + clockToleranceSeconds) {
    throw new AUTH_TOKEN_INVALID({ reason: 'not_yet_valid', expected: { clockToleranceSeconds } })
  }
  if (issuedAt !== null && issuedAt > now + clockToleranceSeconds) {
    throw new AUTH_TOKEN_INVALID({ reason: 'issued_in_future', expected: { clockToleranceSeconds } })
  }
  if (maxLifetimeSeconds !== null && expiresAt - demand(issuedAt, 'iat') > maxLifetimeSeconds) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_lifetime', expected: { maxLifetimeSeconds } })
  }
  const oldAt = maxTokenAgeSeconds === null ? Infinity : demand(issuedAt, 'iat') + maxTokenAgeSeconds
  if (now >= expiresAt + clockToleranceSeconds) {
    throw new AUTH_TOKEN_EXPIRED({ reason: 'expired', expected: { clockToleranceSeconds } })
  }
  if (now >= oldAt + clockToleranceSeconds) {
    throw new AUTH_TOKEN_EXPIRED({ reason: 'token_age', expected: { maxTokenAgeSeconds } })
  }
  return Math.min(expiresAt, oldAt)
}

/** `1e400` is valid JSON and read as infinity; what cannot be read is not as if it were absent. */
export function readTime (claims: Claims, name: string): EpochSeconds | null {
  const value = claims[name]
  if (value === undefined) {
    return null
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value > MAX_EPOCH_SECONDS) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { [name]: 'seconds since 1970, before the year 10000' } })
  }
  return value
}

function demand (value: EpochSeconds | null, name: string): EpochSeconds {
  if (value === null) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_missing', expected: name })
  }
  return value
}
