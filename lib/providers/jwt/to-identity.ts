import { readClaim, readPath } from './read-claim.js'
import { askKind } from './to-kind.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'
import { isNames } from '../../util/is-names.js'

import type { ResolvedClaims, Source } from './resolve-claims.js'
import type { JwtSettings } from './resolve-settings.js'
import type { CarriedNames, Claims, ProvidedIdentity } from '../../../types/identity.js'
import type { EpochSeconds } from '../../../types/units.js'

const MAX_ID_LENGTH = 255

// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749, section 3.3
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** What else is known of a token beside its claims. */
export interface TokenFacts {
  readonly issuer: string
  readonly expiresAt: EpochSeconds | null
}

/**
 * What verified claims say of their subject. What decides who he is or what he may do is of the right type, or the token is refused;
 * a name or an address of a wrong type is as if it were absent.
 * @throws {AUTH_TOKEN_INVALID} 401, when claims are missing or of a wrong type
 */
export function toIdentity (claims: Claims, { claims: mapping, dialect }: Pick<JwtSettings, 'claims' | 'dialect'>, { issuer, expiresAt }: TokenFacts): ProvidedIdentity {
  const clientId = toClientId(claims, mapping)
  const email = toText(readClaim(claims, mapping.email))
  return dialect.finish({
    subject: toId(claims, mapping),
    issuer,
    kind: mapping.kind === null ? dialect.toKind(claims, clientId) : askKind(mapping.kind, claims),
    name: toText(readClaim(claims, mapping.name)),
    email,
    emailVerified: email === null ? null : toFlag(readClaim(claims, mapping.emailVerified)),
    clientId,
    scopes: toScopes(claims, mapping),
    claims,
    expiresAt,
    groups: toNames(claims, mapping.groups),
    roles: toNames(claims, mapping.roles),
    permissions: toNames(claims, mapping.permissions)
  })
}

function toId (claims: Claims, { id }: ResolvedClaims): string {
  const value = readPath(claims, id)
  if (value === undefined) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_missing', expected: id })
  }
  if (typeof value !== 'string' || value === '' || value.length > MAX_ID_LENGTH) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: id, is: `a text of 1 to ${MAX_ID_LENGTH} characters` } })
  }
  return value
}

function toClientId (claims: Claims, { clientId }: ResolvedClaims): string | null {
  const value = readClaim(claims, clientId)
  if (value !== undefined && (typeof value !== 'string' || value === '')) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: clientId, is: 'a text that is not empty' } })
  }
  return value ?? null
}

function toScopes (claims: Claims, { scopes }: ResolvedClaims): readonly string[] {
  const value = readClaim(claims, scopes)
  if (value === undefined) {
    return []
  }
  const tokens = typeof value === 'string' ? value.split(' ').filter(token => token !== '') : value
  if (!isNames(tokens) || !tokens.every(token => scopeToken.test(token))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: scopes, is: 'scopes with one space between them, or a list of scopes' } })
  }
  return tokens
}

/** A text is one name: taking it apart, or looking for a name in it, would grant what nobody said. */
function toNames (claims: Claims, source: Source): CarriedNames {
  if (source === null) {
    return null
  }
  const value = readClaim(claims, source)
  const names = typeof value === 'string' ? [value] : value
  if (names !== undefined && !isNames(names)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: source, is: 'a list of texts' } })
  }
  return names ?? []
}

function toText (value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

function toFlag (value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}
