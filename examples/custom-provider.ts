/**
 * An issuer that neither `jwt` nor `oidc` knows, and a directory of the app's own that says who may do what: every contract written out.
 */

import Fastify from 'fastify'
import authPlugin, { AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID, currentUser, requireGroups, requirePermissions, requireRoles } from 'fastify-gatekeeper'
import { JOSEError, JWTExpired } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'

import type { FastifyInstance } from 'fastify'
import type { GroupsProvider, Identity, JwtProvider, PermissionsProvider, ProfileProvider, ProvidedIdentity, RolesProvider } from 'fastify-gatekeeper'
import type { JWTPayload } from 'jose'

const issuer = 'urn:example:sessions'
const audience = 'office'

/** What the company's directory says of a person. */
interface Entry {
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly profile: Readonly<Record<string, unknown>>
}

/** Where people are looked up: a database, in earnest. */
export interface Directory {
  find (id: string): Promise<Entry | null>
}

/** The app, for tokens that the company's session service signed with `secret`. */
export async function build (directory: Directory, secret: Uint8Array): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(authPlugin, { jwtProvider: sessionTokens(secret), ...namesFrom(directory) })

  app.get('/me', async request => {
    const user = currentUser(request)
    return { id: user.id, name: user.name, profile: await user.profile() }
  })
  app.get('/office', { preHandler: [requireGroups('staff')] }, async () => ({ open: true }))
  app.get('/reports', { preHandler: [requireRoles('analyst')] }, async () => ({ reports: [] }))
  app.delete('/users/:id', { preHandler: [requirePermissions('user.remove')] }, async (_request, reply) => reply.code(204).send())
  return app
}

/** Verifies tokens, and says who sent them. What it throws uncoded is an outage: 503. */
export function sessionTokens (secret: Uint8Array): JwtProvider {
  return {
    name: 'sessions',
    issuers: [issuer],
    cacheable: true,
    async verify (token) {
      // The list of algorithms and what is required are the provider's own duty here.
      const { payload } = await jwtVerify(token, secret, { issuer, audience, algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] }).catch(refuse)
      return toIdentity(payload)
    }
  }
}

function refuse (error: unknown): never {
  if (error instanceof JWTExpired) {
    throw new AUTH_TOKEN_EXPIRED({ reason: 'expired' })
  }
  if (error instanceof JOSEError) {
    throw new AUTH_TOKEN_INVALID({ reason: 'signature', expected: { issuer, audience } })
  }
  throw error
}

/** Groups, roles and permissions are `null`: the token does not say, the directory does. */
function toIdentity (claims: JWTPayload): ProvidedIdentity {
  const { sub = '', exp = 0 } = claims
  return {
    subject: sub,
    issuer,
    kind: 'human',
    name: typeof claims['display_name'] === 'string' ? claims['display_name'] : null,
    email: null,
    emailVerified: null,
    clientId: null,
    scopes: [],
    claims,
    expiresAt: exp,
    groups: null,
    roles: null,
    permissions: null
  }
}

interface Names {
  readonly groupsProvider: GroupsProvider
  readonly rolesProvider: RolesProvider
  readonly permissionsProvider: PermissionsProvider
  readonly profileProvider: ProfileProvider
}

/** Each is asked when a guard or a handler asks, at most once per request. A directory that fails is 503, never an empty list. */
export function namesFrom (directory: Directory): Names {
  // An id is one person's within its issuer only.
  const find = async (identity: Identity) => identity.issuer === issuer ? await directory.find(identity.subject) : null
  return {
    groupsProvider: { fetchGroups: async identity => (await find(identity))?.groups ?? [] },
    rolesProvider: { fetchRoles: async identity => (await find(identity))?.roles ?? [] },
    permissionsProvider: { permissionMatch: 'wildcard', fetchPermissions: async identity => (await find(identity))?.permissions ?? [] },
    profileProvider: { fetchProfile: async identity => (await find(identity))?.profile ?? {} }
  }
}
