import Fastify from 'fastify'
import { currentUser } from 'fastify-gatekeeper'

import type { AuthUser, RouteAuth } from 'fastify-gatekeeper'

const app = Fastify()

app.get('/me', async request => {
  const maybe: AuthUser | null = request.user
  const user: AuthUser = currentUser(request)
  const names: readonly (readonly string[])[] = await Promise.all([user.groups(), user.roles(), user.permissions()])
  const verified: boolean | null = user.emailVerified
  const expiresAt: number | null = user.expiresAt
  const { department } = await user.profile()
  return { id: maybe?.id, name: user.name, scopes: user.scopes, tenant: user.claims['tenant'], names, verified, expiresAt, department }
})

app.get('/wrong', async request => {
  // @ts-expect-error nobody may be signed in
  request.user.id.toUpperCase()
  // @ts-expect-error nobody writes the user
  request.user = null
  const user = currentUser(request)
  // @ts-expect-error a user is frozen
  user.id = 'else'
  // @ts-expect-error lists are frozen
  user.scopes.push('else')
  // @ts-expect-error claims are frozen
  user.claims['else'] = 1
  // @ts-expect-error claims are anything until looked at
  user.claims['tenant'].toUpperCase()
  // @ts-expect-error groups are a method that may cost a query
  user.groups.includes('admin')
  // @ts-expect-error groups are promised
  user.groups().includes('admin')
  // @ts-expect-error a name may be missing
  user.name.toUpperCase()
})

/** Compiles only while every kind of user is handled. */
export function nameOf (user: AuthUser): string {
  switch (user.kind) {
    case 'human': return user.name ?? user.id
    case 'machine': return user.clientId ?? user.id
    case 'unknown': return user.id
  }
}

// What a route says of itself.

app.get('/health', { config: { auth: 'public' } }, async () => 'ok')
app.get('/feed', { config: { auth: { mode: 'optional' } } }, async () => 'ok')
app.get('/report', { config: { auth: { mode: 'required', authenticators: ['bearerAuth'] } } }, async () => 'ok')
// @ts-expect-error no such mode
app.get('/typo', { config: { auth: 'publik' } }, async () => 'ok')
// @ts-expect-error the mode is always said
app.get('/half', { config: { auth: { authenticators: ['bearerAuth'] } } }, async () => 'ok')
// @ts-expect-error misspelt: the boot would stop, and the compiler knows
app.get('/misspelt', { config: { auth: { mode: 'required', authenticator: ['bearerAuth'] } } }, async () => 'ok')
// @ts-expect-error misspelt, with one name
app.route({ method: 'GET', url: '/misspelt', config: { auth: { mode: 'required', authenticator: 'bearerAuth' } }, handler: async () => 'ok' })
// @ts-expect-error no such member
export const other: RouteAuth = { mode: 'required', roles: ['editor'] }
// @ts-expect-error no such member
export const auth: RouteAuth = { mode: 'required', authenticator: 'bearerAuth' }
