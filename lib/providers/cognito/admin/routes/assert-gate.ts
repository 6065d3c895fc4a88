import type { FastifyInstance } from 'fastify'

import { AUTH_OPTION_INVALID } from '../../../../errors.js'
import { kRegistration } from '../../../../guards/define-guard.js'
import { isOwnSource, traitsOf } from '../../../../schemes/token-source.js'
import { ACCESS_COOKIE } from './cookie-carrier.js'

import type { Registration } from '../../../../registration.js'
import type { RoutesSettings } from './resolve-options.js'

/** The app client whose tokens the cookies of a server hold: there is one pair of them for the whole host. */
const clients = new WeakMap<object, string>()

/**
 * The registration of the main plugin that guards the routes.
 * @throws {AUTH_OPTION_INVALID} where there is none, where it does not read what the routes give, where other routes give the same cookies for another app
 *   client, and where nobody counts wrong guesses
 */
export function assertGate (fastify: FastifyInstance, { inCookies, failureLimit, known }: RoutesSettings): Registration {
  const registration = (fastify as { readonly [kRegistration]?: Registration })[kRegistration]
  if (registration === undefined) {
    throw new AUTH_OPTION_INVALID('cognitoRoutes: register fastify-gatekeeper first: it guards the routes')
  }
  if (inCookies && !mayRead(registration)) {
    throw new AUTH_OPTION_INVALID(`cognitoRoutes.tokens: nobody reads the cookie: give fastify-gatekeeper tokenSources: [fromHeader(), fromCookie('${ACCESS_COOKIE}')]`)
  }
  if (inCookies && takeCookies(fastify.server, JSON.stringify(known)) === 'taken') {
    throw new AUTH_OPTION_INVALID("cognitoRoutes.tokens: another app client has the cookies of this host already: of two, one must have tokens: 'body', or a server of its own")
  }
  // It limits routes that are declared after it alone.
  if (failureLimit === null && !fastify.hasPlugin('@fastify/rate-limit')) {
    throw new AUTH_OPTION_INVALID('cognitoRoutes.failureLimit is missing: give one, { max: 10, windowSeconds: 300 } for example, or register @fastify/rate-limit before cognitoRoutes; otherwise passwords and codes could be guessed')
  }
  return registration
}

function takeCookies (server: object, client: string): 'ours' | 'taken' {
  const owner = clients.get(server) ?? client
  clients.set(server, owner)
  return owner === client ? 'ours' : 'taken'
}

/** What sources of the app's own read is not known. */
function mayRead ({ doors }: Registration): boolean {
  const sources = doors.flatMap(door => door.tokenSources)
  return sources.some(source => isOwnSource(source) || (source.name === `cookie ${ACCESS_COOKIE}` && traitsOf(source).isSecretive !== true))
}
