import swagger from '@fastify/swagger'

import { send } from './factory.js'
import { keyRows } from './key-rows.js'
import { tokenRows } from './token-rows.js'
import { API, CONSUMER_TENANT, OTHER_TENANT, startDirectory, TENANT } from '../../fixtures/entra-directory.js'
import { openApp } from '../../fixtures/open-app.js'
import { currentUser } from '../../../lib/index.js'
import { anyTenant, entra, entraUrls } from '../../../lib/providers/entra/index.js'
import { toIssuer } from '../../../lib/providers/entra/issuers.js'

import type { Test } from 'tap'
import type { Factory } from './factory.js'
import type { Options, Row } from './row.js'
import type { CountingIssuer } from '../../fixtures/counting-issuer.js'
import type { EntraDirectory } from '../../fixtures/entra-directory.js'
import type { EntraLogin, EntraLogout, EntraOptions, EntraUrlsOptions } from '../../../lib/providers/entra/index.js'

/** What an issuer's tokens say when they are those of the tenant of persons, which has keys for one version only. */
export const ENTRA_CLAIMS = { iss: toIssuer(CONSUMER_TENANT, '2.0', 'public'), tid: CONSUMER_TENANT, ver: '2.0', oid: 'abe', scp: 'access_as_user' }

/** @param issuer with {@link ENTRA_CLAIMS}, below the path of their tenant */
export function entraRows (issuer: CountingIssuer): readonly Row[] {
  const create = (options: Options) => entra(options as unknown as EntraOptions)
  const base = {
    tenantId: CONSUMER_TENANT, audience: 'api', algorithms: ['ES256'], discoveryUrl: `${new URL(issuer.url).origin}/{tenant}/v2.0/.well-known/openid-configuration`
  }
  const usual = { clientId: { azp: 'usual' }, scopes: { scp: 'usual' }, permissions: null }
  const factory: Factory = { name: 'entra', create, issuer, base, dialect: { usual, idToken: { scp: undefined }, kind: 'human' } }
  return [...tokenRows(factory).map(withTenant), ...keyRows(factory), ...ownRows]
}

/** Users have the tenant before their id, where no other claim is asked for. */
function withTenant (row: Row): Row {
  return row.without === 'alice' ? { ...row, without: `${CONSUMER_TENANT}:abe` } : row
}

/** Shows what becomes of a token in an app whose users come from a directory. */
function see (toToken: (directory: EntraDirectory) => string, at: (seen: { readonly status: number, readonly user: Readonly<Record<string, unknown>> }, directory: EntraDirectory) => unknown): Row['observe'] {
  return async function observe (options, t) {
    const directory = await startDirectory(t)
    const jwtProvider = entra({ fetch: directory.fetch, ...options } as unknown as EntraOptions)
    const app = await openApp(t, { jwtProvider }, app => app.get('/me', async request => ({ groups: await currentUser(request).groups(), roles: await currentUser(request).roles() })))
    return at(await send(app, toToken(directory)), directory)
  }
}

const one = { tenantId: TENANT, audience: API }
const any = { tenantId: anyTenant, audience: API }
const status = see(directory => directory.userToken(), seen => seen.status)
const rich = (directory: EntraDirectory): string => directory.userToken({ groups: ['staff'], wids: ['62e90394-69f5-4237-9190-012177145e10'] })

