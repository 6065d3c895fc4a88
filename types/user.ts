import type { Profile } from './providers.js'
import type { UserClaims } from './register.js'
import type { EpochSeconds } from './units.js'

interface UserBase {
  /** Unique within `issuer`: store users by both. */
  readonly id: string
  /** Who says who it is: `iss` of the token. */
  readonly issuer: string
  /** What to call the user; `null` when the token does not say. Never an identifier. */
  readonly name: string | null
  /** Any text the issuer sent; never an identifier. Blank is `null`. */
  readonly email: string | null
  /** Whether the issuer has verified that the address is the user's; `null` when it does not say. */
  readonly emailVerified: boolean | null
  /** The OAuth client that the token was issued to; `null` when it does not say. */
  readonly clientId: string | null
  /** What the token was issued for: what the user let the client do, not what the user may do. */
  readonly scopes: readonly string[]
  /** Verified claims, deeply frozen, without a prototype. */
  readonly claims: UserClaims
  /** Which authenticator let the user in, `bearerAuth` for example. */
  readonly authenticator: string
  /** When the credential ends; `null` when it does not. */
  readonly expiresAt: EpochSeconds | null
  /**
   * The groups the user is in: frozen, loaded at most once per request, not at all if nobody asks.
   * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when they could not be loaded; the next call tries again
   */
  groups (): Promise<readonly string[]>
  /** The roles the user has. Like {@link groups}. */
  roles (): Promise<readonly string[]>
  /** The permissions the user has. Like {@link groups}. */
  permissions (): Promise<readonly string[]>
  /** What the `profileProvider` says of the user, `{}` without one. Like {@link groups}. */
  profile (): Promise<Profile>
}

/** A person, by positive evidence. */
export interface HumanUser extends UserBase { readonly kind: 'human' }

/** A client that acts for itself, by positive evidence. RFC 9068, section 2.2. */
export interface MachineUser extends UserBase { readonly kind: 'machine' }

/** The credential does not tell a person from a machine. */
export interface UnknownUser extends UserBase { readonly kind: 'unknown' }

/** Who sent the request. `JSON.stringify` gives id, kind, issuer, name, email and clientId. */
export type AuthUser = HumanUser | MachineUser | UnknownUser
