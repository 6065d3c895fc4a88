import { AUTH_CREDENTIALS_MALFORMED } from '../errors.js'
import { isToken } from './is-token.js'

import type { FastifyRequest } from 'fastify'
import type { SecurityScheme, TokenSource } from '../../types/scheme.js'
import type { AuthErrorDetail } from '../../types/verdict.js'

/** The kinds of place a token can stand in. Each is one authenticator, unless the app says otherwise. */
export type SourceKind = 'header' | 'cookie' | 'query' | 'websocket'

const kSource = Symbol.for('fastify-gatekeeper.token-source')

/** What the plugin knows of a source beside how it is read. */
export interface SourceTraits {
  readonly kind: SourceKind
  /** `null`: that of the provider whose tokens it reads. */
  readonly securityScheme: SecurityScheme | null
  /**
   * Like `read`, but what it gives may be anything: a token only when it is equal to one, or `isToken` says so. To hold 800 characters
   * against the grammar costs as much as all else that a remembered token needs.
   */
  readonly readUnchecked?: (request: FastifyRequest) => string | null
  /** Takes the token out of the request where it would be sent back; it can still be read. Done for every request, whatever its route asks. */
  readonly withdraw?: (request: FastifyRequest) => void
  /** Whether its name does not say all about how it reads: then only the very same object reads the same. */
  readonly isSecretive?: boolean
  /** What is logged of a text that is no token. */
  readonly malformed?: AuthErrorDetail
}

const UNKNOWN: SourceTraits = Object.freeze({ kind: 'header', securityScheme: null, isSecretive: true })

/** A source of ours: read as its traits say, and held against the grammar of tokens. */
export function defineSource (name: string, traits: SourceTraits & { readonly readUnchecked: NonNullable<SourceTraits['readUnchecked']>, readonly malformed: AuthErrorDetail }): TokenSource {
  function read (request: FastifyRequest): string | null {
    const text = traits.readUnchecked(request)
    if (text !== null && !isToken(text)) {
      throw new AUTH_CREDENTIALS_MALFORMED(traits.malformed)
    }
    return text
  }
  return Object.freeze(Object.defineProperty({ name, read }, kSource, { value: Object.freeze(traits) }))
}

/** What is known of a source; one of the app's own counts as a header. */
export function traitsOf (source: TokenSource): SourceTraits {
  return (source as { [kSource]?: SourceTraits })[kSource] ?? UNKNOWN
}

/** Whether a source is one of the app's own. */
export function isOwnSource (source: TokenSource): boolean {
  return traitsOf(source) === UNKNOWN
}
