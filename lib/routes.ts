import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'

import { AUTH_ROUTE_CONTRADICTORY } from './errors.js'
import { describeGuard } from './guards/define-guard.js'
import { readRouteConfig } from './route-config.js'
import { hooksOfRoute, toHookList } from './route-hooks.js'
import { kRoute } from './route-record.js'

import type { AnyDoor } from './doors.js'
import type { Reader } from './reader.js'
import type { DeclaredAuth } from './route-config.js'
import type { JudgedRoute, Verdict } from './user/verdict-slot.js'
import type { GuardDescription } from '../types/guard.js'
import type { Mode } from '../types/options.js'
import type { RouteRefusal, SettledRoute } from '../types/route.js'

/** Where a server keeps all routes of its Fastify root, as far as they were declared after the first registration: the same for every installed copy. */
const kRoutes = Symbol.for('fastify-gatekeeper.routes')

/** What the plugin's configuration makes of a route, once all of it is known. */
export interface RouteRuling {
  readonly mode: Mode
  readonly declaredBy: 'guard' | 'config' | 'exclude' | 'default'
  readonly liftsGuards: boolean
  /** The ways to sign in that it accepts, and where their credentials are read. */
  readonly doors: readonly AnyDoor[]
  readonly readers: readonly Reader[]
  readonly guards: readonly GuardDescription[]
  /** The ways to sign in whose outages let strangers in. */
  readonly openDoors?: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** What a route was declared to be. Made when it is declared, ruled on when the app is ready. */
export class Route implements JudgedRoute, SettledRoute {
  readonly instance: FastifyInstance
  readonly name: string
  readonly methods: readonly string[]
  readonly url: string
  /** Its last part, as written by the app. */
  readonly path: string
  readonly config: unknown
  readonly declared: DeclaredAuth | null
  readonly isEarly: boolean
  /** The route and its HEAD twin, as Fastify will read them. */
  readonly variants: Variant[] = []
  mode: Mode = 'required'
  declaredBy: RouteRuling['declaredBy'] = 'default'
  liftsGuards = false
  doors: readonly AnyDoor[] = []
  readers: readonly Reader[] = []
  guards: readonly GuardDescription[] = []
  openDoors = NONE
  /** With what else its doors refuse credentials, and its handler requests. */
  refusals: readonly RouteRefusal[] = []
  /** The verdict where nobody is signed in and nobody has to be. */
  nobody: Verdict = Object.freeze({ error: null, principal: null, authenticators: null, route: this })

  constructor (instance: FastifyInstance, { method, url, path, config }: { method: string | readonly string[], url: string, path: string, config: unknown }, isEarly = false) {
    this.instance = instance
    this.methods = [method].flat()
    this.url = url
    this.path = path
    this.name = `${this.methods.join(',')} ${url}`
    this.config = config
    this.declared = readRouteConfig(config, this.name)
    this.isEarly = isEarly
  }

  /** Its URLs as routed, each with its methods: a prefix and a `/` make two, and a GET route has a HEAD twin at each. */
  urls (): ReadonlyArray<{ readonly url: string, readonly methods: readonly string[] }> {
    const [, ...twins] = this.variants
    const urls = new Set([this.url, ...this.variants.map(variant => variant.options.url)])
    return [...urls].map(url => {
      const heads = twins.some(twin => twin.options.url === url) ? ['HEAD'] : []
      return { url, methods: [...this.methods, ...heads] }
    })
  }

