import { checkAudience } from '../jwt/check-claims.js'
import { checkTokenUse } from '../jwt/check-token-use.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { Dialect, WantedUse } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { Claims, IdentityKind, ProvidedIdentity } from '../../../types/identity.js'
import type { UnverifiedJwt } from '../../util/jwt-text.js'

/** What a pool's tokens must be. */
export interface CognitoRules {
  /** `null`: every client of the pool. */
  readonly clientIds: readonly string[] | null
  /** Whether ID tokens are said to be their audience's: unless the options say where the client is. */
  readonly readsClient: boolean
}

/** Claims that only people have: presence counts, even of an empty one. */
const CLAIMS_OF_PEOPLE = ['cognito:username', 'username', 'email', 'name', 'given_name', 'family_name'] as const

const TOKEN_USES: readonly unknown[] = ['access', 'id']

const claimsDefaults: ClaimsDefaults = Object.freeze({
  id: 'sub',
  name: Object.freeze({ firstOf: Object.freeze(['username', 'cognito:username', 'name', 'sub']) }),
  email: 'email',
  clientId: 'client_id',
  scopes: 'scope',
  groups: 'cognito:groups',
  // Cognito knows groups and scopes only. `cognito:roles` are roles of AWS IAM.
  roles: null,
  permissions: null
})

/**
 * What the tokens of a user pool mean.
 * @see Amazon Cognito Developer Guide, "Understanding the access token", "Understanding the identity (ID) token", "Verifying JSON web tokens"
 */
export function createCognitoDialect (rules: CognitoRules): Dialect {
  return Object.freeze({
    claims: claimsDefaults,
    keepsNames: true,
    toIssuer: (iss: string, issuers: readonly string[]) => issuers.includes(iss) ? issuers[0] as string : null,
    checkUse,
    checkParties: (claims: Claims, audience: readonly string[] | null) => { checkParties(claims, audience, rules.clientIds) },
    toKind,
    finish: (identity: ProvidedIdentity) => rules.readsClient ? addClient(identity) : identity
  })
}

/** Every token of Cognito says what it is for, in exactly these words. */
function checkUse (jwt: UnverifiedJwt, wanted: WantedUse): void {
  checkTokenUse(jwt, wanted)
  const { tokenUse } = wanted
  const use = jwt.payload['token_use']
  if (!TOKEN_USES.includes(use) || (tokenUse !== null && use !== tokenUse)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_use', expected: { token_use: tokenUse ?? TOKEN_USES } })
  }
}

function checkParties (claims: Claims, audience: readonly string[] | null, clientIds: readonly string[] | null): void {
  if (claims['token_use'] === 'id') {
    checkIdToken(claims, clientIds)
  } else {
    checkAccessToken(claims, audience, clientIds)
  }
}

/** The client is the audience. OpenID Connect Core 1.0, section 2. */
function checkIdToken (claims: Claims, clientIds: readonly string[] | null): void {
  if (claims['aud'] === undefined) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_missing', expected: 'aud' })
  }
  checkAudience(claims, clientIds)
}

/** The client has a claim of its own, and there is an audience only where somebody asked for one. */
function checkAccessToken (claims: Claims, audience: readonly string[] | null, clientIds: readonly string[] | null): void {
  const clientId = claims['client_id']
  if (clientId === undefined) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_missing', expected: 'client_id' })
  }
  if (typeof clientId !== 'string' || clientId === '') {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { client_id: 'a text that is not empty' } })
  }
  if (clientIds !== null && !clientIds.includes(clientId)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'audience', expected: { client_id: clientIds } })
  }
  if (claims['aud'] !== undefined) {
    checkAudience(claims, audience ?? clientIds ?? [clientId])
  }
}

/** Both kinds of token have an `auth_time`, so it tells nothing. RFC 9068, section 2.2. */
function toKind (claims: Claims): IdentityKind {
  const { client_id: clientId, sub, token_use: use } = claims
  if (use === 'access' && clientId !== undefined && sub === clientId && !CLAIMS_OF_PEOPLE.some(name => Object.hasOwn(claims, name))) {
    return 'machine'
  }
  return isFilled(claims['username']) || isFilled(claims['cognito:username']) ? 'human' : 'unknown'
}

function addClient (identity: ProvidedIdentity): ProvidedIdentity {
  const { token_use: use, aud } = identity.claims
  return use === 'id' ? { ...identity, clientId: toOnly(aud) } : identity
}

/** The one client of an audience; of several nobody knows which it was. */
function toOnly (aud: unknown): string | null {
  const [only = null, ...others] = (typeof aud === 'string' ? [aud] : aud) as readonly string[]
  return others.length === 0 ? only : null
}

function isFilled (value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}
