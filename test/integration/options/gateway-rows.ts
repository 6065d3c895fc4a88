import { Type } from '@sinclair/typebox'

import { collectLog } from '../../fixtures/collect-log.js'
import { openApp } from '../../fixtures/open-app.js'
import { startService } from '../../fixtures/validation-service.js'
import { fromHeader } from '../../../lib/index.js'
import { gateway, isDegraded } from '../../../lib/providers/gateway/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { Options, Row } from './row.js'
import type { Answerer, Asked, Reply, ValidationService } from '../../fixtures/validation-service.js'
import type { GatewayOptions } from '../../../lib/providers/gateway/index.js'

const headers = { authorization: 'Bearer good', 'x-token': 'other', 'x-tenant': 'acme' }
const USER = { sub: 'alice', name: 'Alice', email: 'a@b.example', email_verified: true, client_id: 'app', scope: 'read', exp: 4_000_000_000 }

/** What stands in the header and under the path that the rows of `identity` name. */
const ELSEWHERE = { 'X-Part': 'elsewhere', 'X-Exp': '4000000001', 'X-Payload': Buffer.from('{"sub":"carol"}').toString('base64') }

export interface Scene { readonly app: FastifyInstance, readonly service: ValidationService }

/** Opens an app with a gateway of these options, at a service of its own, and looks at it. */
export function see (look: (scene: Scene, t: Test) => Promise<unknown>, answer: Answerer = () => ({ body: USER, headers: ELSEWHERE })): Row['observe'] {
  return async function observe (options, t) {
    const service = await startService(t, answer)
    const app = await openApp(t, { authenticators: [gateway({ url: service.url, retries: 0, ...options } as unknown as GatewayOptions)] }, declare)
    return await look({ app, service }, t)
  }
}

function declare (app: FastifyInstance): void {
  const handler = async ({ user }: { readonly user: unknown }) => user
  app.route({ method: ['GET', 'POST'], url: '/', handler: async ({ user }) => ({ ...user, groups: await user?.groups(), roles: await user?.roles(), permissions: await user?.permissions(), profile: await user?.profile() }) })
  app.get('/plain', handler)
}

export async function send ({ app }: Scene, request: InjectOptions = {}): Promise<number> {
  return (await app.inject({ url: '/', headers, ...request })).statusCode
}

/** Shows the status of one answer to a caller. */
export const status = (answer?: Answerer) => see(scene => send(scene), answer)

/** Shows what the service is asked. */
function asked (part: (question: Asked) => unknown, request: InjectOptions = {}): Row['observe'] {
  return see(async scene => {
    await send(scene, request)
    return part(scene.service.last()) ?? null
  })
}

/** Shows a part of the user. */
function user (part: string): Row['observe'] {
  return see(async ({ app }) => {
    const response = await app.inject({ url: '/', headers })
    return response.statusCode === 200 ? response.json()[part] ?? null : response.statusCode
  })
}

/** Shows something of the answer that the caller gets. */
function answered (part: (response: Awaited<ReturnType<FastifyInstance['inject']>>) => unknown, reply: Reply, request: InjectOptions = {}): Row['observe'] {
  return see(async ({ app }) => part(await app.inject({ url: '/', headers, ...request })) ?? null, () => reply)
}

async function degraded (options: Options, t: Test): Promise<unknown> {
  const { url } = await startService(t, () => ({ status: 500 }))
  const app = await openApp(t, { authenticators: [gateway({ url, ...options } as GatewayOptions)], mode: 'optional' }, app => { app.get('/', async request => isDegraded(request)) })
  const response = await app.inject({ url: '/', headers })
  return response.statusCode === 200 ? response.body : response.statusCode
}

async function nameInLog (options: Options, t: Test): Promise<unknown> {
  const log = collectLog('error')
  const { url } = await startService(t, () => ({ status: 500 }))
  const app = await openApp(t, { authenticators: [gateway({ url, ...options } as GatewayOptions)] }, declare, { logger: log.logger })
  await app.inject({ url: '/', headers })
  return log.lines.flatMap(line => line['gateway'] ?? [])
}

