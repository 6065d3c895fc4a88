import { isRecord } from '../../util/is-record.js'

import type { Claims } from '../../../types/identity.js'

/**
 * Whether the token says that there are such names, but not which: more of them than it may hold. The address where they are to be had is in the token as well;
 * nobody follows it.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim
 */
export function isOverage (claims: Claims, name: 'groups' | 'roles' | 'wids'): boolean {
  return isElsewhere(claims, name) || (name === 'groups' && (hasGroups(claims) || Object.keys(claims).some(claim => claim.startsWith('groups:src'))))
}

/** Distributed claims: OpenID Connect Core 1.0, section 5.6.2. What cannot be read may be about anything. */
function isElsewhere (claims: Claims, name: string): boolean {
  if (!Object.hasOwn(claims, '_claim_names')) {
    return name === 'groups' && Object.hasOwn(claims, '_claim_sources')
  }
  const names = claims['_claim_names']
  return !isRecord(names) || Object.hasOwn(names, name)
}

/** It is `true` wherever it is documented: whatever else somebody writes is no reason to look away. */
function hasGroups (claims: Claims): boolean {
  return Object.hasOwn(claims, 'hasgroups') && claims['hasgroups'] !== false && claims['hasgroups'] !== 'false'
}
