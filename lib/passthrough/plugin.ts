import fp from 'fastify-plugin'

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'

import { AUTH_OPTION_INVALID } from '../errors.js'
import { kPassthrough } from '../passthrough-mark.js'
import { when } from '../util/when.js'
import { answerMissing } from './answer-missing.js'
import { hold } from './hold.js'
import { PassthroughRegistration } from './passthrough-registration.js'
import { currentScope, runWithin } from './scope.js'

import type { Finding } from './passthrough-registration.js'
import type { PassthroughOptions } from './options.js'
import type { PassedRoute } from '../passthrough-mark.js'
import type { HookDone } from '../../types/guard.js'

/** Keeps the credentials of each request for the calls that are made while it is answered. */
async function passCredentialsOn (fastify: FastifyInstance, options: PassthroughOptions): Promise<void> {
  if (Object.hasOwn(fastify, kPassthrough)) {
    throw new AUTH_OPTION_INVALID('passthrough is registered twice in one context: give one registration all the options, or register the other in a context of its own')
  }
  const { resolveOptions } = await import('./resolve-options.js')
  const registration = new PassthroughRegistration(await resolveOptions(options))
  const routes: Array<PassedRoute & { readonly instance: object }> = []
  fastify.decorate(kPassthrough as unknown as string, registration)

  fastify.addHook('onRoute', function noteRoute (this: FastifyInstance, { method, url, config }: RouteOptions): void {
    routes.push({ instance: this, methods: [method].flat(), url, config })
  })
  addHooks(fastify, registration)
  fastify.addHook('onReady', async function settleRoutes () {
    const own = routes.filter(({ instance }) => registration.answersFor(instance))
    logBoot(fastify, registration, own.map(route => registration.modeOf(route)))
  })
  fastify.addHook('onClose', async () => registration.settings.exchange?.close())
}

/**
 * Credentials are taken before anything else runs, and what is wrong with them is answered after all `onRequest` hooks: CORS headers are on the answer,
 * preflights have been answered, and the main plugin has had its say. Not a byte of the body has been read by then.
 */
function addHooks (fastify: FastifyInstance, registration: PassthroughRegistration): void {
  const findings = new WeakMap<FastifyRequest, Finding>()

  fastify.addHook('onRequest', function takeCredentials (request: FastifyRequest, reply: FastifyReply, done: HookDone): void {
    if (!registration.answersFor(request.server)) {
      done()
      return
    }
    when(registration.find(request), function goOn (finding) {
      findings.set(request, finding)
      holdAll(request, reply, finding)
      runWithin(finding.scope, done)
    })
  })
  fastify.addHook('preParsing', function refuse (request, _reply, _payload, done) {
    done(findings.get(request)?.error ?? null)
  })
  // What reads a body may have come out of the scope.
  fastify.addHook('preValidation', function goOnWithin (request, _reply, done) {
    const finding = findings.get(request)
    finding === undefined ? done() : runWithin(finding.scope, done)
  })
  // What is sent may be a stream that was made on behalf of somebody else.
  fastify.addHook('onSend', function holdAnswer (request, reply, payload, done) {
    const scope = currentScope()
    if (scope.root === request) {
      hold(reply.raw, scope)
    }
    done(null, payload)
  })
  fastify.addHook('onError', async function answer (request, reply, error) {
    if (registration.answersFor(request.server)) {
      answerMissing(request, reply, { error, log: registration.logOf(request.log) })
    }
  })
}

/** An upgraded connection serves this request alone, for good. */
function holdAll (request: FastifyRequest, { raw }: FastifyReply, { scope }: Finding): void {
  hold(request.raw, scope)
  hold(raw, scope)
  if ((request as { readonly ws?: unknown }).ws === true) {
    hold(request.raw.socket, scope)
  }
}

function logBoot (fastify: FastifyInstance, registration: PassthroughRegistration, modes: readonly string[]): void {
  const log = registration.logOf(fastify.log)
  const [required, optional, off] = ['required', 'optional', 'off'].map(mode => modes.filter(each => each === mode).length)
  const { allowedOrigins, exchange, extractors } = registration.settings
  log.info({ extractors: extractors.map(({ name }) => name), allowedOrigins: [...allowedOrigins], isExchanged: exchange !== null, routes: { required, optional, off } }, 'credentials are passed on, and not verified')
  const unmet = registration.unmet()
  if (unmet.length > 0) {
    log.warn({ excludedPaths: unmet }, 'excludedPaths names routes that there are not')
  }
}

/**
 * A plugin that keeps the credentials of each request, so that calls made while it is answered go out on behalf of the caller: `authFetch`,
 * `authDispatcher`, `authHeaders`. It verifies nothing: that is for whoever is called, or for the main plugin beside it.
 *
 * @throws {AUTH_OPTION_INVALID} at boot, naming the option that is unknown, missing or wrong
 * @throws {AUTH_ROUTE_CONTRADICTORY} at boot, naming the route that says what it cannot
 * @example await app.register(passthrough, { allowedOrigins: ['https://books.example.com'] })
 */
export const passthrough = fp(passCredentialsOn, { name: 'fastify-gatekeeper-passthrough', fastify: '5.x' })
