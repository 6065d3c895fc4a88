import { AUTH_CREDENTIALS_MISSING } from '../errors.js'
import { isPreflight } from '../resolve-mode.js'
import { when } from '../util/when.js'
import { kPassthrough } from '../passthrough-mark.js'
import { capture, NOTHING } from './capture.js'
import { RouteRules } from './route-rules.js'

import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import type { Captured } from './capture.js'
import type { PassthroughSettings } from './resolve-options.js'
import type { RouteRule } from './route-rules.js'
import type { Policy, Scope } from './scope.js'
import type { PassedRoute, PassthroughMark } from '../passthrough-mark.js'
import type { AuthError } from '../../types/verdict.js'
import type { PassthroughMode } from '../../types/passthrough.js'

/** What was found out about a request. */
export interface Finding {
  readonly scope: Scope
  /** Why its handler is not to run; `null` for no reason. */
  readonly error: Error | null
}

const OFF: RouteRule = Object.freeze({ mode: 'off', isExcluded: false })
const PLUGIN = Object.freeze({ plugin: 'fastify-gatekeeper' })

/** More names than extractors give in earnest. */
const MAX_NAMES = 256

/** One registration of the plugin: what it was told, and what it decides for the requests it answers for. */
export class PassthroughRegistration implements PassthroughMark {
  readonly settings: PassthroughSettings
  readonly #rules: RouteRules
  /** By the config of the route, of which each route has one of its own. */
  readonly #known = new WeakMap<object, RouteRule>()
  readonly #names: Set<string>

  constructor (settings: PassthroughSettings) {
    this.settings = settings
    this.#rules = new RouteRules(settings)
    this.#names = new Set(settings.names)
  }

  /** Whether this registration, and no inner one, answers for the routes of an instance. */
  answersFor (instance: object): boolean {
    return (instance as { [kPassthrough]?: unknown })[kPassthrough] === this
  }

  /** The plugin's own child of a logger. */
  logOf (log: FastifyBaseLogger): FastifyBaseLogger {
    return log.child(PLUGIN)
  }

  modeOf (route: PassedRoute): PassthroughMode {
    return this.#rules.ruleOn(route).mode
  }

  /** Patterns of `excludedPaths` that no route has met. */
  unmet (): readonly unknown[] {
    return this.#rules.unmet()
  }

  /** Takes the credentials from a request, as its route asks; at once when no extractor promises. */
  find (request: FastifyRequest): Finding | Promise<Finding> {
    let rule: RouteRule
    try {
      rule = this.#ruleFor(request)
    } catch (error) {
      return { scope: this.#toScope(request, NOTHING), error: error as Error }
    }
    if (rule.mode === 'off') {
      return { scope: this.#toScope(request, NOTHING), error: null }
    }
    return when(capture(request, this.settings, () => this.logOf(request.log)), captured => {
      return { scope: this.#toScope(request, captured), error: toError(captured, rule) }
    })
  }

  #ruleFor (request: FastifyRequest): RouteRule {
    const { config, method = [], url = '' } = request.routeOptions
    if (request.is404 || isPreflightRoute(request.server, [method].flat(), url)) {
      return OFF
    }
    const known = this.#known.get(config)
    if (known !== undefined) {
      return known
    }
    const rule = this.#rules.ruleOn({ methods: [method].flat(), url, config })
    this.#known.set(config, rule)
    return rule
  }

  #toScope (request: FastifyRequest, { pairs }: Captured): Scope {
    const { allowedOrigins, exchange } = this.settings
    pairs.forEach(([name]) => this.#names.size < MAX_NAMES && this.#names.add(name))
    const tokenFor: Policy['tokenFor'] = exchange === null ? null : (pairs, origin) => exchange.tokenFor({ pairs, origin, log: this.logOf(request.log) })
    return Object.freeze({ root: request, pairs, policy: { allowedOrigins, tokenFor, names: this.#names } })
  }
}

/** The route that `@fastify/cors` declares: preflights carry no credentials. */
function isPreflightRoute (instance: FastifyInstance, methods: readonly string[], url: string): boolean {
  return url === `${instance.prefix}*` && isPreflight({ methods, path: '*', instance })
}

function toError ({ pairs, error }: Captured, { mode, isExcluded }: RouteRule): AuthError | null {
  if (isExcluded) {
    return null
  }
  if (error !== null) {
    return error
  }
  return mode === 'required' && pairs.length === 0 ? new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' }) : null
}
