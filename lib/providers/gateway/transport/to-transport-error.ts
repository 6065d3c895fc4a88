import { TransportError } from './transport-error.js'

import type { TransportFailure } from './types.js'

const MALFORMED = /^HPE_/
const TLS = /^(ERR_TLS_|ERR_SSL_|EPROTO$)/
// Of the operating system, its resolver, and the time limit: about the way there. Everything else is about whom it leads to.
const ON_THE_WAY = /^(?!ERR_|EPROTO$)(E[A-Z0-9_]+|UND_ERR_CONNECT_TIMEOUT)$/
const UNSENDABLE: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'])
const TOO_LARGE: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW'])

/**
 * What an error of Node or undici means.
 * @param isConnecting whether it kept a connection from being opened
 */
export function toTransportError (error: unknown, isConnecting: boolean): TransportError {
  if (error instanceof TransportError) {
    return error
  }
  const { code } = error as { readonly code?: unknown }
  const text = typeof code === 'string' ? code : ''
  return new TransportError(isConnecting ? toConnectFailure(text) : toFailure(text), { code: text === '' ? null : text })
}

function toConnectFailure (code: string): TransportFailure {
  return ON_THE_WAY.test(code) ? 'connect' : 'tls'
}

function toFailure (code: string): TransportFailure {
  if (UNSENDABLE.has(code)) return 'unsendable'
  if (TOO_LARGE.has(code)) return 'too_large'
  if (MALFORMED.test(code)) return 'malformed'
  // TLS 1.3: the service judges our certificate after the handshake is over for us. RFC 8446, section 4.4.2.4.
  return TLS.test(code) ? 'tls' : 'reset'
}
