import { AUTH_OPTION_INVALID } from '../errors.js'

import type { Identity } from '../../types/identity.js'
import type { AuthUser } from '../../types/user.js'

const identities = new WeakMap<AuthUser, Identity>()

/** Keeps what a user was made from. */
export function rememberIdentity (user: AuthUser, identity: Identity): void {
  identities.set(user, identity)
}

/**
 * What a user was made from.
 *
 * @throws {AUTH_OPTION_INVALID} when it is not known
 */
export function identityOf (user: AuthUser): Identity {
  const identity = identities.get(user)
  if (identity === undefined) {
    throw new AUTH_OPTION_INVALID('injectAs takes a user made by fakeUser()')
  }
  return identity
}
