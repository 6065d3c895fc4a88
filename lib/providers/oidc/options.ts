import { Type } from '@sinclair/typebox'

import { commonJwtProperties } from '../jwt/options.js'

import type { CommonJwtOptions } from '../jwt/common-options.js'

/** Options of `oidc`. */
export interface OidcOptions extends CommonJwtOptions {
  /**
   * The issuer as its tokens write it in `iss`, trailing slash and all, compared code point by code point: https, or http on this machine outside production.
   * OpenID Connect Core 1.0, section 2.
   */
  readonly issuer: string
  /** Where the issuer describes itself. Default: `/.well-known/openid-configuration` below `issuer`. OpenID Connect Discovery 1.0, section 4. */
  readonly discoveryUrl?: string
}

/** What `oidc` accepts. */
export const oidcOptionsSchema = Type.Object({
  issuer: Type.String({ description: 'an https address' }),
  ...commonJwtProperties,
  discoveryUrl: Type.Optional(Type.String({ description: 'an https address' }))
}, { additionalProperties: false, description: 'an object with options' })
