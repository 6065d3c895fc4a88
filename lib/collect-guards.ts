import type { FastifyInstance } from 'fastify'

import { AUTH_GUARD_EMPTY, AUTH_GUARD_MISPLACED, AUTH_ROUTE_CONTRADICTORY } from './errors.js'
import { describeGuard, ownerOf } from './guards/define-guard.js'
import { isGuardFactory } from './guards/mark-factory.js'
import { hooksOfInstance, hooksOfRoute } from './route-hooks.js'

import type { HookLists } from './route-hooks.js'
import type { Route } from './routes.js'
import type { GuardDescription } from '../types/guard.js'

const kContextGuards = Symbol.for('fastify-gatekeeper.context-guards')

/** The guards of a route, by where they were declared. */
export interface FoundGuards {
  /** In its own options. */
  readonly own: readonly GuardDescription[]
  /** Through `addHook`: Fastify calls them. */
  readonly hooked: readonly GuardDescription[]
  /** Through `app.guard`: the route's last `onRequest` asks them. */
  readonly context: readonly GuardDescription[]
}

/** Notes a guard for all routes of a context and of those within it, whenever they are declared. */
export function guardContext (instance: FastifyInstance, guard: unknown): void {
  if (isGuardFactory(guard)) {
    throw new AUTH_GUARD_EMPTY("guard: a guard was passed uncalled; write app.guard(app.requireRoles(['…']))")
  }
  if (describeGuard(guard) === null) {
    throw new AUTH_GUARD_EMPTY('guard: takes one guard; call it as app.guard(app.requireUser())')
  }
  const own = Object.hasOwn(instance, kContextGuards) ? (instance as unknown as { [kContextGuards]: readonly unknown[] })[kContextGuards] : []
  Object.defineProperty(instance, kContextGuards, { value: Object.freeze([...own, guard]), configurable: true })
}

/** Finds the guards of a route and checks that each stands where it guards, and belongs to the registration that answers for the route. */
export function collectGuards (route: Route, registration: object): FoundGuards {
  const own = route.variants.map(variant => hooksOfRoute(variant.options))
  const hooked = [hooksOfInstance(route.instance)]
  return {
    own: toGuards(route, registration, own),
    hooked: toGuards(route, registration, hooked),
    context: collectContextGuards(route, registration)
  }
}

/** The guards that `app.guard` noted for a route. */
export function collectContextGuards (route: Route, registration: object): readonly GuardDescription[] {
  return toGuards(route, registration, [{ guarding: contextGuardsOf(route.instance), later: [] }])
}

/** Children have their parents as prototypes: outermost first. */
function contextGuardsOf (instance: FastifyInstance): readonly unknown[] {
  const guards: unknown[] = []
  for (let context: object | null = instance; context !== null; context = Object.getPrototypeOf(context) as object | null) {
    if (Object.hasOwn(context, kContextGuards)) {
      guards.unshift(...(context as { [kContextGuards]: readonly unknown[] })[kContextGuards])
    }
  }
  return guards
}

function toGuards (route: Route, registration: object, lists: ReadonlyArray<HookLists | null>): readonly GuardDescription[] {
  const guarding = lists.flatMap(list => list?.guarding ?? [])
  const later = lists.flatMap(list => list?.later ?? [])
  if ([...guarding, ...later].some(isGuardFactory)) {
    throw new AUTH_GUARD_EMPTY(`${route.name}: a guard was passed uncalled; write requireUser(), requireRoles(['…'])`)
  }
  if (later.some(hook => describeGuard(hook) !== null)) {
    throw new AUTH_GUARD_MISPLACED(`${route.name}: a guard stands in a hook that runs too late; use onRequest, preParsing, preValidation or preHandler`)
  }
  const guards = guarding.filter(hook => describeGuard(hook) !== null)
  if (guards.some(guard => isForeign(guard, registration))) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${route.name}: a guard was made by another registration than the one that answers for this route`)
  }
  return guards.map(guard => describeGuard(guard) as GuardDescription)
}

function isForeign (guard: unknown, registration: object): boolean {
  const owner = ownerOf(guard)
  return owner !== null && owner !== registration
}
