import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { kRefusals } from '../../../../declared-refusals.js'
import { AUTH_LOGIN_DENIED, AUTH_ORIGIN_REFUSED, AUTH_PROVIDER_UNAVAILABLE, AUTH_TOO_MANY_FAILURES, isAuthError } from '../../../../errors.js'
import { describeError } from '../../../../util/describe-error.js'

import type { AuthErrorClass } from '../../../../errors.js'
import type { Carrier } from './carrier.js'
import type { OwnRoute } from './own-route.js'
import type { Registration } from '../../../../registration.js'
import type { RouteRefusal } from '../../../../../types/route.js'
import type { Bytes } from '../../../../../types/units.js'

/** More than anything that is taken is long. */
const MAX_BODY: Bytes = 131_072

/** What all routes have in common. */
export interface Frame {
  readonly registration: Registration
  readonly carrier: Carrier
  /** Whether `@fastify/rate-limit` is to limit them: it leaves routes alone that do not ask for it, where it was told `global: false`. */
  readonly isRateLimited: boolean
}

/** Declares routes, each with its mode, its schemas and what documents are to say of it. */
export function declareRoutes (fastify: FastifyInstance, routes: readonly OwnRoute[], frame: Frame): void {
  for (const route of routes) {
    const { method, url, summary, body, answer, endsWith = [] } = route
    fastify.route({
      method,
      url,
      bodyLimit: MAX_BODY,
      config: toConfig(route, frame),
      schema: { tags: ['Authentication'], summary, ...body !== null && { body }, response: { [answer.status]: answer.schema } } as object,
      handler: createHandler(route, frame),
      async onError (_request: FastifyRequest, reply: FastifyReply, error: unknown) {
        if (isAuthError(error) && endsWith.includes(error.statusCode)) {
          frame.carrier.forget(reply)
        }
      }
    })
  }
}

/** Whatever goes wrong that nobody has thought of is an outage, and says nothing of what was sent. */
function createHandler ({ handle }: OwnRoute, { registration }: Frame) {
  return async function handleSafely (request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    try {
      return await handle(request, reply)
    } catch (error) {
      if (isAuthError(error) && error.statusCode !== 500) {
        throw error
      }
      registration.logOf(request.log).error({ reason: 'provider_failed', error: describeError(error) }, 'an action on an account failed')
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_failed' })
    }
  }
}

function toConfig (route: OwnRoute, frame: Frame): FastifyContextConfig {
  return { auth: route.mode, ...frame.isRateLimited && { rateLimit: {} }, [kRefusals]: toRefusals(route, frame) } as FastifyContextConfig
}

function toRefusals ({ method, refusals }: OwnRoute, { carrier }: Frame): readonly RouteRefusal[] {
  const ofAll: readonly AuthErrorClass[] = [...carrier.isAmbient && method === 'POST' ? [AUTH_ORIGIN_REFUSED] : [], AUTH_LOGIN_DENIED, AUTH_TOO_MANY_FAILURES, AUTH_PROVIDER_UNAVAILABLE]
  return [...refusals, ...ofAll].map(AuthError => {
    const { statusCode, code, message } = new AuthError()
    return Object.freeze({ statusCode, code, message })
  })
}
