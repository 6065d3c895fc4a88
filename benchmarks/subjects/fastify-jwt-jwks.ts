import Fastify from 'fastify'

import { PATH, listReports } from '../subject.js'
import { assertRole } from './assert-role.js'
import { loadUntyped } from './load-untyped.js'

import type { FastifyInstance, FastifyPluginAsync, onRequestHookHandler } from 'fastify'
import type { Subject } from '../subject.js'

interface JwtJwksOptions {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
  readonly requiredClaims: readonly string[]
}

interface WithAuthenticate {
  readonly authenticate: onRequestHookHandler
}

export const fastifyJwtJwks: Subject = {
  name: 'jwt-jwks',
  title: 'fastify-jwt-jwks',
  kind: 'peer',
  async build ({ issuer, audience, jwksUri }) {
    const app: FastifyInstance = Fastify()
    await app.register(loadUntyped('fastify-jwt-jwks') as FastifyPluginAsync<JwtJwksOptions>, { jwksUrl: jwksUri, issuer, audience, requiredClaims: ['exp', 'iss', 'aud', 'sub'] })
    app.get(PATH, { onRequest: (app as unknown as WithAuthenticate).authenticate, preHandler: [assertRole] }, listReports)
    return app
  }
}
