/**
 * An app that signs people in by itself: it checks a password, signs a token, and hands it out in a cookie for browsers or as text for other clients.
 * Logging out revokes the token, wherever a copy of it may be.
 */

import { randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import Fastify from 'fastify'
import authPlugin, { currentUser, fromCookie, fromHeader, memoryRevocations } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'
import { SignJWT } from 'jose/jwt/sign'

import type { FastifyInstance, FastifyReply } from 'fastify'

const issuer = 'urn:example:own-login'
const audience = 'own-login'
const lifetimeSeconds = 3_600

/** Browsers take a `__Host-` cookie from this host only, over https only, and for the whole host. */
const cookie = '__Host-token'
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** What is kept of an account: never the password. */
export interface Account {
  readonly salt: string
  readonly hash: Uint8Array
  readonly roles: readonly string[]
}

/** What to keep of a password. */
export async function hashPassword (password: string, salt: string): Promise<Uint8Array> {
  return await promisify<string, string, number, Buffer>(scrypt)(password, salt, 32)
}

/**
 * The whole app, ready to listen.
 *
 * @param secret 32 random bytes or more, the same on every machine that runs the app
 */
export async function build (accounts: ReadonlyMap<string, Account>, secret: Uint8Array): Promise<FastifyInstance> {
  const revocation = memoryRevocations()
  const app = Fastify()
  await app.register(authPlugin, {
    jwtProvider: jwt({ issuer, audience, secret, claims: { kind: () => 'human' } }),
    tokenSources: [fromHeader(), fromCookie(cookie)],
    revocation
  })

  app.post<{ Body: Login }>('/login', { config: { auth: 'public' }, schema: { body: login } }, async ({ body }, reply) => {
    const account = accounts.get(body.name)
    if (!await isPassword(body.password, account)) {
      return reply.code(401).send({ error: 'Unauthorized', message: 'Name or password is wrong' })
    }
    const token = await sign(body.name, account?.roles ?? [], secret)
    if (body.as === 'text') {
      return { token }
    }
    return reply.header('set-cookie', `${cookie}=${token}; ${attributes}; Max-Age=${lifetimeSeconds}`).code(204).send()
  })

  app.get('/me', async request => ({ id: currentUser(request).id, by: currentUser(request).authenticator }))
  app.get('/reports', { preHandler: [app.requireRoles('analyst')] }, async () => ({ reports: [] }))

  app.post('/logout', async (request, reply) => {
    revocation.revokeToken(issuer, String(currentUser(request).claims['jti']))
    return forget(reply)
  })
  app.post('/logout/everywhere', async (request, reply) => {
    revocation.revokeUser(issuer, currentUser(request).id)
    return forget(reply)
  })
  return app
}

interface Login { readonly name: string, readonly password: string, readonly as: 'cookie' | 'text' }

const login = {
  type: 'object',
  required: ['name', 'password'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255 },
    password: { type: 'string', minLength: 1, maxLength: 1_024 },
    as: { enum: ['cookie', 'text'], default: 'cookie' }
  }
}

/** Takes as long for names that nobody has as for others. */
async function isPassword (password: string, account: Account | undefined): Promise<boolean> {
  const hash = await hashPassword(password, account?.salt ?? 'nobody')
  return account !== undefined && timingSafeEqual(hash, account.hash)
}

function sign (id: string, roles: readonly string[], secret: Uint8Array): Promise<string> {
  return new SignJWT({ roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(id)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(secret)
}

function forget (reply: FastifyReply): FastifyReply {
  return reply.header('set-cookie', `${cookie}=; ${attributes}; Max-Age=0`).code(204).send()
}
