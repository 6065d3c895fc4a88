import type { Identity } from '../../types/identity.js'

/** Users that tests put on requests they inject: keyed by the raw request, an object that nothing on the wire can name. */
const injectedUsers = new WeakMap<object, Identity>()

/** Puts a user on a request that is about to be injected. */
export function injectUser (rawRequest: object, identity: Identity): void {
  injectedUsers.set(rawRequest, identity)
}

/** The user whom a test put on the request; `null` on every request that came over the wire. */
export function injectedUserOf (rawRequest: object): Identity | null {
  return injectedUsers.get(rawRequest) ?? null
}
