import { ROLE } from '../subject.js'

import type { FastifyReply, FastifyRequest } from 'fastify'

interface WithUser {
  readonly user: { readonly roles?: unknown }
}

/** What an app writes that has @fastify/jwt and no guards. */
export function assertRole (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  const { roles } = (request as unknown as WithUser).user
  if (Array.isArray(roles) && roles.includes(ROLE)) {
    done()
    return
  }
  reply.code(403)
  done(new Error('Operation not allowed'))
}
