import type { Clause } from './to-clauses.js'
import type { SecurityScheme } from '../../types/scheme.js'

/** The member of an operation that carries its mark: `@fastify/swagger` copies what begins so from a route's schema into the document. */
export const MARK = 'x-fastify-gatekeeper'

/** Alternatives, each with the schemes that it takes together. OpenAPI 3.1, section 4.8.30. */
export type Security = ReadonlyArray<Readonly<Record<string, readonly string[]>>>

/**
 * What a document says of a route, in no edition's words: plain data, so that it survives whatever copies schemas, and nothing that readers
 * of the document may not know, so that a document which is never finished gives nothing away.
 */
export interface RouteMark {
  /** What the app itself wrote in the route's schema: it stays as it is. */
  readonly security: Security | null
  /** Whether credentials are not even read. */
  readonly isPublic: boolean
  /** Whether somebody who sends no credentials may come in. */
  readonly isOpen: boolean
  /** The ways to sign in that the route accepts, by name. */
  readonly schemes: Readonly<Record<string, SecurityScheme>>
  /** What the guards ask, one for each way to satisfy them; `null` for more than can be listed. */
  readonly clauses: readonly Clause[] | null
  /** The same in words; `null` for nothing. */
  readonly words: string | null
  readonly refusals: readonly Refusal[]
}

/** How the server refuses. */
export interface Refusal {
  readonly status: string
  readonly description: string
  /** Only requests that may change something are refused so. */
  readonly isForUnsafe: boolean
  readonly headers: readonly RefusalHeader[]
  readonly mediaType: string
  /** A JSON Schema. */
  readonly schema: object
  /** `null` where nobody knows how it looks. */
  readonly example: object | null
}

export interface RefusalHeader {
  readonly name: string
  readonly description: string
  readonly type: 'string' | 'integer'
  readonly example: string | number
}
