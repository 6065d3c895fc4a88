import { AUTH_GUARD_EMPTY } from '../errors.js'
import { isRecord } from '../util/is-record.js'
import { defineGuard } from './define-guard.js'
import { markFactory } from './mark-factory.js'

import type { ClaimValue, Guard, WantedClaims } from '../../types/guard.js'

/**
 * Lets a request through when each of these claims of its user is one of the values given: `===`, or contained where the claim is a list.
 *
 * @param claims by their literal names; at least one, each with at least one text, number, boolean or `null`
 * @throws {AUTH_GUARD_EMPTY} when declared with nothing to compare
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_CLAIM_MISSING} 403, when a claim is absent or another
 * @example app.get('/acme', { preHandler: [requireClaims({ tenant: 'acme', level: [1, 2] })] }, readAcme)
 */
export function requireClaims (claims: WantedClaims): Guard {
  const entries = isRecord(claims) ? Object.entries(claims) : []
  if (entries.length === 0) {
    throw new AUTH_GUARD_EMPTY("requireClaims: claims are missing; call it as requireClaims({ tenant: 'acme' })")
  }
  const wanted = Object.assign(Object.create(null), Object.fromEntries(entries.map(toWanted))) as Record<string, readonly ClaimValue[]>
  return defineGuard(Object.freeze({ kind: 'claims', wanted: Object.freeze(wanted) }))
}

markFactory(requireClaims)

function toWanted ([name, values]: readonly [string, unknown]): readonly [string, readonly ClaimValue[]] {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values]
  if (list.length === 0 || !list.every(isClaimValue)) {
    throw new AUTH_GUARD_EMPTY(`requireClaims: ${name} must be compared with at least one text, number, boolean or null`)
  }
  return [name, Object.freeze([...list] as ClaimValue[])]
}

function isClaimValue (value: unknown): value is ClaimValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}
