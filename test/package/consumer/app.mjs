import Fastify from 'fastify'
import authPlugin, { requireUser } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

export async function build () {
  const app = Fastify({ logger: true })
  await app.register(authPlugin, { jwtProvider: jwt({ issuer: 'https://issuer.example', audience: 'consumer', secret: 'at least thirty-two bytes of randomness' }) })
  app.get('/me', { preHandler: [requireUser()] }, async request => request.user)
  return app
}