const names = { fetchGroups: () => ['own'], fetchRoles: () => ['own'], fetchPermissions: () => ['own'], fetchProfile: () => ({ own: true }) }

/** For each part of `identity`, what it is without the option; with it, what stands in the header. */
const PARTS: ReadonlyArray<readonly [option: string, member: string, without: unknown, isList?: true]> = [
  ['id', 'id', 'alice'], ['issuer', 'issuer', 'urn:fastify-gatekeeper:gatewayAuth'], ['name', 'name', 'Alice'], ['email', 'email', 'a@b.example'], ['clientId', 'clientId', 'app'],
  ['scopes', 'scopes', ['read'], true], ['groups', 'groups', [], true], ['roles', 'roles', [], true], ['permissions', 'permissions', [], true]
]

function partRows (): readonly Row[] {
  const header = { header: 'x-part' }
  const rows = PARTS.map(([part, member, without, isList]): Row => ({ option: `identity.${part}`, observe: user(member), value: { [part]: header }, without, with: isList === true ? ['elsewhere'] : 'elsewhere' }))
  const others: readonly Row[] = [
    ...rows,
    { option: 'identity.expiresAt', observe: user('expiresAt'), value: { expiresAt: { header: 'x-exp' } }, without: 4_000_000_000, with: 4_000_000_001 },
    { option: 'identity.kind', observe: user('kind'), value: { kind: { header: 'x-kind' } }, instead: { kind: () => 'human' }, without: 'human', with: 'unknown' },
    { option: 'identity.emailVerified', observe: user('emailVerified'), value: { emailVerified: { header: 'x-part' } }, without: true, with: null }
  ]
  return others.flatMap(row => [row, { ...row, option: `${row.option}.header` }])
}

const BODY = { method: 'POST', payload: { a: 1 } } as const

