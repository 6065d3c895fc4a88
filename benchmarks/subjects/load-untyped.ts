import { createRequire } from 'node:module'

/** A package without its types: those of @fastify/jwt and what builds on it claim `request.user` for themselves, and ours do, too. */
export function loadUntyped (name: string): unknown {
  return createRequire(import.meta.url)(name)
}
