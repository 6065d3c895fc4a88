import { checkAudience } from './check-claims.js'
import { claimsDefaults } from './resolve-claims.js'
import { toKind } from './to-kind.js'

import type { ClaimsDefaults } from './resolve-claims.js'
import type { Claims, IdentityKind, ProvidedIdentity } from '../../../types/identity.js'

/** What the tokens of an issuer mean, where the RFCs leave it open or the issuer departs from them. */
export interface Dialect {
  /** Where the parts of an identity are, unless the options say otherwise. */
  readonly claims: ClaimsDefaults
  /** Whether groups, roles and permissions count, without having been asked for, where the app has other issuers too. */
  readonly keepsNames: boolean
  /** The one form of `iss` that its users are known by; `null` when it is not ours. Asked before anything has been verified. */
  toIssuer (iss: string, issuers: readonly string[]): string | null
  /** Refuses verified claims that were not made for us. */
  checkParties (claims: Claims, audience: readonly string[] | null): void
  /** Whose token it is, where the options have no rule for that. */
  toKind (claims: Claims, clientId: string | null): IdentityKind
  /** The identity that the claims mapping found, with what no mapping can say. */
  finish (identity: ProvidedIdentity): ProvidedIdentity
}

/** RFC 7519, RFC 9068 and OpenID Connect, and nothing else. */
export const rfcDialect: Dialect = Object.freeze({
  claims: claimsDefaults,
  keepsNames: false,
  toIssuer: (iss, issuers) => issuers.includes(iss) ? iss : null,
  checkParties: checkAudience,
  toKind,
  finish: identity => identity
} satisfies Dialect)
