import { auth0OptionsSchema } from './auth0-options.js'
import { checkMember } from './check-member.js'
import { createDiscoveringProvider, nameOptionsOf } from './discovering-provider.js'
import { isFilled } from './is-filled.js'
import { refuseUse } from './refuse-use.js'
import { checkAudience } from '../jwt/check-claims.js'
import { checkTokenUse } from '../jwt/check-token-use.js'
import { rfcDialect } from '../jwt/dialect.js'
import { assertOptions, toList } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { Auth0Options } from './auth0-options.js'
import type { Dialect } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { Claims, IdentityKind } from '../../../types/identity.js'
import type { JwtProvider } from '../../../types/providers.js'

/** `roles` and `groups` are names that Auth0 keeps for itself: an app's own have a namespace, which only the app knows. */
const CLAIMS: ClaimsDefaults = Object.freeze({
  id: 'sub',
  name: Object.freeze({ firstOf: Object.freeze(['name', 'nickname']) }),
  email: 'email',
  clientId: Object.freeze({ firstOf: Object.freeze(['azp', 'client_id']) }),
  scopes: 'scope',
  groups: null,
  roles: null,
  permissions: 'permissions'
})

/**
 * A provider for the access tokens of an Auth0 tenant, in both of its token profiles.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
 * @example auth0({ issuer: 'https://acme.eu.auth0.com/', audience: 'https://api.example' })
 */
export function auth0 (options: Auth0Options): JwtProvider {
  const nameOption = nameOptionsOf('auth0')
  assertOptions<Auth0Options>(auth0OptionsSchema, options, nameOption)
  if (!options.issuer.endsWith('/')) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['issuer'])} must end with a slash, as it does in the tokens: https://TENANT.auth0.com/`)
  }
  return createDiscoveringProvider(options, { name: 'auth0', nameOption, dialect: toDialect(options) })
}

function toDialect ({ organization }: Auth0Options): Dialect {
  const organizations = organization === undefined ? null : toList(organization)
  return Object.freeze({
    ...rfcDialect,
    claims: CLAIMS,
    keepsNames: true,
    checkUse (jwt, wanted) {
      checkTokenUse(jwt, wanted)
      // Both profiles of access tokens name their client, ID tokens do not.
      if (wanted.tokenUse === 'access' && readClient(jwt.payload) === null) {
        refuseUse(wanted)
      }
    },
    checkParties (claims, audience) {
      checkAudience(claims, audience)
      checkMember(claims, 'org_id', organizations)
    },
    toKind
  } satisfies Dialect)
}

/**
 * Nobody but Auth0 can write `sub` and `gty`. A client that speaks for itself is called after itself, a person after the connection that knows him.
 * https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims
 * https://auth0.com/docs/manage-users/user-accounts/identify-users
 */
function toKind (claims: Claims): IdentityKind {
  const { sub, gty } = claims
  const client = readClient(claims)
  // user_id = connection "|" id
  const isPerson = typeof sub === 'string' && /^[^|]+\|./.test(sub)
  if (client !== null && sub === `${client}@clients`) {
    return isPerson ? 'unknown' : 'machine'
  }
  return isPerson && gty !== 'client-credentials' ? 'human' : 'unknown'
}

/** `azp` in Auth0's own profile, `client_id` in that of RFC 9068. */
function readClient ({ azp, client_id: clientId }: Claims): string | null {
  const client = azp === undefined ? clientId : azp
  return isFilled(client) ? client : null
}
