import Fastify from 'fastify'
import authPlugin, { authPlugin as named } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'
import { oidc } from 'fastify-gatekeeper/oidc'

import type { AuthPluginOptions, GroupsProvider, Identity, JwtProvider, PermissionsProvider, ProvidedIdentity } from 'fastify-gatekeeper'

const app = Fastify()
const issuer = 'https://issuer.example/'

// Whoever verifies and supplies names.

const byKeySet: JwtProvider = jwt({ issuer, audience: 'api', jwksUri: 'https://issuer.example/keys' })
const bySecret: JwtProvider = jwt({ issuer: [issuer], audience: ['api', 'web'], secret: 'a text of at least thirty-two bytes' })
const byDiscovery: JwtProvider = oidc({ issuer, audience: null })

const groups: GroupsProvider = { fetchGroups: async (identity: Identity) => [identity.subject] }
const permissions: PermissionsProvider = {
  permissionMatch: 'wildcard',
  async fetchPermissions (identity, { signal, log, token }) {
    log.debug({ machine: identity.kind === 'machine' }, 'asked')
    return signal.aborted || token === null ? [] : ['user.*']
  }
}

const everything: AuthPluginOptions = {
  jwtProvider: [byKeySet, bySecret, byDiscovery],
  groupsProvider: groups,
  rolesProvider: { fetchRoles: () => ['editor'] },
  permissionsProvider: permissions,
  profileProvider: { fetchProfile: async () => ({ department: 'books' }) },
  mode: 'optional',
  exclude: ['/health', '/docs/*', { method: 'GET', url: '/feed' }],
  tokenCache: { max: 100, maxBytes: 100_000 },
  providerTimeoutMs: 1_000,
  realm: 'books',
  logLevel: 'warn'
}

await app.register(authPlugin, everything)
await app.register(named, { jwtProvider: byKeySet, tokenCache: null })

// A provider of one's own.

export const own: JwtProvider = {
  name: 'own',
  issuers: [issuer],
  async verify (token, { signal }) {
    const answer = await fetch(issuer, { method: 'POST', body: token, signal })
    return await answer.json() as ProvidedIdentity
  }
}

// What must not compile.

// @ts-expect-error no such mode
await app.register(authPlugin, { jwtProvider: byKeySet, mode: 'lenient' })
// @ts-expect-error no such option
await app.register(authPlugin, { jwtProvider: byKeySet, jwtProviders: [] })
// @ts-expect-error a factory is no provider: it must be called
await app.register(authPlugin, { jwtProvider: jwt })
// @ts-expect-error off is null
await app.register(authPlugin, { jwtProvider: byKeySet, tokenCache: false })
// @ts-expect-error absent means absent
await app.register(authPlugin, { jwtProvider: byKeySet, realm: undefined })
// @ts-expect-error a provider of groups does not supply roles
await app.register(authPlugin, { jwtProvider: byKeySet, rolesProvider: groups })
// @ts-expect-error the audience is always said
jwt({ issuer, jwksUri: 'https://issuer.example/keys' })
// @ts-expect-error the audience is always said
oidc({ issuer })
// @ts-expect-error no such option
oidc({ issuer, audience: 'api', verify: false })
// @ts-expect-error no such algorithm
oidc({ issuer, audience: 'api', algorithms: ['none'] })
