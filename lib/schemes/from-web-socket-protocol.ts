import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_OPTION_INVALID } from '../errors.js'
import { defineSource } from './token-source.js'

import type { TokenSource } from '../../types/scheme.js'

/** `token = 1*tchar`. RFC 9110, section 5.6.2; RFC 6455, section 4.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i

/**
 * Reads the token from the sub-protocols that a WebSocket client offers (`new WebSocket(url, ['chat', 'bearer.eyJ…'])`), on upgrades only.
 * The entry is taken out of the offer on every route, public ones too, so that the server neither selects nor echoes it: the client offers its
 * real protocol beside it.
 *
 * @param prefix what stands before the token, `bearer.` for example
 * @throws {AUTH_OPTION_INVALID} when it cannot stand in the header
 * @example tokenSources: [fromHeader(), fromWebSocketProtocol('bearer.')]
 */
export function fromWebSocketProtocol (prefix: string): TokenSource {
  if (typeof prefix !== 'string' || !TOKEN.test(prefix)) {
    throw new AUTH_OPTION_INVALID("fromWebSocketProtocol: the prefix is a token (RFC 9110, section 5.6.2); call it as fromWebSocketProtocol('bearer.')")
  }

  const offers = new WeakMap<object, readonly string[]>()

  function withdraw ({ raw }: FastifyRequest): void {
    const { headers } = raw
    const offer = headers['sec-websocket-protocol']
    if (offer === undefined || headers.upgrade?.toLowerCase() !== 'websocket') {
      return
    }
    const protocols = offer.split(',').map(protocol => protocol.trim())
    const ours = protocols.filter(protocol => protocol.startsWith(prefix))
    if (ours.length > 0) {
      offers.set(raw, ours)
      leave(headers, protocols.filter(protocol => !protocol.startsWith(prefix)))
    }
  }

  function readUnchecked (request: FastifyRequest): string | null {
    withdraw(request)
    const [ours, another] = offers.get(request.raw) ?? []
    if (another !== undefined) {
      throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'header_repeated' })
    }
    return ours === undefined ? null : ours.slice(prefix.length)
  }

  return defineSource(`websocket ${prefix}`, { kind: 'websocket', securityScheme: null, readUnchecked, withdraw, malformed: { reason: 'header_syntax', expected: `${prefix}<token>` } })
}

function leave (headers: FastifyRequest['raw']['headers'], protocols: readonly string[]): void {
  if (protocols.length === 0) {
    delete headers['sec-websocket-protocol']
    return
  }
  headers['sec-websocket-protocol'] = protocols.join(', ')
}
