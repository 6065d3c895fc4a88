import { AUTH_ROUTE_CONTRADICTORY } from './errors.js'
import { admitsStrangers } from './guards/walk-guard.js'

import type { FoundGuards } from './collect-guards.js'
import type { Route, RouteRuling } from './routes.js'
import type { Policy } from '../types/guard.js'
import type { Mode } from '../types/options.js'

/** Modes that let strangers in without lifting the guards they would meet. */
const OPEN_MODES: readonly unknown[] = ['optional', 'tolerant']

/** What a mode follows from. */
export interface ModeGrounds {
  readonly isExcluded: boolean
  /** Of routes that say nothing. */
  readonly defaultMode: Mode
  readonly guards: FoundGuards
  findPolicy (policy: string | Policy): Policy
}

/** The mode of a route and who said so; stops the boot where two said different things. */
export function resolveMode (route: Route, { isExcluded, defaultMode, guards, findPolicy }: ModeGrounds): Pick<RouteRuling, 'mode' | 'declaredBy' | 'liftsGuards'> {
  const declared = route.declared?.mode ?? null
  const all = [...guards.own, ...guards.hooked, ...guards.context]
  const isClosed = all.some(guard => !admitsStrangers(guard, findPolicy))
  assertConsistent(route, { isExcluded, declared, hasOwn: guards.own.length > 0, isClosed })
  if (isExcluded) {
    return { mode: 'public', declaredBy: 'exclude', liftsGuards: true }
  }
  if (declared !== null) {
    return { mode: declared, declaredBy: 'config', liftsGuards: declared === 'public' }
  }
  if (isPreflight(route)) {
    return { mode: 'public', declaredBy: 'default', liftsGuards: true }
  }
  return all.length > 0 ? { mode: toGuardedMode(isClosed, defaultMode), declaredBy: 'guard', liftsGuards: false } : { mode: defaultMode, declaredBy: 'default', liftsGuards: false }
}

/** A guard that judges strangers must be asked, too: a mode that reads no credentials would lift it without anybody having said so. */
function toGuardedMode (isClosed: boolean, defaultMode: Mode): Mode {
  if (isClosed) {
    return 'required'
  }
  return defaultMode === 'public' ? 'optional' : defaultMode
}

function assertConsistent (route: Route, { isExcluded, declared, hasOwn, isClosed }: { isExcluded: boolean, declared: Mode | null, hasOwn: boolean, isClosed: boolean }): void {
  const contradictions: ReadonlyArray<readonly [boolean, string]> = [
    [isExcluded && declared !== null && declared !== 'public', `config.auth says ${declared}, and exclude makes the route public`],
    [isExcluded && hasOwn, 'exclude makes the route public, and it has a guard of its own'],
    [declared === 'public' && hasOwn, 'config.auth says public, and the route has a guard of its own'],
    [OPEN_MODES.includes(declared) && isClosed, `config.auth says ${declared}, and a guard on it lets no stranger pass`]
  ]
  const found = contradictions.find(([holds]) => holds)
  if (found !== undefined) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${route.name}: ${found[1]}`)
  }
}

/** The route that `@fastify/cors` declares to answer preflights, which carry no credentials by definition. */
export function isPreflight ({ methods, path, instance }: Pick<Route, 'methods' | 'path' | 'instance'>): boolean {
  return methods.length === 1 && methods[0] === 'OPTIONS' && path === '*' && instance.hasRequestDecorator('corsPreflightEnabled')
}
