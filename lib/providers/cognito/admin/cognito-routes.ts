import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify'

import { assertOwnOrigin } from '../../../csrf.js'
import { AUTH_OPTION_INVALID, AUTH_PROVIDER_UNAVAILABLE } from '../../../errors.js'
import { FailureLimit } from '../../../failure-limit.js'
import { within } from '../../../util/within.js'
import { createAccountRoutes } from './routes/account-routes.js'
import { assertGate } from './routes/assert-gate.js'
import { createAttempts } from './routes/attempts.js'
import { createBodyCarrier } from './routes/body-carrier.js'
import { findBodyFault } from './routes/check-body.js'
import { createCookieCarrier } from './routes/cookie-carrier.js'
import { declareRoutes } from './routes/declare-routes.js'
import { parseJson } from './routes/parse-json.js'
import { createSessionRoutes } from './routes/session-routes.js'

import type { BodySchema } from './routes/body-schemas.js'
import type { Office } from './routes/own-route.js'
import type { RoutesSettings } from './routes/resolve-options.js'
import type { CognitoRoutesOptions } from './routes-options.js'
import type { Registration } from '../../../registration.js'
import type { HookDone } from '../../../../types/guard.js'
import type { Identity } from '../../../../types/identity.js'

/**
 * A plugin with the routes by which users of an Amazon Cognito user pool log in and out, look after their passwords and set up authenticator apps, below the
 * `prefix` that it is registered with: `/login`, `/challenge`, `/refresh`, `/logout`, `/revoke`, `/me`, `/password/change`, `/password/forgot`,
 * `/password/reset`, `/totp/setup`, `/totp/verify`, `/totp/disable`.
 *
 * The main plugin must have been registered before, with `cognito` for the same app client: it says who is signed in. The caller's address, which is
 * counted and which Amazon Cognito is told, is `request.ip`: behind a proxy set Fastify's `trustProxy`.
 *
 * @throws {AUTH_OPTION_INVALID} at boot, naming the option that is unknown, missing or wrong, and what has to be registered before; and where the package of
 *   the AWS SDK is missing
 * @example await app.register(cognitoRoutes, { prefix: '/auth', actions: cognitoActions({ userPoolId, clientId }), failureLimit: { max: 10 } })
 */
export async function cognitoRoutes (fastify: FastifyInstance, options: CognitoRoutesOptions): Promise<void> {
  const { resolveOptions } = await import('./routes/resolve-options.js')
  const settings = resolveOptions(options)
  const registration = assertGate(fastify, settings)
  const office = createOffice(settings, registration)
  const { actions, carrier } = office

  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson)
  fastify.setValidatorCompiler(createValidation(fastify.validatorCompiler))
  fastify.setSerializerCompiler(() => JSON.stringify)
  addHooks(fastify, settings)
  declareRoutes(fastify, [...createSessionRoutes(office), ...createAccountRoutes(office)], { registration, carrier, isRateLimited: settings.failureLimit === null })
  fastify.addHook('onReady', async function warmUp () { await actions.warmUp() })
  fastify.addHook('onClose', async function close () { actions.close() })
}

function createOffice ({ actions, known, failureLimit, inCookies, refreshTokenSeconds, revocations }: RoutesSettings, registration: Registration): Office {
  const logOf = (request: FastifyRequest) => registration.logOf(request.log)
  const { userPoolId, clientId, refreshNeedsUsername } = known
  const limit = failureLimit === null ? null : new FailureLimit(failureLimit, JSON.stringify(['cognito', userPoolId, clientId]))

  async function revokeHere ({ issuer, subject }: Identity): Promise<void> {
    const revoked = Promise.resolve(revocations?.revokeUser(issuer, subject))
    await within(revoked, registration.settings.providerTimeoutMs, () => new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_timeout' }))
  }

  return Object.freeze<Office>({
    actions,
    clientId,
    refreshNeedsUsername,
    carrier: inCookies ? createCookieCarrier({ refreshTokenSeconds, logOf }) : createBodyCarrier(known),
    attempts: createAttempts(limit),
    contextOf: request => ({ ipAddress: request.ip, log: logOf(request) }),
    revokeHere
  })
}

/** Nothing of this is for caches, and with cookies everything is for pages of our own alone: a login by somebody else's page, too. */
function addHooks (fastify: FastifyInstance, { inCookies, trustedOrigins }: RoutesSettings): void {
  fastify.addHook('onRequest', function keepOut (request, reply, done: HookDone) {
    reply.header('cache-control', 'no-store')
    if (inCookies) {
      assertOwnOrigin(request, trustedOrigins)
    }
    done()
  })
}

/**
 * Bodies are checked here, whatever the app has put in place of Fastify's validator; what hooks of the app add to schemas is for that one. Fastify's own is
 * made when it is first needed, and nobody can ask for it.
 */
function createValidation (others: FastifySchemaCompiler<unknown> | undefined): FastifySchemaCompiler<unknown> {
  return function compile (definition) {
    if (definition.httpPart !== 'body') {
      if (others === undefined) {
        throw new AUTH_OPTION_INVALID(`cognitoRoutes: a hook of the app gives its routes a schema for ${String(definition.httpPart)}, which nobody would check: call app.setValidatorCompiler before, or leave these routes out`)
      }
      return others(definition)
    }
    return function validate (body: unknown) {
      const fault = findBodyFault(definition.schema as BodySchema, body)
      return fault === null ? true : { error: [fault] }
    }
  }
}
