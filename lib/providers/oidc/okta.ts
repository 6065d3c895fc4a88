import { createDiscoveringProvider, nameOptionsOf } from './discovering-provider.js'
import { isFilled } from './is-filled.js'
import { oidcOptionsSchema } from './options.js'
import { refuseUse } from './refuse-use.js'
import { checkTokenUse } from '../jwt/check-token-use.js'
import { rfcDialect } from '../jwt/dialect.js'
import { assertOptions } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../../errors.js'

import type { OidcOptions } from './options.js'
import type { Dialect } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { Claims, IdentityKind, ProvidedIdentity } from '../../../types/identity.js'
import type { JwtProvider } from '../../../types/providers.js'

/** Okta has no roles and permissions of its own; what an authorization server adds is for `claims` to say. */
const CLAIMS: ClaimsDefaults = Object.freeze({
  id: 'sub',
  name: Object.freeze({ firstOf: Object.freeze(['name', 'preferred_username', 'sub']) }),
  email: 'email',
  clientId: 'cid',
  scopes: 'scp',
  groups: 'groups',
  roles: null,
  permissions: null
})

/**
 * A provider for the access tokens of a custom authorization server at Okta.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://developer.okta.com/docs/reference/api/oidc/#access-token
 * @example okta({ issuer: 'https://acme.okta.com/oauth2/default', audience: 'api://default' })
 */
export function okta (options: OidcOptions): JwtProvider {
  const nameOption = nameOptionsOf('okta')
  assertOptions<OidcOptions>(oidcOptionsSchema, options, nameOption)
  const { issuer, tokenUse = 'access' } = options
  if (tokenUse !== 'id' && !/\/oauth2\/[^/?]+$/.test(issuer)) {
    const why = 'access tokens of the org authorization server are for Okta alone to read'
    throw new AUTH_OPTION_INVALID(`${nameOption(['issuer'])} must be that of a custom authorization server, https://ORG.okta.com/oauth2/ID: ${why}`)
  }
  return createDiscoveringProvider(options, { name: 'okta', nameOption, dialect: toDialect(options) })
}

function toDialect ({ claims }: OidcOptions): Dialect {
  return Object.freeze({
    ...rfcDialect,
    claims: CLAIMS,
    keepsNames: true,
    checkUse (jwt, wanted) {
      checkTokenUse(jwt, wanted)
      // `cid` is reserved: every access token has it, no ID token does.
      if (wanted.tokenUse !== null && isFilled(jwt.payload['cid']) !== (wanted.tokenUse === 'access')) {
        refuseUse(wanted)
      }
    },
    toKind,
    finish: identity => claims?.id === undefined ? { ...identity, subject: toSubject(identity) } : identity
  } satisfies Dialect)
}

/** `uid` is there when, and only when, the token is a person's. An access token without one was issued to the client itself; ID tokens are people's. */
function toKind ({ uid, cid, sub }: Claims): IdentityKind {
  if (uid === undefined && cid !== undefined) {
    return sub === cid ? 'machine' : 'unknown'
  }
  return uid === undefined || isFilled(uid) ? 'human' : 'unknown'
}

/** `sub` of an access token is a login name, unless the authorization server was told otherwise: it may be given to somebody else. `uid` and `cid` are reserved. */
function toSubject ({ claims, subject }: ProvidedIdentity): string {
  const { uid, cid } = claims
  const id = uid === undefined ? cid ?? subject : uid
  if (!isFilled(id)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { uid: 'a text that is not empty' } })
  }
  return id
}
