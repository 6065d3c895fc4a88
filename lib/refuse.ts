import type { FastifyReply, FastifyRequest } from 'fastify'

import { AUTH_PLUGIN_MISSING } from './errors.js'
import { kRegistration } from './guards/define-guard.js'
import { verdictOf } from './user/verdict-slot.js'

import type { Judge } from './guards/define-guard.js'
import type { Variant } from './routes.js'
import type { GuardDescription, HookDone } from '../types/guard.js'

type RequestHook = (request: FastifyRequest, reply: FastifyReply, done: HookDone) => Promise<void> | undefined

const ANYBODY: GuardDescription = Object.freeze({ kind: 'all', parts: Object.freeze([]) })

/** Makes the last `onRequest` hook of a route: it passes on what the verdict says, and lets nobody by without one. */
export function createRefusal (variant: Pick<Variant, 'duties'>): RequestHook {
  function refuse (request: FastifyRequest, _reply: FastifyReply, done: HookDone): Promise<void> | undefined {
    const verdict = verdictOf(request)
    if (verdict === null || (verdict.error === null && variant.duties.length > 0)) {
      return refuseSlowly(request, variant)
    }
    verdict.error === null ? done() : done(verdict.error)
  }
  return refuse
}

/** For a route that our instance-level hook has not met, for guards that are no hooks, and for a route without a refusal of its own. */
export async function refuseSlowly (request: FastifyRequest, { duties }: Pick<Variant, 'duties'>): Promise<void> {
  const registration = (request.server as { [kRegistration]?: Judge })[kRegistration]
  if (registration === undefined) {
    throw new AUTH_PLUGIN_MISSING()
  }
  for (const guard of duties.length === 0 ? [ANYBODY] : duties) {
    const refusal = await registration.judge(guard, request, true)
    if (refusal !== null) {
      throw refusal
    }
  }
}
