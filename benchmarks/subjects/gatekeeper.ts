import Fastify from 'fastify'
import authPlugin, { requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import { PATH, ROLE, listReports } from '../subject.js'

import type { FastifyInstance } from 'fastify'
import type { Subject, Trust } from '../subject.js'

/** As the README shows it: tokens seen before are remembered. */
export const hot: Subject = {
  name: 'hot',
  title: 'fastify-gatekeeper',
  kind: 'ours',
  async build (trust) {
    return await serve(trust, {})
  }
}

/** Every token is verified anew. */
export const cold: Subject = {
  name: 'cold',
  title: 'fastify-gatekeeper, no token cache',
  kind: 'ours',
  async build (trust) {
    return await serve(trust, { tokenCache: null })
  }
}

async function serve ({ issuer, audience, jwk }: Trust, options: { readonly tokenCache?: null }): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(authPlugin, { jwtProvider: jwt({ issuer, audience, jwks: { keys: [jwk] } }), ...options })
  app.get(PATH, { preHandler: [requireRoles([ROLE])] }, listReports)
  return app
}
