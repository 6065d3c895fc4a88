import { checkAudience } from './check-claims.js'
import { checkTokenUse } from './check-token-use.js'
import { claimsDefaults } from './resolve-claims.js'
import { toKind } from './to-kind.js'

import type { ClaimsDefaults } from './resolve-claims.js'
import type { JwtSettings } from './resolve-settings.js'
import type { Claims, IdentityKind, ProvidedIdentity } from '../../../types/identity.js'
import type { UnverifiedJwt } from '../../util/jwt-text.js'

/** What was asked for of the use that tokens are made for. */
export type WantedUse = Pick<JwtSettings, 'typ' | 'tokenUse'>

/** What the tokens of an issuer mean, where the RFCs leave it open or the issuer departs from them. */
export interface Dialect {
  /** Where the parts of an identity are, unless the options say otherwise. */
  readonly claims: ClaimsDefaults
  /** Whether groups, roles and permissions count, without having been asked for, where the app has other issuers too. */
  readonly keepsNames: boolean
  /** The one form of `iss` that its users are known by; `null` when it is not ours. Asked before anything has been verified. */
  toIssuer (iss: string, issuers: readonly string[]): string | null
  /** Refuses tokens whose signature is good but that were made for another use. */
  checkUse (jwt: UnverifiedJwt, wanted: WantedUse): void
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
  checkUse: checkTokenUse,
  checkParties: checkAudience,
  toKind,
  finish: identity => identity
} satisfies Dialect)
