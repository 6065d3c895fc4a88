import Fastify from 'fastify'
import authPlugin, { currentUser, requireUser } from 'fastify-gatekeeper'
import { cognitoActions } from 'fastify-gatekeeper/cognito/admin'
import { jwt } from 'fastify-gatekeeper/jwt'
import { oidc } from 'fastify-gatekeeper/oidc'
import passthrough, { authMetadata } from 'fastify-gatekeeper/passthrough'
import { sqlRoles } from 'fastify-gatekeeper/sql'
import { fakeUser, injectAs, testIssuer } from 'fastify-gatekeeper/testing'

import type { AuthUser, GroupsProvider } from 'fastify-gatekeeper'
import type { LoginResult } from 'fastify-gatekeeper/cognito/admin'
import type { KyselyInstance } from 'fastify-gatekeeper/sql'

const issuer = await testIssuer()
const groupsProvider: GroupsProvider = { fetchGroups: async identity => [identity.subject] }

const app = Fastify()
await app.register(authPlugin, {
  jwtProvider: [
    jwt({ issuer: issuer.url, audience: 'consumer', jwks: issuer.jwks }),
    oidc({ issuer: 'https://issuer.example', audience: 'consumer' })
  ],
  groupsProvider
})
await app.register(passthrough, { allowedOrigins: [], required: false })
app.get('/pairs', { config: { passthrough: 'required' } }, async () => authMetadata())
app.get('/me', { preHandler: [requireUser(), app.requireGroups(['alice'])] }, async request => {
  const user: AuthUser = currentUser(request)
  return { id: user.id, groups: await user.groups() }
})
export const rolesOf = (db: KyselyInstance) => sqlRoles({ db, table: 'roles', issuer: issuer.url })

export const logIn = async (username: string, password: string): Promise<LoginResult> => await cognitoActions({ userPoolId: 'us-east-1_abcdEFGH1', clientId: 'consumer' }).logIn({ username, password })

await injectAs(app, fakeUser({ id: 'alice' }), '/me')
