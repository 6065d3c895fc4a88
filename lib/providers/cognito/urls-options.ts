import { Type } from '@sinclair/typebox'

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

/** What a login is made of: all of it new for each login, but for the last three. */
export interface CognitoLogin {
  /** Comes back with the code, and must then be the one that this browser was given. 22 characters or more, from a random source. RFC 6749, section 10.12. */
  readonly state: string
  /** Comes back in the ID token, and must then be the one of this login. Like `state`, and another text. OpenID Connect Core 1.0, section 15.5.2. */
  readonly nonce: string
  /** The SHA-256 of the code verifier, as base64url: 43 characters. RFC 7636, section 4.2. */
  readonly codeChallenge: string
  /** The name of the provider to go to at once, without Cognito's own page. Amazon Cognito Developer Guide, "Authorize endpoint". */
  readonly identityProvider?: string
  /** What to fill in as the username. */
  readonly loginHint?: string
  /** The language of the page, `de` for example. */
  readonly lang?: string
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749, section 3.3
const scope = Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$', description: 'a scope' })
// unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~", RFC 3986, section 2.3; 22 of base64url are 128 bits
const random = Type.String({ pattern: '^[A-Za-z0-9._~-]{22,512}$', description: '22 to 512 letters, digits, "-", ".", "_" or "~" from a random source' })

/** What `cognitoUrls` accepts. */
export const cognitoUrlsOptionsSchema = Type.Object({
  domain: text,
  clientId: text,
  redirectUri: text,
  logoutUri: Type.Optional(text),
  scopes: Type.Optional(Type.Array(scope, { minItems: 1, uniqueItems: true, description: 'a list of scopes, at least one' })),
  region: Type.Optional(text)
}, { additionalProperties: false, description: 'an object with options' })

/** What `login` of `cognitoUrls` accepts. */
export const cognitoLoginSchema = Type.Object({
  state: random,
  nonce: random,
  codeChallenge: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'the SHA-256 of the code verifier: 43 characters of base64url' }),
  identityProvider: Type.Optional(text),
  loginHint: Type.Optional(text),
  lang: Type.Optional(text)
}, { additionalProperties: false, description: 'an object with state, nonce and codeChallenge' })
