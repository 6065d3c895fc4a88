import { collectLog } from '../../fixtures/collect-log.js'
import { documentOf, openDescribed, operationAt, schemesOf } from '../../fixtures/describe-app.js'
import { openGateway } from '../../fixtures/open-gateway.js'
import { allOf, anyOf, fromCookie, fromHeader, not, requireClaims, requireGroups, requirePolicy, requireRoles, requireScopes, requireUser } from '../../../lib/index.js'
import { apiKey, memoryKeys } from '../../../lib/providers/api-key/index.js'
import { gateway } from '../../../lib/providers/gateway/index.js'

import type { FastifyInstance } from 'fastify'
import type { Proofs } from './lines.js'
import type { Answerer } from '../../fixtures/validation-service.js'

const answer: Answerer = () => ({ body: { sub: 'alice', scope: 'a b', groups: ['g'], roles: ['r'], tenant: 'acme' } })
const identity = { groups: 'groups', roles: 'roles' }
const plain = async () => 'in'
const nobody = { headers: {} }

export const policyProofs: Proofs<'policy'> = {
  'closed by default; HEAD and OPTIONS twins are guarded; who does not know a route learns nothing': async t => {
    const { get, service } = await openGateway(t, {}, { declare: app => { app.get('/', plain).options('/', plain) } })
    for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) t.equal((await get({ method, ...nobody })).statusCode, 401, method)
    t.equal((await get({ url: '/nowhere' })).statusCode, 404)
    t.equal(service.asked.length, 0, 'and nobody is asked')
    await t.rejects(openGateway(t, {}, { plugin: { strict: true } }), { code: 'AUTH_ROUTE_UNDECLARED' })
  },
  'a route says what it asks; encapsulated parts have their own defaults; public lifts what is inherited': async t => {
    const { get } = await openGateway(t, { identity }, {
      answer,
      declare: async app => {
        await app.register(async (inner: FastifyInstance) => {
          inner.guard(requireRoles('nobody has it'))
          inner.get('/closed', plain)
          inner.get('/open', { config: { auth: 'public' } }, plain)
        })
      }
    })
    t.equal((await get({ url: '/closed' })).statusCode, 403)
    t.equal((await get({ url: '/open', ...nobody })).statusCode, 200)
  },
  'any, all and not, nested; an unknown policy stops the boot': async t => {
    const guard = anyOf(allOf(requireRoles('r'), not(requireGroups('g'))), requirePolicy('acme'))
    const policies = { acme: ({ user }: { readonly user: { readonly claims: Readonly<Record<string, unknown>> } }) => user.claims['tenant'] === 'acme' }
    const { get } = await openGateway(t, { identity }, { answer, plugin: { policies }, declare: app => { app.get('/', { preHandler: guard }, plain) } })
    t.equal((await get()).statusCode, 200)
    await t.rejects(openGateway(t, {}, { declare: app => { app.get('/', { preHandler: requirePolicy('unheard') }, plain) } }), { code: 'AUTH_POLICY_UNKNOWN' })
  },
  'scopes all-of by default, any-of when asked; roles, groups, claims': async t => {
    const guards = { '/all': requireScopes(['a', 'c']), '/any': requireScopes(['a', 'c'], { match: 'any' }), '/role': requireRoles('r'), '/group': requireGroups('g'), '/claim': requireClaims({ tenant: 'acme' }) }
    const { get } = await openGateway(t, { identity }, { answer, declare: app => { for (const [url, preHandler] of Object.entries(guards)) app.get(url, { preHandler }, plain) } })
    t.equal((await get({ url: '/all' })).statusCode, 403)
    for (const url of ['/any', '/role', '/group', '/claim']) t.equal((await get({ url })).statusCode, 200, url)
  },
  'required, optional and tolerant': async t => {
    const modes = { required: [401, 401, 503], optional: [200, 401, 503], tolerant: [200, 200, 503] } as const
    const { get, service } = await openGateway(t, {}, { declare: app => { for (const auth of ['required', 'optional', 'tolerant'] as const) app.get(`/${auth}`, { config: { auth } }, plain) } })
    for (const [mode, [missing, bad, down]] of Object.entries(modes)) {
      const url = `/${mode}`
      service.answer = () => ({ status: 401 })
      t.strictSame([(await get({ url, ...nobody })).statusCode, (await get({ url })).statusCode], [missing, bad], mode)
      service.answer = () => ({ status: 500 })
      t.equal((await get({ url })).statusCode, down, mode)
    }
  },
  '401 with a challenge for each way in, 403 for who is known and refused, with the scopes needed': async t => {
    const { get, service } = await openGateway(t, {}, { answer, declare: app => { app.get('/', { preHandler: requireScopes('c') }, plain) } })
    t.equal((await get(nobody)).headers['www-authenticate'], 'Bearer realm="api"')
    const refused = await get()
    t.match([refused.statusCode, refused.headers['www-authenticate']], [403, 'Bearer realm="api", error="insufficient_scope", scope="c"'])
    service.answer = () => ({ status: 401 })
    t.equal((await get()).headers['www-authenticate'], 'Bearer realm="api", error="invalid_token"')
  },
  'whoever recognises a credential judges it finally; several challenges in one answer': async t => {
    const other = await openGateway(t)
    const authenticators = [gateway({ url: other.service.url }), apiKey(memoryKeys())]
    const { get } = await openGateway(t, {}, { plugin: { authenticators } })
    t.strictSame((await get(nobody)).headers['www-authenticate'], ['Bearer realm="api"', 'ApiKey realm="api"'])
    t.match((await get({ headers: { authorization: 'Bearer bad' } })).statusCode, 401)
    t.match((await get({ headers: { 'x-api-key': 'bad' } })).json(), { code: 'AUTH_KEY_REJECTED' })
    t.equal(other.service.asked.length, 1, 'a key is none of its business')
    await t.rejects(openGateway(t, {}, { plugin: { authenticators: [gateway({ url: other.service.url }), gateway({ url: other.service.url, name: 'b' })] } }), { code: 'AUTH_OPTION_INVALID' })
  },
  'one credential in two places is 400, and a repeated header too': async t => {
    const { get, service } = await openGateway(t, { sources: [fromHeader(), fromCookie('session')] })
    t.match((await get({ headers: { authorization: 'Bearer good', cookie: 'session=other' } })).json(), { statusCode: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS' })
    t.match((await get({ headers: { authorization: ['Bearer a', 'Bearer b'] as unknown as string } })).json(), { statusCode: 400, code: 'AUTH_CREDENTIALS_AMBIGUOUS' })
    t.equal(service.asked.length, 0)
  },
  'credentials are judged before the body is read': async t => {
    const { get, service } = await openGateway(t)
    const request = { method: 'POST', payload: '{broken', headers: { 'content-type': 'application/json', authorization: 'Bearer bad' } } as const
    service.answer = () => ({ status: 401 })
    t.equal((await get(request)).statusCode, 401)
    t.equal((await get({ ...request, headers: { 'content-type': 'application/json' } })).statusCode, 401)
  },
  'a handler may ask with a resource; every route can be listed with what it asks': async t => {
    const owns = requirePolicy(({ user, resource }) => resource === user.id)
    const { app, get } = await openGateway(t, {}, { declare: app => { app.get('/', { preHandler: requireUser() }, async request => [await request.can(owns, 'alice'), await request.can(owns, 'bob')]) } })
    t.strictSame((await get()).json(), [true, false])
    t.match(app.accessMatrix(), [{ methods: ['GET', 'HEAD'], url: '/', mode: 'required', declaredBy: 'guard', authenticators: ['gatewayAuth'] }])
  },
  'a refusal has its reason, in the log; a guard can be asked without refusing anybody': async t => {
    const log = collectLog()
    const { get } = await openGateway(t, {}, {
      server: { logger: log.logger },
      declare: app => {
        app.get('/', { preHandler: requireRoles('editor') }, plain)
        app.get('/dry', async request => await request.can(requireRoles('editor')))
      }
    })
    t.strictSame([(await get({ url: '/dry' })).statusCode, (await get({ url: '/dry' })).json()], [200, false])
    t.equal(log.of('request refused').length, 0)
    t.equal((await get()).statusCode, 403)
    t.match(log.of('request refused'), [{ code: 'AUTH_ROLE_MISSING', reason: 'role', route: 'GET /' }])
    t.equal((await get({ headers: { authorization: 'Bearer bad' } })).statusCode, 401)
    t.match(log.of('request refused').at(-1), { code: 'AUTH_GATEWAY_DENIED', reason: 'gateway_denied' })
  },
  'one declaration is what is enforced, documented, answered and listed': async t => {
    const { service } = await openGateway(t)
    const app = await openDescribed(t, { auth: { authenticators: [gateway({ url: service.url })] } }, app => { app.get('/', { preHandler: requireScopes('delete') }, plain) })
    const refused = await app.inject({ url: '/', headers: { authorization: 'Bearer good' } })
    t.match([refused.statusCode, refused.json(), refused.headers['www-authenticate']], [403, { code: 'AUTH_SCOPE_MISSING' }, /scope="delete"/])
    const { security, responses } = operationAt(documentOf(app), '/')
    t.strictSame(security, [{ gatewayAuth: ['delete'] }])
    t.match(responses['403'], { content: { '*/*': { example: { code: 'AUTH_SCOPE_MISSING' } } } })
    t.strictSame(schemesOf(documentOf(app)), { gatewayAuth: { type: 'http', scheme: 'bearer' } }, 'and pages have an Authorize button')
    t.match(app.accessMatrix(), [{ url: '/', guard: { kind: 'scopes', wanted: ['delete'] } }])
  }
}
