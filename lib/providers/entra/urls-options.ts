import { Type } from '@sinclair/typebox'

import { cloudSchema } from './options.js'
import { loginProperties, scopesSchema } from '../jwt/login-options.js'

import type { anyTenant } from './any-tenant.js'
import type { EntraCloud } from './clouds.js'
import type { LoginRequest } from '../jwt/login-options.js'

/** Options of `entraUrls`. */
export interface EntraUrlsOptions {
  /** Where people sign in: the GUID of a tenant, or `anyTenant` for those of any organization. */
  readonly tenantId: string | typeof anyTenant
  /** The app registration that people sign in with. */
  readonly clientId: string
  /** Where they come back to: https, or http on this machine outside production. One of the app registration's redirect URIs, character by character. */
  readonly redirectUri: string
  /** Where they come back to when they have signed out, likewise. Default: nowhere, they see a page of Microsoft's. */
  readonly logoutUri?: string
  /** What is asked for; for access tokens of your API a scope of it, `api://CLIENT_ID/access_as_user` for example. Default `['openid', 'profile', 'email']`. */
  readonly scopes?: readonly string[]
  /** The cloud of the tenant. Default `'public'`. */
  readonly cloud?: EntraCloud
}

/** What a login is made of, and what the page may know beforehand. */
export interface EntraLogin extends LoginRequest {
  /** What to fill in as the username. */
  readonly loginHint?: string
  /** The domain of the organization, so that its own page is shown at once. */
  readonly domainHint?: string
  /** What people have to do although they are signed in. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
  readonly prompt?: 'login' | 'none' | 'consent' | 'select_account'
}

/** What a logout may know. */
export interface EntraLogout {
  /** The ID token of the session that ends, so that nobody is asked which one. OpenID Connect RP-Initiated Logout 1.0, section 2. */
  readonly idTokenHint?: string
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })

/** What `entraUrls` accepts. */
export const entraUrlsOptionsSchema = Type.Object({
  tenantId: Type.Union([text, Type.Symbol()], { description: "a tenant's GUID, or anyTenant" }),
  clientId: text,
  redirectUri: text,
  logoutUri: Type.Optional(text),
  scopes: Type.Optional(scopesSchema),
  cloud: Type.Optional(cloudSchema)
}, { additionalProperties: false, description: 'an object with options' })

/** What `login` of `entraUrls` accepts. */
export const entraLoginSchema = Type.Object({
  ...loginProperties,
  loginHint: Type.Optional(text),
  domainHint: Type.Optional(text),
  prompt: Type.Optional(Type.Union(['login', 'none', 'consent', 'select_account'].map(name => Type.Literal(name)), { description: "'login', 'none', 'consent' or 'select_account'" }))
}, { additionalProperties: false, description: 'an object with state, nonce and codeChallenge' })

/** What `logout` of `entraUrls` accepts. */
export const entraLogoutSchema = Type.Object({ idTokenHint: Type.Optional(text) }, { additionalProperties: false, description: 'an object with options' })
