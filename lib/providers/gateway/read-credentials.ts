import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_CREDENTIALS_MALFORMED, AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { isOnlyInCookie } from '../../schemes/is-only-in-cookie.js'
import { isOwnSource, traitsOf } from '../../schemes/token-source.js'
import { abandon } from '../../util/when.js'

import type { TokenSource } from '../../../types/scheme.js'

/** A credential on its way to the service, with the request that it came with. */
export interface GatewayCredentials {
  readonly token: string
  readonly request: FastifyRequest
  /** Whether a browser sent it by itself. */
  readonly isAmbient: boolean
}

// VCHAR: what services give out is not always a token. RFC 5234, appendix B.1
const visible = /^[\x21-\x7e]+$/

/**
 * Takes the credential from the request; `null` when none of the sources has one.
 *
 * @throws {AUTH_CREDENTIALS_AMBIGUOUS} 400, when two sources have different ones, or one of them comes twice
 * @throws {AUTH_CREDENTIALS_MALFORMED} 401, when it is empty or could not stand in a header
 */
export function readCredentials (sources: readonly TokenSource[], request: FastifyRequest): GatewayCredentials | null {
  const found = sources.flatMap(function read (source) {
    const token = readToken(source, request)
    return token === null ? [] : [{ token, isAmbient: isFromCookie(source, token, request) }]
  })
  const [first] = found
  if (first === undefined) {
    return null
  }
  if (found.some(({ token }) => token !== first.token)) {
    throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'credentials_several' })
  }
  // Two places may hold one and the same; then it counts as sent where browsers do not send it by themselves.
  return { token: first.token, request, isAmbient: found.every(({ isAmbient }) => isAmbient) }
}

function readToken (source: TokenSource, request: FastifyRequest): string | null {
  const { readUnchecked = source.read, malformed = {} } = traitsOf(source)
  const token: unknown = readUnchecked(request)
  if (token !== null && typeof token !== 'string') {
    abandon(token)
    throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
  }
  if (token !== null && !visible.test(token)) {
    throw new AUTH_CREDENTIALS_MALFORMED({ ...malformed, expected: 'visible characters' })
  }
  return token
}

function isFromCookie (source: TokenSource, token: string, request: FastifyRequest): boolean {
  return isOwnSource(source) ? isOnlyInCookie(token, request) : traitsOf(source).kind === 'cookie'
}
