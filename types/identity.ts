import type { EpochSeconds } from './units.js'

/** Whose credential it is. `human` and `machine` need positive evidence; everything else is `unknown` and passes neither `requireKind`. */
export type IdentityKind = 'human' | 'machine' | 'unknown'

/** What a credential can say about its holder beyond who he is. */
export type EntitlementName = 'groups' | 'roles' | 'permissions'

/** The verified claims of a credential: deeply frozen and without a prototype by the time anyone reads them. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * What the credential itself says of groups, roles or permissions: a list; `null` when it says nothing;
 * `'unknown'` when there are some that it does not carry (they must come from a provider, else the answer is 503).
 */
export type CarriedNames = readonly string[] | null | 'unknown'

/** A verified credential as plain data: what providers return and what the providers of names are asked about. */
export interface Identity {
  /** Who it is, unique within `issuer`: 1 to 255 characters. RFC 7519, section 4.1.2. */
  readonly subject: string
  /** Who says so, in its one canonical form. RFC 7519, section 4.1.1. */
  readonly issuer: string
  readonly kind: IdentityKind
  /** What to call the holder. Blank is read as `null`. */
  readonly name: string | null
  /** Any text, never an identifier. Blank is read as `null`. */
  readonly email: string | null
  /** `null` when the issuer does not say. */
  readonly emailVerified: boolean | null
  /** The OAuth client that the credential was issued to. RFC 9068, section 2.2. */
  readonly clientId: string | null
  /** What the credential was issued for. RFC 6749, section 3.3. */
  readonly scopes: readonly string[]
  readonly claims: Claims
  /** When the credential ends, finite; `null` when it does not. */
  readonly expiresAt: EpochSeconds | null
  readonly groups: CarriedNames
  readonly roles: CarriedNames
  readonly permissions: CarriedNames
  /** The name of the authenticator that accepted the credential; the plugin writes it. */
  readonly authenticator: string
}

/** What a provider returns: an identity before the plugin has checked, stamped and frozen it. */
export type ProvidedIdentity = Omit<Identity, 'authenticator'>
