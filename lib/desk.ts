import type { FastifyRequest } from 'fastify'

import { AUTH_PROVIDER_UNAVAILABLE } from './errors.js'
import { askProvider } from './user/ask-provider.js'
import { isProvidedIdentity, sealIdentity } from './user/seal-identity.js'
import { when } from './util/when.js'

import type { FailureLimit } from './failure-limit.js'
import type { Verified } from './reader.js'
import type { TokenCache } from './token-cache.js'
import type { ProviderRuntime } from './user/ask-provider.js'
import type { NameSources } from './user/name-sources.js'
import type { Identity } from '../types/identity.js'
import type { JwtProvider } from '../types/providers.js'

export interface DeskOptions {
  readonly provider: JwtProvider
  readonly sources: NameSources
  readonly cache: TokenCache | null
  /** The name that its users are stamped with. */
  readonly authenticator: string
  readonly runtime: ProviderRuntime
  /** Counts refused tokens, should the provider want that; `null`: nobody counts. */
  readonly failureLimit: FailureLimit | null
}

/** One provider as it stands behind an authenticator. */
export class Desk {
  readonly provider: JwtProvider
  readonly sources: NameSources
  readonly #cache: TokenCache | null
  readonly #authenticator: string
  readonly #runtime: ProviderRuntime
  /** `null` where refused tokens do not count: a signature cannot be guessed. */
  readonly failureLimit: FailureLimit | null

  constructor ({ provider, sources, cache, authenticator, runtime, failureLimit }: DeskOptions) {
    this.provider = provider
    this.sources = sources
    this.#cache = cache
    this.#authenticator = authenticator
    this.#runtime = runtime
    this.failureLimit = provider.countsFailures === true ? failureLimit : null
  }

  /** What was found of exactly this token before, if that still counts. */
  recall (token: string): Verified | null {
    const identity = this.#cache === null ? null : this.#cache.get(token, this.provider.keyGeneration ?? 0)
    return identity === null ? null : this.#toVerified(identity)
  }

  verify (token: string, request: FastifyRequest): Verified | Promise<Verified> {
    const { provider } = this
    const keyGeneration = provider.keyGeneration ?? 0
    const sealed = askProvider({
      runtime: this.#runtime,
      request,
      token,
      asked: provider.name,
      Unavailable: AUTH_PROVIDER_UNAVAILABLE,
      mayRefuse: true,
      ask: context => provider.verify(token, context),
      isAnswer: answer => isProvidedIdentity(answer, issuer => this.#mayStandFor(issuer)),
      seal: provided => sealIdentity(provided, this.#authenticator)
    })
    return when(sealed, identity => this.#remember(token, keyGeneration, identity))
  }

  /** Whether tokens of `issuer`, which nobody lists, are judged here. */
  knowsIssuer (issuer: string): boolean {
    return this.provider.ownsIssuer?.(issuer) === true
  }

  #mayStandFor (issuer: string): boolean {
    const { issuers, identityIssuers = issuers } = this.provider
    return identityIssuers.includes(issuer) || this.knowsIssuer(issuer)
  }

  #remember (token: string, keyGeneration: number, identity: Identity): Verified {
    this.#cache?.set(token, keyGeneration, identity)
    return this.#toVerified(identity)
  }

  #toVerified (identity: Identity): Verified {
    return { identity, sources: this.sources, provider: this.provider }
  }
}
