import { AUTH_GUARD_EMPTY, AUTH_PLUGIN_MISSING } from '../errors.js'
import { describeGuard, kRegistration } from './define-guard.js'

import type { Judge, Outcome } from './define-guard.js'
import type { Guard, GuardedRequest } from '../../types/guard.js'

/** `request.can`: whether the request would pass a guard; rejects with 503 when that could not be found out. */
export async function can (this: GuardedRequest, guard: Guard, resource?: unknown): Promise<boolean> {
  const outcome = await ask(this, guard, resource)
  if (outcome !== null && outcome.statusCode >= 500) {
    throw outcome
  }
  return outcome === null
}

/** `request.authorize`: rejects as the guard would refuse. */
export async function authorize (this: GuardedRequest, guard: Guard, resource?: unknown): Promise<void> {
  const outcome = await ask(this, guard, resource)
  if (outcome !== null) {
    throw outcome
  }
}

function ask (request: GuardedRequest, guard: Guard, resource: unknown): Outcome | Promise<Outcome> {
  const description = describeGuard(guard)
  if (description === null) {
    throw new AUTH_GUARD_EMPTY("request.can and request.authorize take a guard; call them as request.can(requireRoles(['…']))")
  }
  const registration = (request.server as { [kRegistration]?: Judge })[kRegistration]
  return registration === undefined ? new AUTH_PLUGIN_MISSING() : registration.judge(description, request, false, resource)
}
