import { openApp } from '../../fixtures/open-app.js'
import { reqSerializer } from '../../../lib/index.js'
import { apiKey, issueApiKey, memoryKeys, staticTokens } from '../../../lib/providers/api-key/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { ApiKeyOptions, IssueOptions, StaticTokensOptions } from '../../../lib/providers/api-key/index.js'
import type { AnyOptions } from '../../fixtures/open-app.js'
import type { Options, Row } from './row.js'

const OWNER = { owner: 'billing' }
const TOKEN = 'probe-7yQm2vWc9sTz4kLx'
const issued = issueApiKey(OWNER)
const acme = issueApiKey({ owner: 'billing', prefix: 'acme' })
const byHeader: InjectOptions = { headers: { 'x-api-key': issued.key } }
const mistyped = `${acme.key.slice(0, -1)}${acme.key.endsWith('0') ? '1' : '0'}`

interface Seen { readonly status: number, readonly user: Readonly<Record<string, unknown>>, readonly challenge: unknown }
type At = (seen: Seen) => unknown

const status: At = seen => seen.status

/** Shows what becomes of one request to an app with these options. */
async function see (t: Test, options: AnyOptions, request: InjectOptions): Promise<Seen> {
  const app = await openApp(t, options, declare, { logger: { level: 'silent', serializers: { req: reqSerializer } } })
  const response = await app.inject({ url: '/me', ...request })
  return { status: response.statusCode, user: response.json(), challenge: response.headers['www-authenticate'] }
}

function declare (app: FastifyInstance): void {
  app.get('/me', async function readMe ({ user }) {
    const [groups, roles, permissions, profile] = await Promise.all([user?.groups(), user?.roles(), user?.permissions(), user?.profile()])
    const { id, name, kind, scopes, issuer, authenticator } = user ?? {}
    return { id, name, kind, scopes, issuer, authenticator, groups, roles, permissions, profile }
  })
}

function askApiKey (request: InjectOptions, at: At): Row['observe'] {
  return async (options, t) => at(await see(t, { authenticators: [apiKey(memoryKeys([issued.record]), options as ApiKeyOptions)] }, request))
}

/** Shows how many questions a store gets about a key that was mistyped. */
async function countQuestions (options: Options, t: Test): Promise<unknown> {
  let count = 0
  const store = { findByDigest: async () => { count++; return null } }
  await see(t, { authenticators: [apiKey(store, options as ApiKeyOptions)] }, { headers: { 'x-api-key': mistyped } })
  return count
}

function askStaticTokens (at: At): Row['observe'] {
  return async (options, t) => at(await see(t, { jwtProvider: staticTokens([{ token: TOKEN, subject: 'billing' }], options as StaticTokensOptions) }, { headers: { authorization: `Bearer ${TOKEN}` } }))
}

/** Shows the user of a key that was issued so. */
function askIssued (at: At): Row['observe'] {
  return async function observe (options, t) {
    const { key, record } = issueApiKey(options as unknown as IssueOptions)
    return at(await see(t, { authenticators: [apiKey(memoryKeys([record]))] }, { headers: { 'x-api-key': key } }))
  }
}

function providerRows (observeAt: (at: At) => Row['observe']): readonly Row[] {
  return [
    { option: 'groupsProvider', observe: observeAt(seen => seen.user['groups']), value: { fetchGroups: () => ['staff'] }, without: [], with: ['staff'] },
    { option: 'rolesProvider', observe: observeAt(seen => seen.user['roles']), value: { fetchRoles: () => ['editor'] }, without: [], with: ['editor'] },
    { option: 'permissionsProvider', observe: observeAt(seen => seen.user['permissions']), value: { fetchPermissions: () => ['book.read'] }, without: [], with: ['book.read'] },
    { option: 'profileProvider', observe: observeAt(seen => seen.user['profile']), value: { fetchProfile: () => ({ team: 7 }) }, without: {}, with: { team: 7 } }
  ]
}

export const apiKeyRows: readonly Row[] = [
  { option: 'in', beside: { name: 'key' }, observe: askApiKey({ query: { key: issued.key } }, status), value: 'query', without: 401, with: 200 },
  { option: 'name', observe: askApiKey({ headers: { 'x-key': issued.key } }, status), value: 'x-key', without: 401, with: 200 },
  { option: 'authenticator', observe: askApiKey(byHeader, seen => seen.user['authenticator']), value: 'keyAuth', without: 'apiKeyAuth', with: 'keyAuth' },
  { option: 'prefix', observe: countQuestions, value: 'acme', without: 1, with: 0 },
  { option: 'realm', observe: askApiKey({}, seen => seen.challenge), value: 'books', without: 'ApiKey realm="api"', with: 'ApiKey realm="books"' },
  ...providerRows(at => askApiKey(byHeader, at))
]

export const staticTokensRows: readonly Row[] = [
  { option: 'name', observe: askStaticTokens(seen => seen.user['issuer']), value: 'ours', without: 'urn:fastify-gatekeeper:static', with: 'urn:fastify-gatekeeper:ours' },
  ...providerRows(askStaticTokens)
]

export const issueApiKeyRows: readonly Row[] = [
  { option: 'owner', observe: askIssued(seen => seen.user['id']), instead: 'somebody', value: 'billing', without: 'somebody', with: 'billing' },
  { option: 'prefix', beside: OWNER, observe: async options => issueApiKey(options as unknown as IssueOptions).key.split('_')[0], value: 'acme', without: 'fgk', with: 'acme' },
  { option: 'kind', beside: OWNER, observe: askIssued(seen => seen.user['kind']), value: 'unknown', without: 'machine', with: 'unknown' },
  { option: 'name', beside: OWNER, observe: askIssued(seen => seen.user['name']), value: 'Billing', without: null, with: 'Billing' },
  { option: 'scopes', beside: OWNER, observe: askIssued(seen => seen.user['scopes']), value: ['read'], without: [], with: ['read'] },
  { option: 'groups', beside: OWNER, observe: askIssued(seen => seen.user['groups']), value: ['staff'], without: [], with: ['staff'] },
  { option: 'roles', beside: OWNER, observe: askIssued(seen => seen.user['roles']), value: ['editor'], without: [], with: ['editor'] },
  { option: 'permissions', beside: OWNER, observe: askIssued(seen => seen.user['permissions']), value: ['book.read'], without: [], with: ['book.read'] },
  { option: 'expiresAt', beside: OWNER, observe: askIssued(status), value: 1, without: 200, with: 401 }
]
