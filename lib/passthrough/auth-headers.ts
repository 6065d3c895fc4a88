import { originOf } from './origins.js'
import { toOutgoing } from './outgoing.js'

import type { BareOptions } from './outgoing.js'

/**
 * The headers that carry the credentials of the current scope to `url`, for clients that know neither `fetch` nor undici. Let such a client follow no
 * redirects, and ask anew for every attempt and every address.
 *
 * @param options what becomes of calls that no credentials belong to: `{}` with `'bare'`
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when there are no credentials
 * @throws {AUTH_OPTION_INVALID} when `allowedOrigins` does not have the origin of `url`
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when no token is to be had in exchange
 * @example await client.get(url, { headers: await authHeaders(url), maxRedirects: 0 })
 */
export async function authHeaders (url: string | URL, options: BareOptions = {}): Promise<Record<string, string>> {
  const { add } = await toOutgoing(originOf(url), options)
  return { ...add }
}
