import type { Claims, IdentityKind } from '../../../types/identity.js'

/** A claim by its literal name (`'cognito:groups'`), or by a path of names (`['realm_access', 'roles']`); only members of the token's own are followed. */
export type ClaimPath = string | readonly string[]

/** Where a value comes from: a claim; the first of several that is there at all; `null` reads nothing. */
export type ClaimSource = ClaimPath | { readonly firstOf: readonly ClaimPath[] } | null

/** Which claims the parts of an identity are read from. RFC 7519, section 4.1; OpenID Connect Core 1.0, section 5.1; RFC 9068, section 2.2. */
export interface ClaimsMapping {
  /** Who the user is. Has no fallbacks: one user must not have two ids. Default `'sub'`. */
  readonly id?: ClaimPath
  /** Says that the claim of `id` may be given to somebody else one day, as addresses and login names are. Default `false`: such a claim stops the boot. */
  readonly mutableId?: boolean
  /** Default `'name'`. */
  readonly name?: ClaimSource
  /** Default `'email'`; only with this default is `email_verified` read. */
  readonly email?: ClaimSource
  /** The OAuth client. Default `{ firstOf: ['client_id', 'azp'] }`. */
  readonly clientId?: ClaimSource
  /** A text with one space between scopes, or a list. Default `'scope'`. RFC 6749, section 3.3. */
  readonly scopes?: ClaimSource
  /** A list; a text is one group, whatever it contains. Default `'groups'`, unless the app has several JWT providers: then `null`. */
  readonly groups?: ClaimSource
  /** Like `groups`. Default `'roles'`. */
  readonly roles?: ClaimSource
  /** Like `groups`. Default `'permissions'`. */
  readonly permissions?: ClaimSource
  /**
   * Tells people from machines. Default: a machine when `sub` is the client itself, a person when `auth_time`, `amr`, `given_name` or `family_name`
   * says so, else unknown. What it throws is an outage: 503. RFC 9068, section 2.2.
   */
  readonly kind?: (claims: Claims) => IdentityKind
}
