import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_MALFORMED, AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_INVALID } from './errors.js'
import { createSendToDesk } from './send-to-desk.js'
import { isOnlyInCookie } from './schemes/is-only-in-cookie.js'
import { isToken } from './schemes/is-token.js'
import { isOwnSource, traitsOf } from './schemes/token-source.js'
import { abandon } from './util/when.js'

import type { Desk } from './desk.js'
import type { Reader, Verified } from './reader.js'
import type { TokenSource } from '../types/scheme.js'
import type { AuthErrorDetail } from '../types/verdict.js'

const DEFAULT_MAX_TOKEN_BYTES = 16_384
const OWN_MALFORMED: AuthErrorDetail = Object.freeze({ reason: 'header_syntax', expected: '<token>' })

/** Has every token from one source judged by the one provider that it belongs to, and by nobody else; what was found good before is recalled. */
export function createTokenReader (source: TokenSource, desks: readonly Desk[], authenticators: readonly string[]): Reader<string> {
  const sendToDesk = createSendToDesk(desks)
  const maxTokenBytes = Math.max(...desks.map(desk => desk.provider.maxTokenBytes ?? DEFAULT_MAX_TOKEN_BYTES))
  const { kind, readUnchecked = createOwnRead(source), malformed = OWN_MALFORMED } = traitsOf(source)

  function verify (token: string, request: FastifyRequest): Verified | Promise<Verified> {
    for (const desk of desks) {
      // What is remembered has passed everything below.
      const verified = desk.recall(token)
      if (verified !== null) {
        return verified
      }
    }
    if (!isToken(token)) {
      throw new AUTH_CREDENTIALS_MALFORMED(malformed)
    }
    if (token.length > maxTokenBytes) {
      throw new AUTH_TOKEN_INVALID({ reason: 'token_size', expected: { maxTokenBytes } })
    }
    return sendToDesk(token, request)
  }

  return Object.freeze({
    authenticators,
    read: readUnchecked,
    verify,
    toToken: (token: string) => token,
    isAmbient: isOwnSource(source) ? isOnlyInCookie : () => kind === 'cookie'
  })
}

/** As a source of the app's own reads, unless it gives what no source may. */
function createOwnRead (source: TokenSource): (request: FastifyRequest) => string | null {
  return function readOwn (request) {
    const text: unknown = source.read(request)
    if (text !== null && typeof text !== 'string') {
      abandon(text)
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
    }
    return text
  }
}
