import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'

import { authenticate } from './authenticate.js'
import { createDoors, createReaders, createWithdrawal } from './doors.js'
import { createExclusions } from './exclusions.js'
import { kRegistration } from './guards/define-guard.js'
import { judge } from './guards/judge.js'
import { createPolicies } from './policies.js'
import { createEarlyRoute, Route, routeOf, routesOf } from './routes.js'
import { ruleEarlyRoute, ruleRoute } from './rule-route.js'
import { verdictOf, writeVerdict } from './user/verdict-slot.js'
import { isPromised, when } from './util/when.js'

import type { Rules } from './authenticate.js'
import type { AnyDoor } from './doors.js'
import type { Exclusions } from './exclusions.js'
import type { Judge, Outcome } from './guards/define-guard.js'
import type { Settings } from './options.js'
import type { Policies } from './policies.js'
import type { Rulebook } from './rule-route.js'
import type { ProviderRuntime } from './user/ask-provider.js'
import type { Verdict } from './user/verdict-slot.js'
import type { GuardDescription } from '../types/guard.js'

const PLUGIN = Object.freeze({ plugin: 'fastify-gatekeeper' })

/** One registration of the plugin: what it was told, and everything that is decided for the routes it answers for. */
export class Registration implements Judge {
  settings: Settings
  readonly exclusions: Exclusions
  readonly doors: readonly AnyDoor[]
  /** Takes tokens out of a request where the server would send them back. */
  readonly withdraw: (request: FastifyRequest) => void
  /** The registration around this one; for certain once the app is ready: it may load later. */
  outer: Registration | null
  /** All routes that it answers for, once the app is ready. */
  routes: readonly Route[] | null = null
  readonly #instance: FastifyInstance
  readonly #runtime: ProviderRuntime
  #rules: Rules
  readonly #policies: Policies
  /** Where no route was found: nobody is let in, should a guard run there. */
  readonly #unmatched: Route
  readonly #earlyRoutes = new WeakMap<object, Route>()

  constructor (instance: FastifyInstance, settings: Settings, outer: Registration | null) {
    this.settings = settings
    this.outer = outer
    this.#instance = instance
    this.exclusions = createExclusions(settings.exclude)
    this.#runtime = { timeoutMs: settings.providerTimeoutMs, logOf: (request: FastifyRequest) => this.logOf(request.log) }
    this.doors = createDoors(settings, this.#runtime)
    this.withdraw = createWithdrawal(this.doors)
    this.#rules = toRules(settings, this.#runtime)
    this.#policies = createPolicies(settings.policies, this.#runtime)
    this.#unmatched = new Route(instance, { method: '*', url: '', path: '', config: undefined }, true)
    this.#unmatched.rule({ mode: 'required', declaredBy: 'default', liftsGuards: false, doors: this.doors, readers: createReaders(this.doors), guards: [] })
  }

  /** Whether this registration, and no inner one, answers for the routes of an instance. */
  answersFor (instance: object): boolean {
    return (instance as { [kRegistration]?: unknown })[kRegistration] === this
  }

  /** The plugin's own child of a logger. */
  logOf (log: FastifyBaseLogger): FastifyBaseLogger {
    const { logLevel } = this.settings
    return log.child(PLUGIN, logLevel === null ? {} : { level: logLevel })
  }

  /** Rules on the routes that were declared so far and that this registration answers for. */
  ruleRoutes (instance: FastifyInstance): readonly Route[] {
    this.#joinOuter()
    const rulebook = this.#toRulebook()
    const routes = routesOf(instance).filter(route => this.answersFor(route.instance))
    for (const route of routes) {
      ruleRoute(route, rulebook)
    }
    this.routes = routes
    return routes
  }

  /** Its own routes and those of the registrations within it, in the order of their declaration. */
  allRoutes (): readonly Route[] {
    return routesOf(this.#instance).filter(route => this.isAround((route.instance as { [kRegistration]?: Registration })[kRegistration]))
  }

  /** Whether a registration is this one, or one within it. */
  isAround (registration: Registration | null | undefined): boolean {
    return registration === this || (registration != null && this.isAround(registration.outer))
  }

  /** The record of the route that a request has met; `null` when it has met none. */
  routeOf (request: FastifyRequest): Route | null {
    const { config } = request.routeOptions
    return routeOf(config) ?? (request.is404 ? null : this.#earlyRoute(request, config))
  }

  /** Finds the verdict on a request and writes it down, unless that has been done. */
  authenticate (request: FastifyRequest, route: Route | null = null): Verdict | Promise<Verdict> {
    const known = verdictOf(request)
    if (known !== null && this.#stands(known, request)) {
      return known
    }
    const verdict = authenticate(request, route ?? this.#routeToJudge(request), this.#rules)
    return isPromised(verdict) ? when(verdict, found => write(request, found)) : write(request, verdict)
  }

  judge (guard: GuardDescription, request: FastifyRequest, asHook: boolean, resource?: unknown): Outcome | Promise<Outcome> {
    if (this.settings.isDisabled) {
      return null
    }
    const policies = this.#policies
    return when(this.authenticate(request), function judgeVerdict ({ error, principal, route }) {
      if (asHook && route.liftsGuards) {
        return null
      }
      return error ?? judge(guard, {
        candidate: principal,
        askPolicy: policy => policies.ask(policy, { request, principal, resource })
      })
    })
  }

  /** Takes over from the registration around it, whichever of the two has loaded first. Apps get ready from the outside in. */
  #joinOuter (): void {
    this.outer = (Object.getPrototypeOf(this.#instance) as { [kRegistration]?: Registration })[kRegistration] ?? null
    if (this.outer !== null) {
      this.settings = Object.freeze({ ...this.settings, ...this.settings.inherit(this.outer.settings) })
      this.#rules = toRules(this.settings, this.#runtime)
    }
  }

  /** Whether a verdict holds where a guard runs now: a handler may have called the not-found handler, which is elsewhere and may be another's. */
  #stands ({ route }: Verdict, request: FastifyRequest): boolean {
    return this.answersFor(route.instance) && (route.mode !== 'public' || this.#routeToJudge(request) === route)
  }

  /** Where a guard runs, nobody is let in unread: not where no route was found, and not where nobody said that guards are lifted. */
  #routeToJudge (request: FastifyRequest): Route {
    const route = this.routeOf(request)
    return route === null || (route.mode === 'public' && !route.liftsGuards) ? this.#unmatched : route
  }

  #earlyRoute (request: FastifyRequest, config: object): Route {
    const known = this.#earlyRoutes.get(config)
    if (known !== undefined) {
      return known
    }
    const route = createEarlyRoute(request)
    ruleEarlyRoute(route, this.#toRulebook())
    this.#earlyRoutes.set(config, route)
    this.logOf(request.server.log).warn({ route: route.name }, 'route was declared before fastify-gatekeeper had loaded: await its registration first, so that the route is checked at boot')
    return route
  }

  #toRulebook (): Rulebook {
    const { mode, strict } = this.settings
    return { registration: this, mode, strict, exclusions: this.exclusions, doors: this.doors, policies: this.#policies }
  }
}

function toRules ({ revocation, trustedOrigins, isDisabled }: Settings, runtime: ProviderRuntime): Rules {
  return { runtime, revocation, trustedOrigins, isDisabled }
}

function write (request: FastifyRequest, verdict: Verdict): Verdict {
  writeVerdict(request, verdict)
  return verdict
}
