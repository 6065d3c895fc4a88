import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { collectLog } from '../../fixtures/collect-log.js'
import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { openApp } from '../../fixtures/open-app.js'
import { setEnv } from '../../fixtures/set-env.js'
import authPlugin, { requireGroups, requirePermissions, requirePolicy, requireRoles } from '../../../lib/index.js'

import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { CountingProvider } from '../../fixtures/hand-issuer.js'
import type { Identity, ProviderContext } from '../../../lib/index.js'

const issuer = handIssuer()
const token = issuer.token({ sub: 'alice' })
const jwtProvider = issuer.provider()
const stranger = handIssuer('https://other.example').provider()

/** One app, one request, one look at the answer. */
function look (request: string | InjectOptions, at: (response: LightMyRequestResponse) => unknown): Row['observe'] {
  return async function observe (options, t) {
    const app = await openApp(t, options, declareRoutes)
    return at(await app.inject(request))
  }
}

function declareRoutes (app: FastifyInstance): void {
  app.get('/plain', async () => 'ok')
  app.post('/plain', async () => 'ok')
  app.get('/groups', { preHandler: [requireGroups(['staff'])] }, async () => 'ok')
  app.get('/roles', { preHandler: [requireRoles(['editor'])] }, async () => 'ok')
  app.get('/permissions', { preHandler: [requirePermissions(['book.read'])] }, async () => 'ok')
  app.get('/profile', async request => await request.user?.profile())
}

function status ({ statusCode }: LightMyRequestResponse): number {
  return statusCode
}

/** How often a cacheable provider is asked about some tokens, one after the other. */
function countVerified (tokens: readonly string[]): Row['observe'] {
  return async function observe (options, t) {
    const provider: CountingProvider = issuer.provider({ cacheable: true })
    const app = await openApp(t, { ...options, jwtProvider: provider }, declareRoutes)
    for (const each of tokens) {
      await app.inject({ url: '/plain', headers: bearer(each) })
    }
    return provider.asked
  }
}

/** A provider that takes its time, unless it is told that nobody waits any longer. */
async function fetchSlowly (_identity: Identity, { signal }: ProviderContext): Promise<readonly string[]> {
  await Promise.race([sleep(30), once(signal, 'abort')])
  return ['staff']
}

async function countRefusalLines (options: Options, t: Test): Promise<number> {
  const log = collectLog('info')
  const app = await openApp(t, options, declareRoutes, { logger: log.logger })
  await app.inject('/plain')
  return log.of('request refused').length
}

async function observeInTest (options: Options, t: Test): Promise<number> {
  setEnv(t, { NODE_ENV: 'test' })
  const app = await openApp(t, options, declareRoutes)
  return status(await app.inject('/plain'))
}

/** What a boot in production does, or what a stranger gets after it. */
async function observeProduction (options: Options, t: Test): Promise<unknown> {
  setEnv(t, { NODE_ENV: 'production' })
  return await openApp(t, options, declareRoutes).then(async app => status(await app.inject('/plain')), error => error.code)
}

/** What becomes of a route whose guard asks a policy by name. */
async function observePolicy (options: Options, t: Test): Promise<unknown> {
  const declare = (app: FastifyInstance) => { app.get('/', { preHandler: requirePolicy('isAlice') }, async () => 'ok') }
  return await openApp(t, options, declare).then(async app => status(await app.inject({ url: '/', headers: alice })), error => error.code)
}

/** What becomes of a registration that is looser than the one around it: what a stranger gets there, or why the boot stops. */
async function observeInner (options: Options, t: Test): Promise<unknown> {
  const declare = (app: FastifyInstance) => { app.register(async inner => { await inner.register(authPlugin, { jwtProvider, mode: 'optional', ...options }); declareRoutes(inner) }) }
  return await openApp(t, { jwtProvider }, declare).then(async app => status(await app.inject('/plain')), error => error.code)
}

async function observeStrict (options: Options, t: Test): Promise<unknown> {
  return await openApp(t, options, declareRoutes).then(() => 'ready', error => error.code)
}

