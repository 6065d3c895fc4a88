import type { FastifyReply, FastifyRequest } from 'fastify'

import { writeChallenge } from './challenge.js'
import { noteRefusal } from './error-body.js'
import { isAuthError } from './errors.js'
import { verdictOf } from './user/verdict-slot.js'

import type { Registration } from './registration.js'
import type { AuthError, AuthErrorDetail } from '../types/verdict.js'

/** What becomes of one of our errors on its way to the caller: its headers, and its line in the log. */
export function answerRefusal (registration: Registration, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (!isAuthError(error)) {
    return
  }
  const verdict = verdictOf(request)
  // Where credentials are not even read, none have failed.
  const authenticators = verdict?.route.mode === 'public' ? [] : verdict?.authenticators ?? null
  const doors = registration.routeOf(request)?.doors ?? registration.doors
  const concerned = doors.filter(door => authenticators === null || authenticators.includes(door.name))
  noteRefusal(request, error, concerned.find(door => door.errorBody !== null)?.errorBody ?? registration.settings.errorBody)
  writeChallenge(reply, { error, doors, authenticators, fallback: `Bearer realm="${registration.settings.realm}"` })
  logRefusal(registration, error, request)
}

function logRefusal (registration: Registration, error: AuthError, request: FastifyRequest): void {
  const { code, statusCode, cause: { reason = null, expected, ...cause } = {} } = error
  const identity = verdictOf(request)?.principal?.identity
  const line = {
    code,
    route: `${request.method} ${request.routeOptions.url ?? '(none)'}`,
    reason,
    ...(expected === undefined ? {} : { expected }),
    ...toOther(cause),
    ...(identity === undefined ? {} : { subject: identity.subject, issuer: identity.issuer })
  }
  const log = registration.logOf(request.log)
  // Whoever has gone hears nothing of it, and nothing is wrong here.
  statusCode >= 500 && reason !== 'caller_gone' ? log.error(line, 'request could not be judged') : log.info(line, 'request refused')
}

/** Whose error led to this one, where one did. */
function toOther ({ error }: AuthErrorDetail): Pick<AuthErrorDetail, 'error'> {
  return error === undefined ? {} : { error }
}
