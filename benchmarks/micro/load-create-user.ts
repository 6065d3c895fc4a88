import type { AuthUser } from 'fastify-gatekeeper'

/** How the built package makes a user: not exported, so taken from where it lies. */
export async function loadCreateUser (): Promise<(source: object) => AuthUser> {
  const { createUser } = await import(new URL('user/create-user.js', import.meta.resolve('fastify-gatekeeper')).href) as { readonly createUser: (source: object) => AuthUser }
  return createUser
}
