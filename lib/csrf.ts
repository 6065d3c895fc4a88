import type { FastifyRequest } from 'fastify'

import { AUTH_ORIGIN_REFUSED } from './errors.js'
import { isSafeMethod } from './util/is-safe-method.js'

/** What `Sec-Fetch-Site` says of requests that our own pages, or the user himself, made. Fetch Metadata, section 2.4. */
const OWN_SITES: readonly unknown[] = ['same-origin', 'none']

/**
 * Refuses a request whose credentials the browser added by itself, unless it shows that a page of ours, or a trusted one, made it.
 * Asked for every method that may change something, and for every WebSocket upgrade: browsers let any page open those.
 *
 * @throws {AUTH_ORIGIN_REFUSED} 403
 */
export function assertOwnOrigin (request: FastifyRequest, trustedOrigins: ReadonlySet<string>): void {
  const { headers } = request.raw
  // Absent where a test made the request by hand.
  const rawHeaders: readonly string[] = (request.raw as { readonly rawHeaders?: readonly string[] }).rawHeaders ?? []
  const isUpgrade = headers.upgrade?.toLowerCase() === 'websocket'
  if (isSafeMethod(request.method) && !isUpgrade) {
    return
  }
  const isSingle = countOf(rawHeaders, 'sec-fetch-site') <= 1 && countOf(rawHeaders, 'origin') <= 1
  if (!isSingle || !(OWN_SITES.includes(headers['sec-fetch-site']) || isOwnOrigin(request, trustedOrigins))) {
    throw new AUTH_ORIGIN_REFUSED({ reason: 'origin', expected: { trustedOrigins: [...trustedOrigins] } })
  }
}

function isOwnOrigin (request: FastifyRequest, trustedOrigins: ReadonlySet<string>): boolean {
  const { origin } = request.headers
  return origin !== undefined && (origin === `${request.protocol}://${request.host}` || trustedOrigins.has(origin))
}

function countOf (rawHeaders: readonly string[], header: string): number {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === header).length
}
