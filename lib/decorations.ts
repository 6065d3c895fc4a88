import type { FastifyInstance, FastifyRequest } from 'fastify'

import { printMatrix, toAccessMatrix } from './access-matrix.js'
import { guardContext } from './collect-guards.js'
import { AUTH_DECORATOR_TAKEN, AUTH_GUARD_MISPLACED, AUTH_OPTION_INVALID } from './errors.js'
import { authorize, can } from './guards/ask-guard.js'
import { kRegistration } from './guards/define-guard.js'
import { createGuardFactories } from './guards/guard-factories.js'
import { kVerdict, verdictOf } from './user/verdict-slot.js'

import type { Registration } from './registration.js'
import type { Guard } from '../types/guard.js'
import type { AccessRow } from '../types/options.js'
import type { AuthUser } from '../types/user.js'

/** The registration around the one that is being made; `null` for none. */
export function findOuter (instance: FastifyInstance): Registration | null {
  if (Object.hasOwn(instance, kRegistration)) {
    throw new AUTH_OPTION_INVALID('fastify-gatekeeper is registered twice in one context: give one registration all the options, or register the other in a context of its own')
  }
  return (instance as { [kRegistration]?: Registration })[kRegistration] ?? null
}

/** Gives the instance its guards, its matrix and its registration, and every request its user. */
export function decorate (instance: FastifyInstance, registration: Registration): void {
  if (!instance.hasRequestDecorator(kVerdict)) {
    decorateRequests(instance)
  }
  instance.decorate(kRegistration as unknown as string, registration)
  for (const [name, factory] of Object.entries(createGuardFactories(registration))) {
    instance.decorate(name, factory)
  }
  instance.decorate('guard', function guard (this: FastifyInstance, guard: Guard): FastifyInstance {
    if (registration.routes !== null) {
      throw new AUTH_GUARD_MISPLACED('guard: the app is ready, and its routes are settled; call app.guard before')
    }
    guardContext(this, guard)
    return this
  })
  instance.decorate('accessMatrix', () => readMatrix(registration))
  instance.decorate('printAccessMatrix', () => printMatrix(readMatrix(registration)))
}

/** The rows of the registration and of those within it. */
function readMatrix (registration: Registration): readonly AccessRow[] {
  if (registration.routes === null) {
    throw new Error('the access matrix is known when the app is ready: await app.ready() first')
  }
  return toAccessMatrix(registration.allRoutes())
}

function decorateRequests (instance: FastifyInstance): void {
  if (instance.hasRequestDecorator('user')) {
    throw new AUTH_DECORATOR_TAKEN("another plugin owns request.user: give it another name there, with decoratorName: 'jwtUser' for @fastify/jwt")
  }
  instance.decorateRequest(kVerdict, null)
  instance.decorateRequest('user', { getter: readUser })
  instance.decorateRequest('can', can)
  instance.decorateRequest('authorize', authorize)
}

function readUser (this: FastifyRequest): AuthUser | null {
  return verdictOf(this)?.principal?.user ?? null
}
