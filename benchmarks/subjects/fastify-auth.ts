import Fastify from 'fastify'

import { PATH, listReports } from '../subject.js'
import { assertRole } from './assert-role.js'
import { toVerify } from './fastify-jwt.js'
import { loadUntyped } from './load-untyped.js'
import { toPem } from './to-pem.js'
import { verifyJwt } from './verify-jwt.js'

import type { FastifyInstance, FastifyPluginAsync, preHandlerHookHandler } from 'fastify'
import type { Subject } from '../subject.js'
import type { FastifyJwtOptions } from './fastify-jwt.js'

interface WithAuth {
  auth (functions: readonly unknown[], options: { readonly relation: 'and' }): preHandlerHookHandler
}

const CACHED_TOKENS = 10_000

/** Token and role, composed by @fastify/auth, on @fastify/jwt with its cache. */
export const fastifyAuth: Subject = {
  name: 'auth',
  title: '@fastify/auth on @fastify/jwt, cache',
  kind: 'peer',
  async build (trust) {
    const app: FastifyInstance = Fastify()
    await app.register(loadUntyped('@fastify/jwt') as FastifyPluginAsync<FastifyJwtOptions>, { secret: { public: toPem(trust) }, verify: toVerify(trust, CACHED_TOKENS) })
    await app.register(loadUntyped('@fastify/auth') as FastifyPluginAsync)
    app.get(PATH, { preHandler: (app as unknown as WithAuth).auth([verifyJwt, assertRole], { relation: 'and' }) }, listReports)
    return app
  }
}
