import { AUTH_GUARD_EMPTY, AUTH_ROUTE_CONTRADICTORY } from '../errors.js'
import { defineGuard, describeGuard, ownerOf } from './define-guard.js'
import { markFactory } from './mark-factory.js'

import type { Guard, GuardDescription } from '../../types/guard.js'

/**
 * Lets a request through when one of `guards` does. They are asked in their order, and none after the first that lets it through.
 *
 * @throws {AUTH_GUARD_EMPTY} when declared without guards
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when none says yes and one could not tell
 * @throws the refusal of the first guard, when all refuse; 401 when nobody is signed in
 * @example app.get('/reports', { preHandler: [anyOf(requireRoles(['analyst']), requireScopes(['reports.read']))] }, listReports)
 */
export function anyOf (...guards: readonly Guard[]): Guard {
  return defineGuard(Object.freeze({ kind: 'any', parts: toParts('anyOf', guards) }), findOwner('anyOf', guards))
}

/**
 * Lets a request through when every one of `guards` does. They are asked in their order, and none after the first that refuses.
 *
 * @throws {AUTH_GUARD_EMPTY} when declared without guards
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when none says no and one could not tell
 * @throws the refusal of the first guard that refuses
 * @example app.delete('/reports/:id', { preHandler: [allOf(requireRoles(['analyst']), requireKind('human'))] }, removeReport)
 */
export function allOf (...guards: readonly Guard[]): Guard {
  return defineGuard(Object.freeze({ kind: 'all', parts: toParts('allOf', guards) }), findOwner('allOf', guards))
}

/**
 * Lets a request through when its user does not pass `guard`. It judges users only: a stranger gets 401.
 *
 * @throws {AUTH_GUARD_EMPTY} when declared without a guard
 * @throws {AUTH_CREDENTIALS_MISSING} 401, when nobody is signed in
 * @throws {AUTH_GUARD_REFUSED} 403, when the user passes `guard`
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when `guard` could not tell
 * @example app.post('/survey', { preHandler: [not(requireGroups(['staff']))] }, answerSurvey)
 */
export function not (guard: Guard): Guard {
  const [part] = toParts('not', [guard])
  return defineGuard(Object.freeze({ kind: 'not', part: part as GuardDescription }), ownerOf(guard))
}

markFactory(anyOf)
markFactory(allOf)
markFactory(not)

function toParts (combination: string, guards: readonly unknown[]): readonly GuardDescription[] {
  const parts = guards.map(describeGuard)
  if (parts.length === 0 || parts.includes(null)) {
    throw new AUTH_GUARD_EMPTY(`${combination}: takes guards, at least one; call it as ${combination}(requireUser())`)
  }
  return Object.freeze(parts as GuardDescription[])
}

function findOwner (combination: string, guards: readonly Guard[]): object | null {
  const [owner = null, other] = new Set(guards.map(ownerOf).filter(candidate => candidate !== null))
  if (other !== undefined) {
    throw new AUTH_ROUTE_CONTRADICTORY(`${combination}: its guards were made by two registrations`)
  }
  return owner
}
