import { AUTH_PLUGIN_MISSING } from '../errors.js'
import { isPromised } from '../util/when.js'

import type { Guard, GuardDescription, GuardedRequest, HookDone } from '../../types/guard.js'
import type { AuthError } from '../../types/verdict.js'

/** Where a guard carries what it demands: the same in every installed copy. */
export const kGuard = Symbol.for('fastify-gatekeeper.guard')

/** Where a guard says which registration made it; those imported from the package belong to nobody. */
const kOwner = Symbol.for('fastify-gatekeeper.owner')

/** Where an instance keeps the registration that answers for its routes. */
export const kRegistration = Symbol.for('fastify-gatekeeper.registration')

/** A refusal, or `null` for none. */
export type Outcome = AuthError | null

/** The registration nearest to a route: it judges every guard that runs there. */
export interface Judge {
  /** `asHook`: whether Fastify calls the guard, and not a handler. */
  judge (guard: GuardDescription, request: GuardedRequest, asHook: boolean, resource?: unknown): Outcome | Promise<Outcome>
}

/** Makes a guard from what it demands. `owner` is the registration that made it, `null` for none. */
export function defineGuard (description: GuardDescription, owner: object | null = null): Guard {
  function guard (request: GuardedRequest, _reply: object, third?: object | HookDone, fourth?: HookDone): Promise<void> | undefined {
    const done = toDone(third, fourth)
    const outcome = judge(description, request, done !== null)
    if (done === null) {
      return rejectRefused(outcome)
    }
    if (isPromised(outcome)) {
      outcome.then(refusal => pass(refusal, done), done)
      return
    }
    pass(outcome, done)
  }
  return brandGuard(guard as Guard, description, owner)
}

/** What a function demands as a guard; `null` when it is none. */
export function describeGuard (value: unknown): GuardDescription | null {
  return typeof value === 'function' && kGuard in value ? value[kGuard] as GuardDescription : null
}

/** The registration that made a guard; `null` for none. */
export function ownerOf (guard: unknown): object | null {
  return (guard as { [kOwner]?: object | null })[kOwner] ?? null
}

function judge (description: GuardDescription, request: GuardedRequest, asHook: boolean): Outcome | Promise<Outcome> {
  const registration = (request.server as { [kRegistration]?: Judge })[kRegistration]
  return registration === undefined ? new AUTH_PLUGIN_MISSING() : registration.judge(description, request, asHook)
}

/** `preParsing` has the payload before it. */
function toDone (third: unknown, fourth: unknown): HookDone | null {
  if (typeof third === 'function') {
    return third as HookDone
  }
  return typeof fourth === 'function' ? fourth as HookDone : null
}

function pass (refusal: Outcome, done: HookDone): void {
  refusal === null ? done() : done(refusal)
}

async function rejectRefused (outcome: Outcome | Promise<Outcome>): Promise<void> {
  const refusal = await outcome
  if (refusal !== null) {
    throw refusal
  }
}

function brandGuard (guard: Guard, description: GuardDescription, owner: object | null): Guard {
  function bind (...bound: unknown[]): Guard {
    return brandGuard(Reflect.apply(Function.prototype.bind, guard, bound) as Guard, description, owner)
  }
  return Object.defineProperties(guard, {
    [kGuard]: { value: description },
    [kOwner]: { value: owner },
    bind: { value: bind }
  })
}