const ownRows: readonly Row[] = [
  { option: 'tenantId', beside: one, observe: status, instead: OTHER_TENANT, value: TENANT, without: 401, with: 200 },
  { option: 'trustTenants', beside: any, observe: see(rich, ({ user }) => user['groups']), value: [TENANT], without: [], with: ['staff'] },
  { option: 'personalAccounts', beside: any, observe: see(directory => directory.userToken({}, { tenantId: CONSUMER_TENANT }), seen => seen.status), value: true, without: 401, with: 200 },
  { option: 'cloud', beside: one, observe: status, value: 'usgov', without: 200, with: 401 },
  { option: 'signingKeysAppId', beside: one, observe: see(rich, (_seen, { asked }) => asked.every(path => path.endsWith(`?appid=${API}`))), value: API, without: false, with: true },
  { option: 'discoveryUrl', beside: one, observe: status, value: 'https://login.microsoftonline.com/nowhere/{tenant}/v2.0/metadata', without: 200, with: 503 },
  { option: 'directoryRoles', beside: one, observe: see(rich, ({ user }) => user['roles']), value: true, without: [], with: ['62e90394-69f5-4237-9190-012177145e10'] },
  { option: 'securityScheme', beside: { ...one, warmUp: false }, observe: readScheme, value: 'http', without: 'openIdConnect', with: 'http' },
  { option: 'securityScheme', beside: { ...one, warmUp: false }, observe: readScheme, value: 'oauth2', without: 'openIdConnect', with: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/authorize` }
]

/** Shows how the app's document describes the tokens. */
async function readScheme (options: Options, t: Test): Promise<unknown> {
  const app = await openApp(t, { jwtProvider: entra(options as unknown as EntraOptions) }, async function declare (app) {
    await app.register(swagger, { openapi: {} })
    app.get('/docs', { config: { auth: 'public' }, schema: { hide: true } }, () => app.swagger())
    app.get('/me', async () => 'me')
  })
  const { components } = (await app.inject('/docs')).json<{ components: { securitySchemes: { bearerAuth: { type: string, flows?: { authorizationCode: { authorizationUrl: string } } } } } }>()
  const { type, flows } = components.securitySchemes.bearerAuth
  return flows?.authorizationCode.authorizationUrl ?? type
}

const URLS = { tenantId: TENANT, clientId: 'app', redirectUri: 'https://app.example.com/callback' }
const LOGIN = { state: 'a3f1c0d2b4e5968778695a4b3c2d1e0f', nonce: '0f1e2d3c4b5a69788796e5d4b2c0f1a3', codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }
const OTHER_LOGIN = { state: '00112233445566778899aabbccddeeff', nonce: 'ffeeddccbbaa99887766554433221100', codeChallenge: 'dBjftJeZ4CVP-mBPZSCj-Fw4UoQxKbLAh8QIZ1TnWa0' }

/** A part of the address that a browser is sent to. */
const inLogin = (name: string, login: Options = LOGIN) => async (options: Options): Promise<unknown> =>
  new URL(entraUrls({ ...URLS, ...options } as EntraUrlsOptions).login(login as unknown as EntraLogin)).searchParams.get(name)
const place = async (options: Options): Promise<string> => new URL(entraUrls({ ...URLS, ...options } as EntraUrlsOptions).token).origin
const authority = async (options: Options): Promise<string | undefined> => entraUrls({ ...URLS, ...options } as EntraUrlsOptions).token.split('/')[3]
const goodbye = async (options: Options): Promise<string | null> => new URL(entraUrls({ ...URLS, ...options } as EntraUrlsOptions).logout()).searchParams.get('post_logout_redirect_uri')
const login = (name: string) => async (options: Options): Promise<unknown> => await inLogin(name, { ...LOGIN, ...options })({})

export const entraUrlsRows: readonly Row[] = [
  { option: 'tenantId', observe: authority, instead: anyTenant, value: TENANT, without: 'organizations', with: TENANT },
  { option: 'clientId', observe: inLogin('client_id'), value: 'other', without: 'app', with: 'other' },
  { option: 'redirectUri', observe: inLogin('redirect_uri'), value: 'https://other.example/', without: 'https://app.example.com/callback', with: 'https://other.example/' },
  { option: 'logoutUri', observe: goodbye, value: 'https://app.example.com/bye', without: null, with: 'https://app.example.com/bye' },
  { option: 'scopes', observe: inLogin('scope'), value: ['openid', `api://${API}/read`], without: 'openid profile email', with: `openid api://${API}/read` },
  { option: 'cloud', observe: place, value: 'usgov', without: 'https://login.microsoftonline.com', with: 'https://login.microsoftonline.us' }
]

export const entraLoginRows: readonly Row[] = [
  { option: 'state', observe: login('state'), value: OTHER_LOGIN.state, without: LOGIN.state, with: OTHER_LOGIN.state },
  { option: 'nonce', observe: login('nonce'), value: OTHER_LOGIN.nonce, without: LOGIN.nonce, with: OTHER_LOGIN.nonce },
  { option: 'codeChallenge', observe: login('code_challenge'), value: OTHER_LOGIN.codeChallenge, without: LOGIN.codeChallenge, with: OTHER_LOGIN.codeChallenge },
  { option: 'loginHint', observe: login('login_hint'), value: 'abe', without: null, with: 'abe' },
  { option: 'domainHint', observe: login('domain_hint'), value: 'contoso.com', without: null, with: 'contoso.com' },
  { option: 'prompt', observe: login('prompt'), value: 'login', without: null, with: 'login' }
]

export const entraLogoutRows: readonly Row[] = [
  { option: 'idTokenHint', observe: async options => new URL(entraUrls(URLS).logout(options as EntraLogout)).searchParams.get('id_token_hint'), value: 'token', without: null, with: 'token' }
]
