import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { Claims } from '../../../types/identity.js'

/** Refuses verified claims whose `name` is none of `wanted`, compared exactly; `null` accepts all, and those without it. */
export function checkMember (claims: Claims, name: string, wanted: readonly string[] | null): void {
  const held = claims[name]
  if (wanted !== null && !(typeof held === 'string' && wanted.includes(held))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'organization', expected: wanted })
  }
}
