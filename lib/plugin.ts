import fp from 'fastify-plugin'

import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { answerRefusal } from './answer-refusal.js'
import { decorate, findOuter } from './decorations.js'
import { markDocuments, settleDocuments, watchDocuments } from './documents.js'
import { toErrorBody } from './error-body.js'
import { logBoot } from './log-boot.js'
import { closeProviders, warmUpProviders } from './provider-lifecycle.js'
import { createRefusal, refuseSlowly } from './refuse.js'
import { Registration } from './registration.js'
import { declareRoute } from './routes.js'
import { assertQueryUnlogged } from './query-tokens.js'
import { addAnswerHeaders } from './user/answer-headers.js'
import { isPromised } from './util/when.js'

import type { DeclaredRoute } from './routes.js'
import type { HookDone } from '../types/guard.js'
import type { AuthPluginOptions } from '../types/options.js'

/** Authenticates every request, guards routes, and gives handlers `request.user`. */
async function gatekeeper (fastify: FastifyInstance, options: AuthPluginOptions): Promise<void> {
  const { resolveOptions } = await import('./options.js')
  const outer = findOuter(fastify)
  const settings = resolveOptions(options, process.env, outer?.settings)
  const registration = new Registration(fastify, settings, outer)
  const log = registration.logOf(fastify.log)
  assertQueryUnlogged(registration, fastify.log)

  decorate(fastify, registration)
  fastify.addHook('onRoute', noteRoute)
  fastify.addHook('onRequest', createAuthentication(registration))
  fastify.addHook('onError', answer)
  const isOwnBody = settings.errorBody !== null || registration.doors.some(door => door.errorBody !== null || door.relaysAnswers)
  if (isOwnBody) {
    fastify.addHook('onSend', createCompletion(registration))
  }
  fastify.addHook('onReady', createBoot(registration, log, fastify.log))
  fastify.addHook('onClose', () => closeProviders(settings, log))

  function noteRoute (this: FastifyInstance, route: DeclaredRoute): void {
    declareRoute(this, route, createRefusal)
    watchDocuments(this, registration, log)
  }

  async function answer (request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
    if (registration.answersFor(request.server)) {
      answerRefusal(registration, error, request, reply)
    }
  }
}

/** Makes the `onSend` hook: what others answered, and what the app wants in place of our errors. */
function createCompletion (registration: Registration) {
  return async function completeAnswer (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    if (!registration.answersFor(request.server)) {
      return payload
    }
    addAnswerHeaders(request, reply)
    return toErrorBody(request, reply, payload)
  }
}

/** Makes the hook that settles what every route asks, once all of them are declared. */
function createBoot (registration: Registration, log: FastifyBaseLogger, appLog: FastifyBaseLogger) {
  return async function completeBoot (this: FastifyInstance): Promise<void> {
    const routes = registration.ruleRoutes(this)
    logBoot(registration, routes, { log, appLog })
    settleDocuments(registration, routes, log)
    await warmUpProviders(registration.settings, log)
    // What a provider has learnt of its issuer belongs in documents, too.
    markDocuments(registration, routes, log)
  }
}

/** Makes the instance-level `onRequest` hook: it finds the verdict, and leaves it to the route's own last hook to refuse. */
function createAuthentication (registration: Registration) {
  return function authenticateRequest (request: FastifyRequest, _reply: FastifyReply, done: HookDone): Promise<void> | undefined {
    registration.withdraw(request)
    const route = registration.answersFor(request.server) ? registration.routeOf(request) : null
    if (route === null) {
      done()
      return
    }
    if (route.isEarly && route.mode !== 'public') {
      return refuseSlowly(request, { duties: route.guards })
    }
    const verdict = registration.authenticate(request, route)
    if (isPromised(verdict)) {
      return Promise.resolve(verdict).then(function goOn () {})
    }
    done()
  }
}

/**
 * The plugin: authenticates every request, closes every route that does not say otherwise, and gives `request.user` and the guards.
 *
 * @throws {AUTH_OPTION_INVALID} at boot, naming the option that is unknown, missing or wrong
 * @throws {AUTH_DECORATOR_TAKEN} at boot, when another plugin owns `request.user`
 * @example await app.register(authPlugin, { jwtProvider: oidc({ issuer: 'https://issuer.example', audience: 'api' }) })
 */
export const authPlugin = fp(gatekeeper, { name: 'fastify-gatekeeper', fastify: '5.x' })
