import { isRedirect, toRedirectError } from './is-redirect.js'
import { originOf } from './origins.js'
import { toOutgoing } from './outgoing.js'
import { runOutside } from './scope.js'

import type { BareOptions, Outgoing } from './outgoing.js'

/**
 * Calls like `fetch`, on behalf of the current scope: with its credentials, to allowed origins only. Whatever the call has of its own in headers that
 * carry credentials is replaced. An answer that sends elsewhere is an error.
 *
 * @param options what becomes of calls that no credentials belong to
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when there are no credentials; nothing was sent
 * @throws {AUTH_OPTION_INVALID} when `allowedOrigins` does not have the origin of `url`; nothing was sent
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when the answer is a redirect, or no token is to be had in exchange
 * @example const mine = await authFetch('https://books.example.com/mine')
 */
export async function authFetch (url: string | URL | Request, init: RequestInit = {}, options: BareOptions = {}): Promise<Response> {
  // An address may change while a token is exchanged: what was looked at is what is called.
  const target = url instanceof Request ? url : new URL(url).href
  const outgoing = await toOutgoing(originOf(target instanceof Request ? target.url : target), options)
  const response = await runOutside(() => fetch(target, toInit(target, init, outgoing)))
  if (outgoing.add !== null && isRedirect(response.status)) {
    await response.body?.cancel()
    throw toRedirectError()
  }
  return response
}

function toInit (target: string | Request, init: RequestInit, { remove, add }: Outgoing): RequestInit {
  const headers = new Headers(init.headers ?? (target instanceof Request ? target.headers : undefined))
  remove.forEach(name => headers.delete(name))
  if (add === null) {
    return { ...init, headers }
  }
  Object.entries(add).forEach(([name, value]) => headers.set(name, value))
  return { ...init, headers, redirect: 'manual' }
}
