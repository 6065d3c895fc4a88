import { createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'

import Fastify from 'fastify'

import { PATH, ROLE, listReports } from '../subject.js'

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Subject, Trust } from '../subject.js'

interface FastifyJwtOptions {
  readonly secret: { readonly public: string }
  readonly verify: {
    readonly algorithms: readonly string[]
    readonly allowedIss: string
    readonly allowedAud: string
    readonly requiredClaims: readonly string[]
    /** Tokens; `false` for none. */
    readonly cache: number | false
  }
}

interface WithJwt {
  readonly user: { readonly roles?: unknown }
  jwtVerify (): Promise<unknown>
}

/** Room for all tokens, as ours has by default. */
const CACHED_TOKENS = 10_000

export const withCache: Subject = {
  name: 'jwt-cache',
  title: '@fastify/jwt, cache',
  kind: 'peer',
  async build (trust) {
    return await serve(trust, CACHED_TOKENS)
  }
}

export const withoutCache: Subject = {
  name: 'jwt',
  title: '@fastify/jwt, no cache',
  kind: 'peer',
  async build (trust) {
    return await serve(trust, false)
  }
}

async function serve ({ issuer, audience, jwk }: Trust, cache: number | false): Promise<FastifyInstance> {
  // Loaded without its types: they claim request.user for themselves.
  const fastifyJwt = createRequire(import.meta.url)('@fastify/jwt') as FastifyPluginAsync<FastifyJwtOptions>
  const app = Fastify()
  await app.register(fastifyJwt, {
    secret: { public: createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString() },
    verify: { algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, requiredClaims: ['exp', 'iss', 'aud', 'sub'], cache }
  })
  app.addHook('onRequest', verify)
  app.get(PATH, { preHandler: [assertRole] }, listReports)
  return app
}

async function verify (request: FastifyRequest): Promise<void> {
  await (request as unknown as WithJwt).jwtVerify()
}

function assertRole (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  const { roles } = (request as unknown as WithJwt).user
  if (Array.isArray(roles) && roles.includes(ROLE)) {
    done()
    return
  }
  reply.code(403)
  done(new Error('Operation not allowed'))
}
