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
  /**
   * How OpenAPI documents describe its tokens: `'openIdConnect'` by the address of the issuer's description, `'oauth2'` by the authorization code flow
   * written out, for pages and generators that read no descriptions, `'http'` as bearer tokens that people bring along. The last, too, where the
   * issuer says that it has no authorization endpoint; the first where it has not been reached when the app booted. Default `'openIdConnect'`.
   */
  readonly securityScheme?: 'openIdConnect' | 'oauth2' | 'http'
}

/** What `oidc` accepts. */
export const oidcOptionsSchema = Type.Object({
  issuer: Type.String({ description: 'an https address' }),
  ...commonJwtProperties,
  discoveryUrl: Type.Optional(Type.String({ description: 'an https address' })),
  securityScheme: Type.Optional(Type.Union([Type.Literal('openIdConnect'), Type.Literal('oauth2'), Type.Literal('http')], { description: "'openIdConnect', 'oauth2' or 'http'" }))
}, { additionalProperties: false, description: 'an object with options' })
