import { Type } from '@sinclair/typebox'

import { loginProperties, scopesSchema } from '../jwt/login-options.js'

import type { LoginRequest } from '../jwt/login-options.js'

/** Options of `cognitoUrls`. */
export interface CognitoUrlsOptions {
  /** Where people sign in: the pool's own domain (`auth.example.com`, `https://auth.example.com`), or its prefix at `amazoncognito.com`, which takes `region`. */
  readonly domain: string
  /** The app client that people sign in with. */
  readonly clientId: string
  /** Where they come back to: https, or http on this machine outside production. One of the client's callback URLs, character by character. */
  readonly redirectUri: string
  /** Where they come back to when they have signed out, likewise: one of the client's sign-out URLs. Default: none, and `logout()` throws. */
  readonly logoutUri?: string
  /** What is asked for. Default `['openid', 'email', 'profile']`. */
  readonly scopes?: readonly string[]
  /** The region of the pool, for a `domain` that is a prefix. */
  readonly region?: string
}

/** What a login is made of, and what the page may know beforehand. */
export interface CognitoLogin extends LoginRequest {
  /** The name of the provider to go to at once, without Cognito's own page. Amazon Cognito Developer Guide, "Authorize endpoint". */
  readonly identityProvider?: string
  /** What to fill in as the username. */
  readonly loginHint?: string
  /** The language of the page, `de` for example. */
  readonly lang?: string
  /** What the access token is for, and for nothing else: it then has it in `aud`. RFC 8707, section 2; Amazon Cognito Developer Guide, "Resource binding". */
  readonly resource?: string
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })

/** What `cognitoUrls` accepts. */
export const cognitoUrlsOptionsSchema = Type.Object({
  domain: text,
  clientId: text,
  redirectUri: text,
  logoutUri: Type.Optional(text),
  scopes: Type.Optional(scopesSchema),
  region: Type.Optional(text)
}, { additionalProperties: false, description: 'an object with options' })

/** What `login` of `cognitoUrls` accepts. */
export const cognitoLoginSchema = Type.Object({
  ...loginProperties,
  identityProvider: Type.Optional(text),
  loginHint: Type.Optional(text),
  lang: Type.Optional(text),
  resource: Type.Optional(text)
}, { additionalProperties: false, description: 'an object with state, nonce and codeChallenge' })
