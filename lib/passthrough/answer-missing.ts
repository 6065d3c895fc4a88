import { writeChallenge } from '../challenge.js'
import { isAuthError } from '../errors.js'
import { kRegistration } from '../guards/define-guard.js'

import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'

/** What is asked for where no authenticator asks for anything: what most extractors read is a bearer token. RFC 6750, section 3. */
const FALLBACK = 'Bearer realm="api"'

/** What becomes of one of our errors where the main plugin does not answer for the route: the same headers, and the same line in the log. */
export function answerMissing (request: FastifyRequest, reply: FastifyReply, { error, log }: { readonly error: unknown, readonly log: FastifyBaseLogger }): void {
  if (!isAuthError(error) || kRegistration in request.server) {
    return
  }
  const { code, statusCode, cause: { reason = null, expected } } = error
  writeChallenge(reply, { error, doors: [], authenticators: null, fallback: FALLBACK })
  const line = { code, route: `${request.method} ${request.routeOptions.url ?? '(none)'}`, reason, ...expected !== undefined && { expected } }
  statusCode >= 500 ? log.error(line, 'request could not be judged') : log.info(line, 'request refused')
}
