import Fastify from 'fastify'
import authPlugin, { requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import { PATH, ROLE, listReports } from '../subject.js'

import type { FastifyInstance } from 'fastify'
import type { JwtProvider } from 'fastify-gatekeeper'
import type { Subject } from '../subject.js'

const counters = new WeakMap<FastifyInstance, () => number>()

/** As hot, and counts which tokens the cache did not know. */
export const watched: Subject = {
  name: 'watched',
  title: 'fastify-gatekeeper, counted',
  kind: 'ours',
  async build ({ issuer, audience, jwk }) {
    let verifications = 0
    const provider = jwt({ issuer, audience, jwks: { keys: [jwk] } })
    const verify: JwtProvider['verify'] = function countVerification (token, context) {
      verifications++
      return provider.verify(token, context)
    }
    // With its getters: a copy by spreading would freeze what they say now.
    const counted = Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(provider), verify: { value: verify } }) as JwtProvider
    const app = Fastify()
    await app.register(authPlugin, { jwtProvider: counted })
    app.get(PATH, { preHandler: [requireRoles([ROLE])] }, listReports)
    counters.set(app, () => verifications)
    return app
  }
}

/** How many tokens an app has verified; 0 where nobody counts. */
export function verificationsOf (app: FastifyInstance): number {
  return counters.get(app)?.() ?? 0
}
