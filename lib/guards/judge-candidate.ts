import { AUTH_CLAIM_MISSING, AUTH_GROUP_MISSING, AUTH_KIND_REFUSED, AUTH_PERMISSION_MISSING, AUTH_ROLE_MISSING, AUTH_SCOPE_MISSING } from '../errors.js'
import { when } from '../util/when.js'
import { Refusal } from './refusal.js'

import type { AuthErrorClass } from '../errors.js'
import type { ClaimValue, GuardDescription } from '../../types/guard.js'
import type { Claims, EntitlementName, Identity } from '../../types/identity.js'
import type { Names } from '../../types/providers.js'
import type { AuthError, Reason } from '../../types/verdict.js'

/** Somebody who can be judged. */
export interface Candidate {
  readonly identity: Identity
  readonly sources: { readonly permissions: { readonly permissionMatch?: 'exact' | 'wildcard' } | null }
  /** Throws or rejects with a coded 503 when they cannot be had. */
  names (name: EntitlementName): Names
}

type NamesGuard = Extract<GuardDescription, { readonly match: string }>

/** Guards that judge by what the user is or has, and by nothing else. */
export type SimpleGuard = Exclude<GuardDescription, { readonly kind: 'any' | 'all' | 'not' | 'policy' }>

const REFUSALS: Readonly<Record<NamesGuard['kind'], readonly [AuthErrorClass, Reason]>> = Object.freeze({
  groups: [AUTH_GROUP_MISSING, 'group'],
  roles: [AUTH_ROLE_MISSING, 'role'],
  permissions: [AUTH_PERMISSION_MISSING, 'permission'],
  scopes: [AUTH_SCOPE_MISSING, 'scope']
})

/** What a guard without parts says of a user: a refusal, or `null` for none. Throws or rejects with a coded 503 when it cannot tell. */
export function judgeCandidate (guard: SimpleGuard, candidate: Candidate): Refusal | null | Promise<Refusal | null> {
  switch (guard.kind) {
    case 'user': return null
    case 'kind': return candidate.identity.kind === guard.wanted ? null : new Refusal(() => new AUTH_KIND_REFUSED({ reason: 'kind', expected: guard.wanted }))
    case 'claims': return judgeClaims(guard.wanted, candidate.identity.claims)
    case 'scopes': return judgeHeld(guard, candidate.identity.scopes, false)
    default: return judgeNames(guard, guard.kind, candidate)
  }
}

function judgeNames (guard: NamesGuard, name: EntitlementName, candidate: Candidate): Refusal | null | Promise<Refusal | null> {
  const hasPatterns = name === 'permissions' && candidate.sources.permissions?.permissionMatch === 'wildcard'
  return when(candidate.names(name), held => judgeHeld(guard, held, hasPatterns))
}

function judgeClaims (wanted: Readonly<Record<string, readonly ClaimValue[]>>, claims: Claims): Refusal | null {
  const isMet = Object.entries(wanted).every(function isClaimMet ([name, values]) {
    const claim = claims[name]
    const said: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
    return said.some(value => values.includes(value as ClaimValue))
  })
  return isMet ? null : new Refusal(() => new AUTH_CLAIM_MISSING({ reason: 'claim', expected: wanted }))
}

/** One of the names decides: the first that is held for `any`, the first that is not for `all`. */
function judgeHeld (guard: NamesGuard, held: readonly string[], hasPatterns: boolean): Refusal | null {
  const decides = guard.match === 'any'
  for (const name of guard.wanted) {
    if ((held.includes(name) || (hasPatterns && isCovered(name, held))) === decides) {
      return decides ? null : new Refusal(() => toError(guard))
    }
  }
  return decides ? new Refusal(() => toError(guard)) : null
}

function isCovered (name: string, held: readonly string[]): boolean {
  return held.some(pattern => covers(pattern, name))
}

/** `user.*` covers `user.create` and `user.address.read`, but neither `user` nor `users.create`; a bare `*` covers nothing. */
function covers (pattern: string, name: string): boolean {
  return pattern.length > 2 && pattern.endsWith('.*') && name.length >= pattern.length && name.startsWith(pattern.slice(0, -1))
}

function toError (guard: NamesGuard): AuthError {
  const [Missing, reason] = REFUSALS[guard.kind]
  const detail = { reason, expected: { match: guard.match, names: guard.wanted } }
  return new Missing(guard.kind === 'scopes' ? { ...detail, scopes: guard.wanted } : detail)
}