  rule ({ mode, declaredBy, liftsGuards, doors, readers, guards, openDoors = NONE }: RouteRuling): void {
    this.mode = mode
    this.declaredBy = declaredBy
    this.liftsGuards = liftsGuards
    this.doors = doors
    this.readers = readers
    this.guards = guards
    this.openDoors = openDoors
  }
}

/** A route as Fastify has it: what was declared, or the HEAD route made of it. */
export interface Variant {
  readonly options: RouteOptions
  /** The config that the route was declared with, before its record was added. */
  readonly config: unknown
  /** Our refusal and the guards that stood there when the route was declared: they must still stand there when it runs. */
  readonly seen: readonly unknown[]
  /**
   * Guards that the route's last `onRequest` asks, since nobody else does: those of `app.guard`, and those that a plugin's `onRoute`
   * gave to the route and not to its HEAD twin.
   */
  duties: readonly GuardDescription[]
}

/** What Fastify tells of a route when it is declared. */
export type DeclaredRoute = RouteOptions & { readonly routePath: string }

/** Notes a route when it is declared, and puts the refusal behind its own `onRequest` hooks. */
export function declareRoute (instance: FastifyInstance, options: DeclaredRoute, createRefusal: (variant: Pick<Variant, 'duties'>) => unknown): void {
  if (isNoted(options)) {
    return
  }
  const routes = routesOf(instance)
  const { config } = options
  const route = findTwin(instance, options, routes.at(-1)) ?? addRoute(instance, options, routes)
  const guards = hooksOfRoute(options).guarding.filter(hook => describeGuard(hook) !== null)
  const seen: unknown[] = [...guards]
  const variant: Variant = { options, config, seen, duties: [] }
  const refusal = createRefusal(variant)
  seen.push(refusal)
  route.variants.push(variant)
  options.config = { ...config, [kRoute]: route } as NonNullable<typeof config>
  options.onRequest = [...toHookList(options.onRequest), refusal] as NonNullable<typeof options.onRequest>
}

/** All routes noted so far, in the order of their declaration. */
export function routesOf (instance: FastifyInstance): Route[] {
  const server = instance.server as { [kRoutes]?: Route[] }
  if (server[kRoutes] === undefined) {
    Object.defineProperty(server, kRoutes, { value: [] })
  }
  return server[kRoutes] as Route[]
}

/** The record that travels in a route's config; `null` for a route declared before the plugin had loaded, and where there is no route. */
export function routeOf (config: unknown): Route | null {
  return (config as { [kRoute]?: Route } | undefined)?.[kRoute] ?? null
}

/** The note on a route that was declared before the plugin had loaded, made from the request that meets it. */
export function createEarlyRoute (request: FastifyRequest): Route {
  const { method, url = '', config } = request.routeOptions
  return new Route(request.server, { method, url, path: url, config }, true)
}

/** Stops the boot when another plugin has thrown out our refusal or a guard. */
export function assertHooksStand (route: Route): void {
  for (const { options, seen } of route.variants) {
    const { guarding } = hooksOfRoute(options)
    if (!seen.every(hook => guarding.includes(hook))) {
      throw new AUTH_ROUTE_CONTRADICTORY(`${route.name}: a hook that guarded this route when it was declared is gone; another plugin's onRoute must add to a route's hooks, not replace them`)
    }
  }
}

function addRoute (instance: FastifyInstance, options: DeclaredRoute, routes: Route[]): Route {
  const { method, url, routePath, config } = options
  const route = new Route(instance, { method, url, path: routePath, config })
  routes.push(route)
  return route
}

/** Whether another registration has noted this very route. One that was made from its options, record included, is another route. */
function isNoted (options: RouteOptions): boolean {
  return routeOf(options.config)?.variants.some(variant => variant.options === options) === true
}

/** Fastify declares the HEAD route of a GET right after it, from the same options: what was found for the one holds for the other. */
function findTwin (instance: FastifyInstance, { method, url, handler, config }: RouteOptions, last: Route | undefined): Route | null {
  const original = last?.variants[0]
  const isTwin = method === 'HEAD' && last !== undefined && original !== undefined && last.methods.includes('GET') && last.instance === instance &&
    original.options.handler === handler && original.config === config && withoutSlash(last.url) === withoutSlash(url)
  return isTwin ? last : null
}

function withoutSlash (url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url
}
