import { createDiscoveringProvider, nameOptionsOf } from './discovering-provider.js'
import { isFilled } from './is-filled.js'
import { oidcOptionsSchema } from './options.js'
import { refuseUse } from './refuse-use.js'
import { checkTokenUse } from '../jwt/check-token-use.js'
import { rfcDialect } from '../jwt/dialect.js'
import { assertOptions } from '../jwt/resolve-settings.js'

import type { OidcOptions } from './options.js'
import type { Dialect, WantedUse } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { Claims, IdentityKind } from '../../../types/identity.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { UnverifiedJwt } from '../../util/jwt-text.js'

const CLAIMS: ClaimsDefaults = Object.freeze({
  id: 'sub',
  name: Object.freeze({ firstOf: Object.freeze(['name', 'preferred_username']) }),
  email: 'email',
  clientId: 'azp',
  scopes: 'scope',
  groups: 'groups',
  roles: Object.freeze({ firstOf: Object.freeze(['roles', 'entitlements']) }),
  permissions: null
})

/**
 * A provider for the access tokens of an authentik application, whose client id is the audience.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/
 * @example authentik({ issuer: 'https://login.example/application/o/books/', audience: 'kTq8vZw1nYb5' })
 */
export function authentik (options: OidcOptions): JwtProvider {
  const nameOption = nameOptionsOf('authentik')
  assertOptions<OidcOptions>(oidcOptionsSchema, options, nameOption)
  return createDiscoveringProvider(options, { name: 'authentik', nameOption, dialect })
}

const dialect: Dialect = Object.freeze({ ...rfcDialect, claims: CLAIMS, keepsNames: true, checkUse, toKind } satisfies Dialect)

/**
 * An access token is the ID token of the same sign-in, `aud` and `nonce` included, with `azp` and a `uid` of its own added:
 * what only ID tokens have elsewhere tells nothing here, and these two do.
 */
function checkUse (jwt: UnverifiedJwt, wanted: WantedUse): void {
  const { azp, uid, events } = jwt.payload
  const isAccessToken = isFilled(azp) && isFilled(uid) && events === undefined
  if (wanted.tokenUse !== null && isAccessToken !== (wanted.tokenUse === 'access')) {
    refuseUse(wanted)
  }
  // What is left to ask is what the token says itself.
  checkTokenUse(jwt, { tokenUse: wanted.tokenUse, typ: 'at+jwt' })
}

/**
 * A session, or the way somebody signed in, is a person's. Nothing that authentik writes by itself tells a machine: `auth_time` is in every
 * token, and whoever has an app password, people too, may use the client credentials grant.
 * https://docs.goauthentik.io/add-secure-apps/providers/oauth2/machine_to_machine
 */
function toKind ({ sid, amr }: Claims): IdentityKind {
  return isFilled(sid) || (Array.isArray(amr) && amr.length > 0) ? 'human' : 'unknown'
}
