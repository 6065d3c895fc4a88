import { isRecord } from '../../../util/is-record.js'
import { parseUnverifiedJwt } from '../../../util/jwt-text.js'
import { readMaxAge } from './read-max-age.js'

import type { Decision, DecisionCacheSettings } from './types.js'
import type { Count, EpochSeconds, Milliseconds, Seconds } from '../../../../types/units.js'

/** When and where a decision was asked for. */
export interface Origin {
  /** The cache that asked. */
  readonly cache: string
  /** Its own count of events when the question began, and when it was answered: exact where clocks are not. */
  readonly began: Count
  readonly ended: Count
  readonly beganAtMs: Milliseconds
}

/** A decision as it is kept: plain data. */
export interface KeptDecision<T> {
  readonly outcome: T
  readonly kind: Decision<T>['kind']
  readonly subject: string | null
  readonly expiresAt: EpochSeconds | null
  /** `null`: as long as the options say. */
  readonly maxAgeSeconds: Seconds | null
  readonly origin: Origin
}

/** What is kept of a decision about `credential`. */
export function toKept<T> (decision: Decision<T>, { credential, origin, honorCacheControl }: { readonly credential: string, readonly origin: Origin, readonly honorCacheControl: boolean }): KeptDecision<T> {
  const { outcome, kind, subject, expiresAt, cacheControl } = decision
  // Unverified: it can only make the time shorter.
  const exp = parseUnverifiedJwt(credential)?.payload['exp']
  const ends = [expiresAt, exp].filter(end => typeof end === 'number')
  return {
    outcome,
    kind,
    subject,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
    maxAgeSeconds: honorCacheControl ? readMaxAge(cacheControl) : null,
    origin
  }
}

/** How long a decision may be kept by what it says itself; `null`: it does not say. */
export function lifetimeMsOf ({ expiresAt, maxAgeSeconds }: KeptDecision<unknown>): Milliseconds | null {
  const ends = [expiresAt === null ? null : expiresAt * 1000 - Date.now(), maxAgeSeconds === null ? null : maxAgeSeconds * 1000].filter(end => end !== null)
  return ends.length === 0 ? null : Math.min(...ends)
}

/** Whether what comes from a store can be a decision of this kind. */
export function isKept<T> (value: unknown, kind: 'allowed' | 'denied', isOutcome: DecisionCacheSettings<T>['isOutcome']): value is KeptDecision<T> {
  if (!isRecord(value) || value['kind'] !== kind || !isOutcome(value['outcome'])) {
    return false
  }
  const { subject, expiresAt, maxAgeSeconds, origin } = value
  return (subject === null || typeof subject === 'string') && isNumberOrNull(expiresAt) && isNumberOrNull(maxAgeSeconds) && isOrigin(origin)
}

function isOrigin (value: unknown): value is Origin {
  return isRecord(value) && typeof value['cache'] === 'string' && ['began', 'ended', 'beganAtMs'].every(name => Number.isFinite(value[name]))
}

function isNumberOrNull (value: unknown): boolean {
  return value === null || Number.isFinite(value)
}
