/**
 * A library behind a validation service: the service says who somebody is, the library says what he may do. The service is a real one, started here to be
 * tried; in production it is elsewhere, and `AUTH_GATEWAY_URL` says where.
 */

import { subscribe } from 'node:diagnostics_channel'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import authPlugin, { currentUser, fromCookie, fromHeader, requireRoles } from 'fastify-gatekeeper'
import { gatewayFromEnv, isDegraded } from 'fastify-gatekeeper/gateway'

import type { FastifyInstance } from 'fastify'
import type { GatewayAuthenticator, GatewayDecisionEvent } from 'fastify-gatekeeper/gateway'

/** The service: who has which token. */
export function buildService (roles: Readonly<Record<string, readonly string[]>> = { reader: ['reader'], editor: ['reader', 'editor'] }): FastifyInstance {
  const service = Fastify()
  service.get('/validate', async ({ headers }, reply) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? ''
    return Object.hasOwn(roles, token)
      ? { user: { id: `user-of-${token}`, roles: roles[token] } }
      : await reply.code(401).send({ error: 'nobody has this token' })
  })
  return service
}

/** What became of the questions, for whatever counts them. */
export function countOutcomes (): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  subscribe('fastify-gatekeeper:gateway.decision', function count (event) {
    const { outcome } = event as GatewayDecisionEvent
    counts[outcome] = (counts[outcome] ?? 0) + 1
  })
  return counts
}

/** Asks the service that the environment names. */
export function createGateway (env: Readonly<Record<string, string | undefined>> = process.env): GatewayAuthenticator {
  return gatewayFromEnv(env, {
    sources: [fromHeader(), fromCookie('__Host-session')],
    identity: { id: ['user', 'id'], roles: ['user', 'roles'] },
    claimsSchema: Type.Object({ user: Type.Object({ id: Type.String(), roles: Type.Array(Type.String()) }) }),
    forwarded: false,
    cache: { allowedSeconds: 30, deniedSeconds: 5 }
  })
}

/** The library. */
export async function build (authenticator: GatewayAuthenticator = createGateway()): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(authPlugin, { authenticators: [authenticator], exclude: ['/health'] })
  app.get('/health', async () => 'ok')
  app.get('/shelves', { config: { auth: 'optional', gateway: { failOpen: true } } }, async request => ({ for: request.user?.id ?? 'anybody', complete: !isDegraded(request) }))
  app.get('/books', { preHandler: requireRoles('reader') }, async request => ({ for: currentUser(request).id }))
  app.post('/books', { preHandler: requireRoles('editor'), config: { gateway: { cache: false } } }, async (_request, reply) => await reply.code(201).send({ saved: true }))
  // The same guard as above: what is remembered for one of them counts for the other.
  app.post('/sign-out', { preHandler: requireRoles('reader') }, async request => {
    await authenticator.client.forgetSubject(currentUser(request).id)
    return { forgotten: true }
  })
  return app
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const service = buildService()
  const url = await service.listen({ port: 0, host: '127.0.0.1' })
  const app = await build(createGateway({ AUTH_GATEWAY_URL: `${url}/validate` }))
  console.log(`curl -H 'authorization: Bearer editor' ${await app.listen({ port: 3000 })}/books`)
}
