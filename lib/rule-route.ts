import { AUTH_ENTITLEMENTS_UNPROVIDED, AUTH_ROUTE_CONTRADICTORY, AUTH_ROUTE_UNDECLARED } from './errors.js'
import { collectContextGuards, collectGuards } from './collect-guards.js'
import { declaredRefusals } from './declared-refusals.js'
import { createReaders } from './doors.js'
import { describeGuard } from './guards/define-guard.js'
import { leavesOf } from './guards/walk-guard.js'
import { isPreflight, resolveMode } from './resolve-mode.js'
import { hooksOfRoute } from './route-hooks.js'
import { assertHooksStand } from './routes.js'
import { canSupply } from './user/name-sources.js'

import type { FoundGuards } from './collect-guards.js'
import type { AnyDoor } from './doors.js'
import type { Exclusions } from './exclusions.js'
import type { LeafGuard } from './guards/walk-guard.js'
import type { Policies } from './policies.js'
import type { Route, RouteRuling } from './routes.js'
import type { Mode } from '../types/options.js'

/** What the rulings of one registration are made from. */
export interface Rulebook {
  /** The registration itself: guards that it made belong to it. */
  readonly registration: object
  readonly mode: Mode
  /** Whether a route must say what it asks. */
  readonly strict: boolean
  readonly exclusions: Exclusions
  readonly doors: readonly AnyDoor[]
  readonly policies: Policies
}

/** Settles what a route asks of its callers, from its hooks, its config and the plugin's options; stops the boot where they disagree. */
export function ruleRoute (route: Route, rulebook: Rulebook): void {
  assertHooksStand(route)
  const found = collectGuards(route, rulebook.registration)
  const { mode, declaredBy, liftsGuards } = rule(route, rulebook, found)
  const isGuarded = mode !== 'public'
  const guards = isGuarded ? [...new Set([...found.context, ...found.hooked, ...found.own])] : []
  const leaves = guards.flatMap(leavesOf)
  leaves.forEach(leaf => assertAnswerable(route, leaf, rulebook))
  for (const variant of route.variants) {
    const standing = hooksOfRoute(variant.options).guarding.map(describeGuard)
    const missing = found.own.filter(guard => !standing.includes(guard))
    variant.duties = isGuarded ? [...found.context, ...missing] : []
  }
  route.rule({ mode, declaredBy, liftsGuards, ...resolveDoors(route, rulebook.doors), guards })
  settleDoors(route)
  if (rulebook.strict && declaredBy === 'default' && !isPreflight(route)) {
    throw new AUTH_ROUTE_UNDECLARED(`${route.name}: strict is on, and the route has neither a guard nor config.auth, nor is it excluded`)
  }
}

/** What a route that was declared before the plugin had loaded asks: its config, `app.guard` and the plugin's options are all that is known. */
export function ruleEarlyRoute (route: Route, rulebook: Rulebook): void {
  const context = collectContextGuards(route, rulebook.registration)
  const { mode, declaredBy } = rule(route, rulebook, { own: [], hooked: [], context })
  const guards = mode === 'public' ? [] : context
  guards.flatMap(leavesOf).forEach(leaf => assertAnswerable(route, leaf, rulebook))
  route.rule({ mode, declaredBy, liftsGuards: false, ...resolveDoors(route, rulebook.doors), guards })
  settleDoors(route)
}

function rule (route: Route, { exclusions, mode, policies }: Rulebook, guards: FoundGuards) {
  const isExcluded = exclusions.has(route.methods, route.url)
  return resolveMode(route, { isExcluded, defaultMode: mode, guards, findPolicy: policy => policies.find(policy, route.name) })
}

function resolveDoors (route: Route, all: readonly AnyDoor[]): Pick<RouteRuling, 'doors' | 'readers'> {
  const wanted = route.declared?.authenticators ?? null
  const unknown = wanted?.find(name => !all.some(door => door.name === name))
  if (unknown !== undefined) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${route.name}: there is no authenticator ${JSON.stringify(unknown)}; there are ${all.map(door => door.name).join(', ')}`)
  }
  const doors = wanted === null ? all : all.filter(door => wanted.includes(door.name))
  return { doors, readers: createReaders(doors) }
}

/** What the doors say of the route: with what they refuse, and whose outages let strangers in. Where somebody has to be signed in, nobody's do. */
function settleDoors (route: Route): void {
  const declared = declaredRefusals(route.config)
  if (route.mode === 'public') {
    route.refusals = declared
    return
  }
  const terms = route.doors.map(door => ({ name: door.name, ...door.settleRoute(route) }))
  const open = terms.filter(({ failOpen }) => failOpen === true).map(({ name }) => name)
  if (open.length > 0 && route.mode === 'required') {
    throw new AUTH_ROUTE_CONTRADICTORY(`${route.name}: the route needs a user, and failOpen of ${open.join(', ')} would let strangers in: say config.auth: 'optional' or 'tolerant', or leave failOpen off here`)
  }
  route.openDoors = new Set(open)
  route.refusals = [...terms.flatMap(({ refusals = [] }) => refusals), ...declared]
}

/** Whether there is anybody to ask what a guard asks. */
function assertAnswerable (route: Route, leaf: LeafGuard, { doors, policies }: Rulebook): void {
  if (leaf.kind === 'policy') {
    policies.find(leaf.policy, route.name)
    return
  }
  if (leaf.kind !== 'groups' && leaf.kind !== 'roles' && leaf.kind !== 'permissions') {
    return
  }
  const { kind } = leaf
  if (!resolveDoors(route, doors).doors.some(door => door.sources.some(sources => canSupply(sources, kind)))) {
    throw new AUTH_ENTITLEMENTS_UNPROVIDED(`${route.name}: a guard asks for ${kind}, and nothing supplies them: set ${kind}Provider, or map them with claims.${kind}`)
  }
}