const alice = bearer(token)
const bob = issuer.token({ sub: 'bob' })

export const pluginRows: readonly Row[] = [
  { option: 'jwtProvider', observe: look({ url: '/plain', headers: alice }, status), value: jwtProvider, instead: stranger, without: 401, with: 200 },
  { option: 'groupsProvider', beside: { jwtProvider }, observe: look({ url: '/groups', headers: alice }, status), value: { fetchGroups: () => ['staff'] }, without: 403, with: 200 },
  { option: 'rolesProvider', beside: { jwtProvider }, observe: look({ url: '/roles', headers: alice }, status), value: { fetchRoles: () => ['editor'] }, without: 403, with: 200 },
  { option: 'permissionsProvider', beside: { jwtProvider }, observe: look({ url: '/permissions', headers: alice }, status), value: { fetchPermissions: () => ['book.read'] }, without: 403, with: 200 },
  { option: 'profileProvider', beside: { jwtProvider }, observe: look({ url: '/profile', headers: alice }, response => response.json()), value: { fetchProfile: () => ({ city: 'Bern' }) }, without: {}, with: { city: 'Bern' } },
  { option: 'mode', beside: { jwtProvider }, observe: look('/plain', status), value: 'optional', without: 401, with: 200 },
  { option: 'exclude', beside: { jwtProvider }, observe: look('/plain', status), value: ['/plain'], without: 401, with: 200 },
  { option: 'exclude.method', beside: { jwtProvider }, observe: look({ url: '/plain', method: 'POST' }, status), instead: ['/plain'], value: [{ method: 'get', url: '/plain' }], without: 200, with: 401 },
  { option: 'exclude.url', beside: { jwtProvider }, observe: look('/plain', status), instead: [{ method: 'GET', url: '/other' }], value: [{ method: 'GET', url: '/plain' }], without: 401, with: 200 },
  { option: 'strict', beside: { jwtProvider }, observe: observeStrict, value: true, without: 'ready', with: 'AUTH_ROUTE_UNDECLARED' },
  { option: 'policies', beside: { jwtProvider }, observe: observePolicy, value: { isAlice: ({ user }: { user: { id: string } }) => user.id === 'alice' }, without: 'AUTH_POLICY_UNKNOWN', with: 200 },
  { option: 'revocation', beside: { jwtProvider }, observe: look({ url: '/plain', headers: alice }, status), value: { isRevoked: () => true }, without: 200, with: 401 },
  { option: 'errorBody', beside: { jwtProvider }, observe: look('/plain', response => response.headers['content-type']), value: 'problem', without: 'application/json; charset=utf-8', with: 'application/problem+json; charset=utf-8' },
  { option: 'disabled', beside: { jwtProvider }, observe: observeInTest, value: true, without: 401, with: 200 },
  { option: 'allowDisabledInProduction', beside: { jwtProvider, disabled: true }, observe: observeProduction, value: true, without: 'AUTH_DISABLED_IN_PRODUCTION', with: 200 },
  { option: 'override', observe: observeInner, value: true, without: 'AUTH_OPTION_INVALID', with: 200 },
  { option: 'tokenCache', observe: countVerified([token, token]), value: null, without: 1, with: 2 },
  { option: 'tokenCache.max', observe: countVerified([token, bob, token]), value: { max: 1 }, without: 2, with: 3 },
  { option: 'tokenCache.maxBytes', observe: countVerified([token, bob, token]), value: { maxBytes: 1_500 }, without: 2, with: 3 },
  { option: 'providerTimeoutMs', beside: { jwtProvider, groupsProvider: { fetchGroups: fetchSlowly } }, observe: look({ url: '/groups', headers: alice }, status), value: 1, without: 200, with: 503 },
  { option: 'realm', beside: { jwtProvider }, observe: look('/plain', response => response.headers['www-authenticate']), value: 'books', without: 'Bearer realm="api"', with: 'Bearer realm="books"' },
  { option: 'logLevel', beside: { jwtProvider }, observe: countRefusalLines, value: 'warn', without: 1, with: 0 }
]
