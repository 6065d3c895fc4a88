import { checkMember } from './check-member.js'
import { createDiscoveringProvider, nameOptionsOf } from './discovering-provider.js'
import { googleOptionsSchema } from './google-options.js'
import { checkAudience } from '../jwt/check-claims.js'
import { rfcDialect } from '../jwt/dialect.js'
import { assertOptions, toList } from '../jwt/resolve-settings.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { GoogleOptions } from './google-options.js'
import type { Dialect } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { Claims, IdentityKind } from '../../../types/identity.js'
import type { JwtProvider } from '../../../types/providers.js'

const ISSUER = 'https://accounts.google.com'

/** Google's tokens name nothing that a user may do. */
const CLAIMS: ClaimsDefaults = Object.freeze({
  id: 'sub', name: 'name', email: 'email', clientId: 'azp', scopes: null, groups: null, roles: null, permissions: null
})

/**
 * A provider for the ID tokens of Google: its access tokens say nothing to anybody but Google.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
 * @example google({ audience: '1234987819200.apps.googleusercontent.com', hostedDomain: 'example.com' })
 */
export function google (options: GoogleOptions): JwtProvider {
  const nameOption = nameOptionsOf('google')
  assertOptions<GoogleOptions>(googleOptionsSchema, options, nameOption)
  const { issuer = ISSUER } = options
  // "https://accounts.google.com or accounts.google.com", says Google.
  const aliases = issuer === ISSUER ? ['accounts.google.com'] : []
  return createDiscoveringProvider({ ...options, issuer, tokenUse: 'id' }, { name: 'google', nameOption, aliases, dialect: toDialect(options) })
}

function toDialect ({ hostedDomain, serviceAccounts }: GoogleOptions): Dialect {
  const domains = hostedDomain === undefined ? null : toList(hostedDomain)
  const accounts = serviceAccounts === undefined ? [] : toList(serviceAccounts)
  return Object.freeze({
    ...rfcDialect,
    claims: CLAIMS,
    keepsNames: true,
    toIssuer: (iss, issuers) => issuers.includes(iss) ? issuers[0] as string : null,
    checkParties (claims, audience) {
      checkAudience(claims, audience)
      if (isSignedIn(claims)) {
        checkMember(claims, 'hd', domains)
        return
      }
      checkAccount(claims, accounts)
    },
    toKind
  } satisfies Dialect)
}

function checkAccount ({ sub, email, email_verified: emailVerified }: Claims, accounts: readonly string[]): void {
  const names: readonly unknown[] = emailVerified === true ? [sub, email] : [sub]
  if (!accounts.some(account => names.includes(account))) {
    throw new AUTH_TOKEN_INVALID({ reason: 'organization', expected: { serviceAccounts: accounts } })
  }
}

function toKind (claims: Claims): IdentityKind {
  if (isServiceAccount(claims)) {
    return 'machine'
  }
  return isSignedIn(claims) ? 'human' : 'unknown'
}

/** People sign in by an OAuth client, whose id Google writes; it is left out only where it is the audience. */
function isSignedIn (claims: Claims): boolean {
  const client = claims['azp'] ?? claims['aud']
  return typeof client === 'string' && client.endsWith('.apps.googleusercontent.com') && !isServiceAccount(claims)
}

/** Who asked for the token is the account itself: by its unique id, or by its address. */
function isServiceAccount ({ azp, sub, email }: Claims): boolean {
  return (azp !== undefined && azp === sub) || [azp, email].some(text => typeof text === 'string' && text.endsWith('.gserviceaccount.com'))
}
