import { AUTH_PROVIDER_UNAVAILABLE } from '../errors.js'

/** RFC 9110, sections 15.4.2 to 15.4.4, 15.4.8 and 15.4.9. */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/** Whether an answer of this status sends the caller somewhere else. */
export function isRedirect (status: number): boolean {
  return REDIRECTS.includes(status)
}

/** Where credentials go is said by `allowedOrigins`, and not by who got them. */
export function toRedirectError (): Error {
  return new AUTH_PROVIDER_UNAVAILABLE({ reason: 'redirect' })
}
