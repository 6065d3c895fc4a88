import { JwtVerifier } from 'aws-jwt-verify'
import Fastify from 'fastify'

import { PATH, ROLE, listReports } from '../subject.js'

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Subject } from '../subject.js'

const PREFIX = 'Bearer '

/** The verifier of AWS in a hook, as somebody writes it who has no plugin. It keeps keys, and no tokens. */
export const awsJwtVerify: Subject = {
  name: 'aws-jwt-verify',
  title: 'aws-jwt-verify in a hook',
  kind: 'peer',
  async build ({ issuer, audience, jwk, jwksUri }) {
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri })
    verifier.cacheJwks({ keys: [jwk] } as Parameters<typeof verifier.cacheJwks>[0])

    async function verify (request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const { authorization = '' } = request.headers
      let roles: unknown
      try {
        ({ roles } = await verifier.verify(authorization.startsWith(PREFIX) ? authorization.slice(PREFIX.length) : ''))
      } catch {
        reply.code(401)
        throw new Error('Unauthorized')
      }
      if (!Array.isArray(roles) || !roles.includes(ROLE)) {
        reply.code(403)
        throw new Error('Operation not allowed')
      }
    }

    const app = Fastify()
    app.get(PATH, { onRequest: verify }, listReports)
    return app
  }
}
