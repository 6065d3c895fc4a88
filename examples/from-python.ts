/**
 * The app that auth-middleware for FastAPI shows on its first pages, with the modes and routes it has there: a request without a token runs,
 * and guards refuse. Starts with the issuer and the audience in `AUTH_ISSUER` and `AUTH_AUDIENCE`.
 */

import Fastify from 'fastify'
import authPlugin, { currentUser } from 'fastify-gatekeeper'
import { oidcFromEnv } from 'fastify-gatekeeper/oidc'

import type { FastifyInstance } from 'fastify'
import type { JwtProvider } from 'fastify-gatekeeper'

/** The whole app, ready to listen. */
export async function build (jwtProvider: JwtProvider = oidcFromEnv()): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(authPlugin, { jwtProvider, mode: 'optional' })

  // @app.get("/")
  app.get('/', async request => ({ hello: request.user?.name ?? 'stranger' }))

  // @app.get("/protected", dependencies=[Depends(require_user())])
  app.get('/protected', { preHandler: [app.requireUser()] }, async request => ({ id: currentUser(request).id }))

  // @app.get("/profile", dependencies=[Depends(require_user())])
  app.get('/profile', { preHandler: [app.requireUser()] }, async request => {
    const user = currentUser(request)
    return { id: user.id, name: user.name, email: user.email, groups: await user.groups() }
  })

  // @app.get("/admin", dependencies=[Depends(require_groups(["admin", "moderator"]))])
  app.get('/admin', { preHandler: [app.requireGroups(['admin', 'moderator'])] }, async () => ({ rows: [] }))

  // @app.get("/reports", dependencies=[Depends(require_roles(["analyst", "manager"]))])
  app.get('/reports', { preHandler: [app.requireRoles(['analyst', 'manager'])] }, async () => ({ reports: [] }))

  // @app.post("/admin/users", dependencies=[Depends(require_permissions(["user.create"]))])
  app.post('/admin/users', { preHandler: [app.requirePermissions(['user.create'])] }, async (_request, reply) => {
    reply.code(201)
    return { created: true }
  })
  return app
}
