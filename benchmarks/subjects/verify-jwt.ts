import type { FastifyRequest } from 'fastify'

interface WithJwt {
  jwtVerify (): Promise<unknown>
}

/** The hook that the README of @fastify/jwt shows. */
export async function verifyJwt (request: FastifyRequest): Promise<void> {
  await (request as unknown as WithJwt).jwtVerify()
}
