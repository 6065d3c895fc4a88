import { traitsOf } from './token-source.js'

import type { JwtProvider } from '../../types/providers.js'
import type { SecurityScheme, TokenSource } from '../../types/scheme.js'

const BEARER: SecurityScheme = Object.freeze({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })

/** Where some tokens are no JWTs. */
const ANY_TOKEN: SecurityScheme = Object.freeze({ type: 'http', scheme: 'bearer' })

/** A browser cannot set another header of the handshake. RFC 6455, section 4.1. */
const WEB_SOCKET: SecurityScheme = Object.freeze({ type: 'apiKey', in: 'header', name: 'Sec-WebSocket-Protocol' })

/** How documents describe an authenticator for tokens: by the first of its places, and in the words of its providers where they agree. */
export function describeTokens (sources: readonly TokenSource[], providers: readonly JwtProvider[]): SecurityScheme {
  const source = sources.find(candidate => traitsOf(candidate).kind !== 'websocket')
  return source === undefined ? WEB_SOCKET : source.securityScheme ?? traitsOf(source).securityScheme ?? describeProviders(providers)
}

function describeProviders (providers: readonly JwtProvider[]): SecurityScheme {
  const [first = BEARER, ...others] = providers.map(provider => provider.securityScheme ?? BEARER)
  if (others.every(other => JSON.stringify(other) === JSON.stringify(first))) {
    return first
  }
  return providers.some(provider => provider.opaqueTokens !== undefined) ? ANY_TOKEN : BEARER
}
