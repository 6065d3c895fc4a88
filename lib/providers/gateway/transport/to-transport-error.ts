import { TransportError } from './transport-error.js'

import type { TransportFailure } from './types.js'

/** What kept an answer from being complete, by the code of undici; everything that is not here is the end of a connection. */
const FAILURES: ReadonlyMap<string, TransportFailure> = new Map([
  ['UND_ERR_INVALID_ARG', 'unsendable'],
  ['UND_ERR_NOT_SUPPORTED', 'unsendable'],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'unsendable'],
  ['UND_ERR_HEADERS_OVERFLOW', 'too_large'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'malformed'],
  ['UND_ERR_DESTROYED', 'closed'],
  ['UND_ERR_CLOSED', 'closed']
])

const TLS = /^(ERR_TLS_|ERR_SSL_|EPROTO$)/

// Of the operating system, its resolver, and the time limit: about the way there. Everything else is about whom it leads to.
const ON_THE_WAY = /^(?!ERR_|EPROTO$)(E[A-Z0-9_]+|UND_ERR_CONNECT_TIMEOUT)$/

/**
 * What an error of Node or undici means.
 * @param isConnecting whether it kept a connection from being opened
 */
export function toTransportError (error: unknown, isConnecting: boolean): TransportError {
  if (error instanceof TransportError) {
    return error
  }
  const { code, name } = error as { readonly code?: unknown, readonly name?: unknown }
  const text = typeof code === 'string' ? code : ''
  const kind = isConnecting ? toConnectFailure(text) : toFailure(text, name)
  return new TransportError(kind, { code: text === '' ? null : text })
}

function toConnectFailure (code: string): TransportFailure {
  return ON_THE_WAY.test(code) ? 'connect' : 'tls'
}

function toFailure (code: string, name: unknown): TransportFailure {
  if (name === 'HTTPParserError') return 'malformed'
  // TLS 1.3: the service judges our certificate after the handshake is over for us. RFC 8446, section 4.4.2.4.
  return FAILURES.get(code) ?? (TLS.test(code) ? 'tls' : 'reset')
}
