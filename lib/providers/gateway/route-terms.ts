import { AUTH_ROUTE_CONTRADICTORY } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'
import { isRecord } from '../../util/is-record.js'
import { isServiceUrl, SERVICE_URL } from './is-service-url.js'
import { gatewayRouteSchema } from './options.js'

import type { GatewayRouteConfig } from '../../../types/gateway.js'
import type { Bytes } from '../../../types/units.js'

/** What holds for the routes that say nothing. */
export interface GatewayTerms {
  readonly url: URL
  readonly failOpen: boolean
  readonly cache: boolean
  readonly maxBodyBytes: Bytes | null
}

/** What is particular to routes: their `config.gateway`. */
export class RouteTermsReader {
  readonly #terms: GatewayTerms
  readonly #socketPath: string | undefined
  readonly #maySendBody: boolean
  readonly #known = new WeakMap<object, GatewayTerms>()

  constructor (terms: GatewayTerms, { socketPath, maySendBody }: { readonly socketPath: string | undefined, readonly maySendBody: boolean }) {
    this.#terms = terms
    this.#socketPath = socketPath
    this.#maySendBody = maySendBody
  }

  /**
   * The terms of the route with this config.
   * @param name of the route, in what is thrown
   * @throws {AUTH_ROUTE_CONTRADICTORY} for a `config.gateway` that is none
   */
  read (config: unknown, name: string): GatewayTerms {
    const given = isRecord(config) ? config['gateway'] : undefined
    if (given === undefined || !isRecord(config)) {
      return this.#terms
    }
    const known = this.#known.get(config) ?? this.#resolve(given, name)
    this.#known.set(config, known)
    return known
  }

  #resolve (given: unknown, name: string): GatewayTerms {
    const mismatch = findMismatch(gatewayRouteSchema, given)
    if (mismatch !== null) {
      throw new AUTH_ROUTE_CONTRADICTORY(`${name}: ${['config.gateway', ...mismatch.path].join('.')} ${mismatch.problem}`)
    }
    const { url, failOpen, cache, maxBodyBytes } = given as GatewayRouteConfig
    if (url !== undefined && !isServiceUrl(url, this.#socketPath)) {
      throw new AUTH_ROUTE_CONTRADICTORY(`${name}: config.gateway.url must be ${SERVICE_URL}`)
    }
    if (typeof maxBodyBytes === 'number' && !this.#maySendBody) {
      throw new AUTH_ROUTE_CONTRADICTORY(`${name}: config.gateway.maxBodyBytes needs a gateway whose method has a body: 'POST' or 'preserve' for example`)
    }
    return Object.freeze({
      url: url === undefined ? this.#terms.url : new URL(url),
      failOpen: failOpen ?? this.#terms.failOpen,
      cache: cache ?? this.#terms.cache,
      maxBodyBytes: maxBodyBytes === undefined ? this.#terms.maxBodyBytes : maxBodyBytes
    })
  }
}
