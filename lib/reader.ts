import type { FastifyRequest } from 'fastify'
import type { NameSources } from './user/name-sources.js'
import type { Identity } from '../types/identity.js'
import type { ErrorBody } from '../types/options.js'
import type { RouteTerms, SettledRoute } from '../types/route.js'
import type { SecurityScheme } from '../types/scheme.js'
import type { AuthError } from '../types/verdict.js'

/** A verified credential and where its holder's names come from. */
export interface Verified {
  readonly identity: Identity
  readonly sources: NameSources
  /** Who verified it, where that was a provider of tokens. */
  readonly provider?: object | null
}

/** One place that credentials are read from, joined with all who can verify what is found there. */
export interface Reader<Credentials = unknown> {
  /** The authenticators behind it. */
  readonly authenticators: readonly string[]
  read (request: FastifyRequest): Credentials | null
  /** Throws or rejects with a coded error. */
  verify (credentials: Credentials, request: FastifyRequest): Verified | Promise<Verified>
  /** The credentials as text, for providers that pass them on; `null` where they are none. */
  toToken (credentials: Credentials): string | null
  /** Whether browsers send these credentials by themselves, whoever wrote the page. */
  isAmbient (credentials: Credentials, request: FastifyRequest): boolean
}

/** One way to sign in, as callers are told of it. */
export interface Door {
  /** Its name in `config.auth.authenticators` and `user.authenticator`. */
  readonly name: string
  challenge (failure: AuthError | null): string | null
  /** Its security scheme in OpenAPI documents. */
  describe (): SecurityScheme
  /** Whether too many refused attempts are answered with 429. */
  readonly countsFailures: boolean
  /** Where the names of those it lets in can come from, one a provider. */
  readonly sources: readonly NameSources[]
  /** The body of refusals on routes that accept it; `null`: the plugin's. */
  readonly errorBody: ErrorBody | null
  /** Whether it passes on what others answer. */
  readonly relaysAnswers: boolean
  /** What it says of a route that accepts it. */
  settleRoute (route: SettledRoute): RouteTerms
}
