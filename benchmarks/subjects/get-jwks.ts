import Fastify from 'fastify'
import buildGetJwks from 'get-jwks'

import { PATH, listReports } from '../subject.js'
import { assertRole } from './assert-role.js'
import { toVerify } from './fastify-jwt.js'
import { loadUntyped } from './load-untyped.js'
import { verifyJwt } from './verify-jwt.js'

import type { FastifyPluginAsync } from 'fastify'
import type { Subject } from '../subject.js'
import type { FastifyJwtOptions } from './fastify-jwt.js'

/** Keys of the issuer are fetched and kept by get-jwks, as its README shows. Its key comes as a promise, so the cache of @fastify/jwt is its own affair. */
export const getJwks: Subject = {
  name: 'get-jwks',
  title: '@fastify/jwt with get-jwks',
  kind: 'peer',
  async build (trust) {
    const domain = new URL(trust.jwksUri).origin
    const keys = buildGetJwks({ issuersWhitelist: [domain] })
    const app = Fastify()
    await app.register(loadUntyped('@fastify/jwt') as FastifyPluginAsync<FastifyJwtOptions>, {
      decode: { complete: true },
      secret: async function fetchKey (_request, { header: { kid, alg } }) {
        return await keys.getPublicKey({ kid, alg, domain })
      },
      verify: toVerify(trust, 10_000)
    })
    app.addHook('onRequest', verifyJwt)
    app.get(PATH, { preHandler: [assertRole] }, listReports)
    return app
  }
}
