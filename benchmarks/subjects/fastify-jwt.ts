import Fastify from 'fastify'

import { PATH, listReports } from '../subject.js'
import { assertRole } from './assert-role.js'
import { loadUntyped } from './load-untyped.js'
import { toPem } from './to-pem.js'
import { verifyJwt } from './verify-jwt.js'

import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Subject, Trust } from '../subject.js'

/** What @fastify/jwt takes, as far as it is used here. */
export interface FastifyJwtOptions {
  readonly secret: { readonly public: string } | ((request: unknown, token: { readonly header: { readonly kid: string, readonly alg: string } }) => Promise<string>)
  readonly decode?: { readonly complete: boolean }
  readonly verify: {
    readonly algorithms: readonly string[]
    readonly allowedIss: string
    readonly allowedAud: string
    readonly requiredClaims: readonly string[]
    /** Tokens; `false` for none. */
    readonly cache: number | false
  }
}

/** Room for all tokens, as ours has by default. */
const CACHED_TOKENS = 10_000

export const withCache = define('jwt-cache', '@fastify/jwt, cache', CACHED_TOKENS)

export const withoutCache = define('jwt', '@fastify/jwt, no cache', false)

/** The same checks as ours. */
export function toVerify ({ issuer, audience }: Trust, cache: number | false): FastifyJwtOptions['verify'] {
  return { algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, requiredClaims: ['exp', 'iss', 'aud', 'sub'], cache }
}

function define (name: string, title: string, cache: number | false): Subject {
  async function build (trust: Trust): Promise<FastifyInstance> {
    const app = Fastify()
    await app.register(loadUntyped('@fastify/jwt') as FastifyPluginAsync<FastifyJwtOptions>, { secret: { public: toPem(trust) }, verify: toVerify(trust, cache) })
    app.addHook('onRequest', verifyJwt)
    app.get(PATH, { preHandler: [assertRole] }, listReports)
    return app
  }

  return { name, title, kind: 'peer', build }
}
