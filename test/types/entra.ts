import { anyTenant, entra, entraFromEnv, entraGraphGroups, entraUrls } from 'fastify-gatekeeper/entra'

import type { GroupsProvider, JwtProvider } from 'fastify-gatekeeper'
import type { EntraCloud, EntraGraphGroupsOptions, EntraLogin, EntraOptions, EntraUrls } from 'fastify-gatekeeper/entra'

const tenantId = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const audience = '00001111-aaaa-2222-bbbb-3333cccc4444'

// One tenant, several, any; from options and from the environment.

export const one: JwtProvider = entra({ tenantId, audience })
export const several: JwtProvider = entra({ tenantId: [tenantId], audience: [audience, 'api://books.example'], cloud: 'usgov', directoryRoles: true })
export const any: JwtProvider = entra({ tenantId: anyTenant, audience, trustTenants: [tenantId], personalAccounts: true })
export const fromEnv: JwtProvider = entraFromEnv({}, { tenantId, audience: null })

const cloud: EntraCloud = 'china'
export const options: EntraOptions = { tenantId, audience, cloud, signingKeysAppId: audience, claims: { id: 'sub' } }

const login: EntraLogin = { state: 'a', nonce: 'b', codeChallenge: 'c', prompt: 'select_account' }
const urls: EntraUrls = entraUrls({ tenantId: anyTenant, clientId: audience, redirectUri: 'https://app.example/callback' })
export const addresses: readonly string[] = [urls.login(login), urls.logout(), urls.logout({ idTokenHint: 'token' }), urls.token]

const accessToken: EntraGraphGroupsOptions['accessToken'] = async ({ tenantId, scope, signal }) => signal.aborted ? '' : `${tenantId} ${scope}`
export const graph: readonly GroupsProvider[] = [
  entraGraphGroups({ clientId: audience, clientSecret: 'secret', cloud, securityEnabledOnly: true }),
  entraGraphGroups({ accessToken, when: 'always' })
]

// What must not compile.

// @ts-expect-error the tenant is always said
entra({ audience })
// @ts-expect-error the audience is always said
entra({ tenantId })
// @ts-expect-error no symbol but that one
entra({ tenantId: Symbol('any'), audience })
// @ts-expect-error no such cloud
entra({ tenantId, audience, cloud: 'germany' })
// @ts-expect-error a login needs what is random
urls.login({ state: 'a' })
// @ts-expect-error a token is a text
entraGraphGroups({ accessToken: () => ({ token: 'token' }) })
