import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { Claims, IdentityKind } from '../../../types/identity.js'
import type { CommonJwtOptions } from '../jwt/common-options.js'

/** What tokens of applications never have: they say who a person is, or what he allowed. */
const CLAIMS_OF_PERSONS = [
  'scp', 'name', 'preferred_username', 'username', 'upn', 'unique_name', 'email', 'given_name', 'family_name', 'nonce', 'amr', 'onprem_sid'
] as const

/** What ID tokens never have. */
const CLAIMS_OF_ACCESS_TOKENS = ['scp', 'idtyp', 'azp', 'appid'] as const

type TokenUse = NonNullable<CommonJwtOptions['tokenUse']> | null

/**
 * Refuses tokens for another use than `tokenUse`. Access and ID tokens have the same `typ`, and may have the same `aud`: an access token shows that it is one
 * by the scopes that a person gave to a client (`scp`, which no ID token has), or by being an application's own.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims
 */
export function checkEvidence (claims: Claims, tokenUse: TokenUse): void {
  if ((tokenUse === 'access' && !isDelegated(claims) && !isApplication(claims)) || (tokenUse === 'id' && isAccessToken(claims))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_use', expected: tokenUse })
  }
}

/**
 * Whose token it is, never told from what is absent alone.
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
export function toKind (claims: Claims, tokenUse: TokenUse): IdentityKind {
  const isPersons = isDelegated(claims) || claims['idtyp'] === 'user' || (tokenUse === 'id' && typeof claims['oid'] === 'string')
  const isMachines = isApplication(claims)
  if (isPersons) {
    return isMachines || isOwnSubject(claims) ? 'unknown' : 'human'
  }
  return isMachines ? 'machine' : 'unknown'
}

/** Whether a client acts for a person. */
function isDelegated ({ scp }: Claims): boolean {
  return typeof scp === 'string' && scp.trim() !== ''
}

/** Whether an application acts for itself: it says so, or is its own subject and has nothing that persons have. */
function isApplication (claims: Claims): boolean {
  if (claims['idtyp'] !== undefined) {
    return claims['idtyp'] === 'app'
  }
  return isOwnSubject(claims) && !CLAIMS_OF_PERSONS.some(name => Object.hasOwn(claims, name))
}

/** Persons have another `sub` for each application, which is never their `oid`. */
function isOwnSubject ({ oid, sub }: Claims): boolean {
  return typeof oid === 'string' && oid !== '' && oid === sub
}

function isAccessToken (claims: Claims): boolean {
  return CLAIMS_OF_ACCESS_TOKENS.some(name => Object.hasOwn(claims, name))
}
