import { AUTH_ENTITLEMENTS_UNAVAILABLE, AUTH_OPTION_INVALID } from '../errors.js'
import { rememberIdentity } from './known-identities.js'
import { createUser } from '../user/create-user.js'
import { isProvidedIdentity, sealIdentity } from '../user/seal-identity.js'
import { isRecord } from '../util/is-record.js'
import { toFrozen } from '../util/to-frozen.js'

import type { CarriedNames, Claims, EntitlementName, Identity, IdentityKind } from '../../types/identity.js'
import type { Profile } from '../../types/providers.js'
import type { EpochSeconds } from '../../types/units.js'
import type { AuthUser } from '../../types/user.js'

/** What a fake user is like. Everything has a default. */
export interface FakeUserOptions {
  /** Default `'test-user'`. */
  readonly id?: string
  /** Default `'human'`. */
  readonly kind?: IdentityKind
  /** Default `'urn:fastify-gatekeeper:test'`. */
  readonly issuer?: string
  /** Default `null`. */
  readonly name?: string | null
  /** Default `null`. */
  readonly email?: string | null
  /** Default `null`. */
  readonly emailVerified?: boolean | null
  /** Default `null`. */
  readonly clientId?: string | null
  /** Default none. */
  readonly scopes?: readonly string[]
  /** Default `{}`. */
  readonly claims?: Claims
  /** The authenticator that seems to have let the user in. Default `'bearerAuth'`. */
  readonly authenticator?: string
  /** Default `null`: never. */
  readonly expiresAt?: EpochSeconds | null
  /** Default none, like `null`; `'unknown'`: they cannot be loaded, which is 503. An app with a `groupsProvider` asks that instead. */
  readonly groups?: CarriedNames
  /** Like `groups`. */
  readonly roles?: CarriedNames
  /** Like `groups`. */
  readonly permissions?: CarriedNames
  /** What `profile()` gives. Default `{}`. An app asks its `profileProvider` instead. */
  readonly profile?: Profile
}

const DEFAULTS: Required<FakeUserOptions> = Object.freeze({
  id: 'test-user',
  kind: 'human',
  issuer: 'urn:fastify-gatekeeper:test',
  name: null,
  email: null,
  emailVerified: null,
  clientId: null,
  scopes: [],
  claims: {},
  authenticator: 'bearerAuth',
  expiresAt: null,
  groups: [],
  roles: [],
  permissions: [],
  profile: {}
})

/**
 * A user without a token: for handlers that are called directly, and for {@link injectAs}.
 *
 * @throws {AUTH_OPTION_INVALID} when no app could ever see such a user
 * @example const librarian = fakeUser({ id: 'alice', roles: ['librarian'] })
 */
export function fakeUser (options: FakeUserOptions = {}): AuthUser {
  const { id, authenticator, profile, ...rest } = { ...DEFAULTS, ...options }
  const provided = { ...rest, subject: id }
  assertKnown(options)
  if (!isProvidedIdentity(provided, issuer => issuer === provided.issuer) || typeof authenticator !== 'string' || !isRecord(profile)) {
    throw new AUTH_OPTION_INVALID('fakeUser was given a value that no user can have: see FakeUserOptions')
  }
  const identity = sealIdentity(provided, authenticator)
  const frozenProfile = toFrozen(profile)
  const user = createUser({ identity, names: name => namesOf(identity, name), profile: () => frozenProfile })
  rememberIdentity(user, identity)
  return user
}

function assertKnown (options: object): void {
  const unknown = Object.keys(options).find(name => !Object.hasOwn(DEFAULTS, name))
  if (unknown !== undefined) {
    throw new AUTH_OPTION_INVALID(`fakeUser has no option ${unknown}`)
  }
}

function namesOf (identity: Identity, name: EntitlementName): readonly string[] {
  const names = identity[name]
  if (names === 'unknown') {
    throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'names_not_carried' })
  }
  return names ?? []
}