export const gatewayRows: readonly Row[] = [
  { option: 'url', observe: status(), value: 'http://127.0.0.1:1/', without: 200, with: 503 },
  { option: 'name', observe: user('authenticator'), value: 'partnerAuth', without: 'gatewayAuth', with: 'partnerAuth' },
  { option: 'name', observe: nameInLog, value: 'partnerAuth', without: ['gatewayAuth'], with: ['partnerAuth'] },
  { option: 'realm', observe: see(async ({ app }) => (await app.inject('/')).headers['www-authenticate']), value: 'books', without: 'Bearer realm="api"', with: 'Bearer realm="books"' },
  { option: 'sources', observe: asked(({ headers }) => headers.authorization), value: fromHeader('x-token', null), without: 'Bearer good', with: 'Bearer other' },
  { option: 'maxTokenBytes', observe: status(), value: 3, without: 200, with: 401 },
  { option: 'method', observe: asked(({ method }) => method), value: 'POST', without: 'GET', with: 'POST' },
  { option: 'appendUrl', observe: asked(({ url }) => url, { url: '/plain?a=b' }), value: true, without: '/validate', with: '/validate/plain?a=b' },
  { option: 'credential', observe: asked(({ headers }) => headers.authorization), value: null, without: 'Bearer good', with: null },
  { option: 'credential.header', observe: asked(({ headers }) => headers['x-key']), value: { header: 'x-key' }, without: null, with: 'good' },
  { option: 'credential.prefix', observe: asked(({ headers }) => headers.authorization), value: { header: 'authorization', prefix: null }, without: 'Bearer good', with: 'good' },
  { option: 'credential.cookie', observe: asked(({ headers }) => headers.cookie), value: { cookie: 'session' }, without: null, with: 'session=good' },
  { option: 'forwardHeaders', observe: asked(({ headers }) => headers['x-tenant']), value: ['X-Tenant'], without: null, with: 'acme' },
  { option: 'dropHeaders', beside: { forwardHeaders: ['x-*'] }, observe: asked(({ headers }) => headers['x-tenant']), value: ['X-Tenant'], without: 'acme', with: null },
  { option: 'headers', observe: asked(({ headers }) => headers['x-own']), value: { 'X-Own': 'ours' }, without: null, with: 'ours' },
  { option: 'forwarded', observe: asked(({ headers }) => headers['x-forwarded-method']), value: false, without: 'GET', with: null },
  { option: 'trace', observe: asked(({ headers }) => headers['x-request-id'] !== undefined), value: false, without: true, with: false },
  { option: 'requirements', observe: asked(({ headers }) => headers['x-route']), value: true, without: null, with: '/' },
  { option: 'maxBodyBytes', beside: { method: 'POST' }, observe: asked(({ body }) => body, BODY), value: 100, without: '', with: '{"a":1}' },
  { option: 'introspection', observe: asked(({ body }) => body), value: { clientId: 'a', clientSecret: 'b' }, without: '', with: 'token=good&token_type_hint=access_token' },
  { option: 'introspection.clientId', observe: asked(({ headers }) => headers.authorization), value: { clientId: 'a', clientSecret: 'b' }, instead: { clientId: 'c', clientSecret: 'b' }, without: `Basic ${btoa('c:b')}`, with: `Basic ${btoa('a:b')}` },
  { option: 'introspection.clientSecret', observe: asked(({ headers }) => headers.authorization), value: { clientId: 'a', clientSecret: 'b' }, instead: { clientId: 'a', clientSecret: 'c' }, without: `Basic ${btoa('a:c')}`, with: `Basic ${btoa('a:b')}` },
  { option: 'introspection.auth', observe: asked(({ headers }) => headers.authorization), value: { clientId: 'a', clientSecret: 'b', auth: 'post' }, instead: { clientId: 'a', clientSecret: 'b' }, without: `Basic ${btoa('a:b')}`, with: null },
  { option: 'introspection.tokenTypeHint', observe: asked(({ body }) => body), value: { clientId: 'a', clientSecret: 'b', tokenTypeHint: null }, instead: { clientId: 'a', clientSecret: 'b' }, without: 'token=good&token_type_hint=access_token', with: 'token=good' },
  { option: 'allowStatuses', observe: status(() => ({ status: 202 })), value: [200], without: 200, with: 503 },
  { option: 'allow', observe: status(), value: () => false, without: 200, with: 401 },
  { option: 'statusMap', observe: status(() => ({ status: 404 })), value: { 404: 403 }, without: 503, with: 403 },
  { option: 'relayBody', observe: answered(({ body }) => body === 'theirs', { status: 401, body: 'theirs' }), value: false, without: true, with: false },
  { option: 'relayHeaders', observe: answered(({ headers }) => headers['x-why'], { status: 403, headers: { 'x-why': 'age' } }), value: ['x-why'], without: null, with: 'age' },
  { option: 'allowHeaders', observe: answered(({ headers }) => headers['x-plan'], { headers: { 'x-plan': 'gold' } }), value: ['x-plan'], without: null, with: 'gold' },
  { option: 'identity', observe: user('id'), value: () => ({ subject: 'made' }), without: 'alice', with: 'made' },
  { option: 'identity.payload', observe: user('id'), value: { payload: { header: 'x-payload', encoding: 'base64' } }, without: 'alice', with: 'carol' },
  { option: 'identity.payload.header', observe: user('id'), value: { payload: { header: 'x-payload', encoding: 'base64' } }, without: 'alice', with: 'carol' },
  { option: 'identity.payload.encoding', observe: user('id'), value: { payload: { header: 'x-payload', encoding: 'base64' } }, instead: { payload: { header: 'x-payload' } }, without: 503, with: 'carol' },
  ...partRows(),
  { option: 'claimsSchema', observe: status(), value: Type.Object({ tenant: Type.String() }), without: 200, with: 503 },
  { option: 'customError', observe: answered(({ body }) => body, {}, { headers: {} }), value: { message: 'Unauthorized' }, instead: { message: 'Who?' }, without: '{"message":"Who?"}', with: '{"message":"Unauthorized"}' },
  { option: 'failOpen', observe: degraded, value: true, without: 503, with: 'true' },
  { option: 'groupsProvider', observe: user('groups'), value: names, without: [], with: ['own'] },
  { option: 'rolesProvider', observe: user('roles'), value: names, without: [], with: ['own'] },
  { option: 'permissionsProvider', observe: user('permissions'), value: names, without: [], with: ['own'] },
  { option: 'profileProvider', observe: user('profile'), value: names, without: {}, with: { own: true } }
]
