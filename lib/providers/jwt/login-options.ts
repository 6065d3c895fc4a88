import { Type } from '@sinclair/typebox'

/** What every login is made of, all of it new for each. */
export interface LoginRequest {
  /** Comes back with the code, and must then be the one that this browser was given. 22 characters or more, from a random source. RFC 6749, section 10.12. */
  readonly state: string
  /** Comes back in the ID token, and must then be the one of this login. Like `state`, and another text. OpenID Connect Core 1.0, section 15.5.2. */
  readonly nonce: string
  /** The SHA-256 of the code verifier, as base64url: 43 characters. RFC 7636, section 4.2. */
  readonly codeChallenge: string
}

// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749, section 3.3
const scope = Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$', description: 'a scope' })
// unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~", RFC 3986, section 2.3; 22 of base64url are 128 bits
const random = Type.String({ pattern: '^[A-Za-z0-9._~-]{22,512}$', description: '22 to 512 letters, digits, "-", ".", "_" or "~" from a random source' })

/** What a client asks for, wherever people sign in. */
export const scopesSchema = Type.Array(scope, { minItems: 1, uniqueItems: true, description: 'a list of scopes, at least one' })

/** The members of {@link LoginRequest}, each with what it must be. */
export const loginProperties = {
  state: random,
  nonce: random,
  codeChallenge: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'the SHA-256 of the code verifier: 43 characters of base64url' })
}
