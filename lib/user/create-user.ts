import type { Claims, EntitlementName, Identity, IdentityKind } from '../../types/identity.js'
import type { Names, Profile } from '../../types/providers.js'
import type { AuthUser } from '../../types/user.js'

/** What a user is made from. */
export interface UserSource {
  readonly identity: Identity
  names (name: EntitlementName): Names
  profile (): Profile | Promise<Profile>
}

/** The user as handlers see him: frozen data, and methods that load on first use. No I/O. */
export function createUser (source: UserSource): AuthUser {
  return new User(source) as AuthUser
}

class User {
  readonly id: string
  readonly kind: IdentityKind
  readonly issuer: string
  readonly name: string | null
  readonly email: string | null
  readonly emailVerified: boolean | null
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly claims: Claims
  readonly authenticator: string
  readonly expiresAt: number | null
  readonly #source: UserSource

  constructor (source: UserSource) {
    const { identity } = source
    this.id = identity.subject
    this.kind = identity.kind
    this.issuer = identity.issuer
    this.name = identity.name
    this.email = identity.email
    this.emailVerified = identity.emailVerified
    this.clientId = identity.clientId
    this.scopes = identity.scopes
    this.claims = identity.claims
    this.authenticator = identity.authenticator
    this.expiresAt = identity.expiresAt
    this.#source = source
    Object.freeze(this)
  }

  async groups (): Promise<readonly string[]> {
    return this.#source.names('groups')
  }

  async roles (): Promise<readonly string[]> {
    return this.#source.names('roles')
  }

  async permissions (): Promise<readonly string[]> {
    return this.#source.names('permissions')
  }

  async profile (): Promise<Profile> {
    return this.#source.profile()
  }

  toJSON (): object {
    const { id, kind, issuer, name, email, clientId } = this
    return { id, kind, issuer, name, email, clientId }
  }
}
