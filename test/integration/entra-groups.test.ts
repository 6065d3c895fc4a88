import { createServer } from 'node:http'
import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { ABE, API, CLIENT, DAEMON, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { startGraph } from '../fixtures/graph-service.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { anyTenant, entra, entraGraphGroups } from '../../lib/providers/entra/index.js'
import { cached, fallback, identityGroups } from '../../lib/sources/cache/index.js'
import { currentUser, requireGroups } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { CollectedLog } from '../fixtures/collect-log.js'
import type { EntraDirectory } from '../fixtures/entra-directory.js'
import type { GraphService } from '../fixtures/graph-service.js'
import type { GroupsProvider } from '../../lib/index.js'
import type { EntraOptions } from '../../lib/providers/entra/index.js'

const SECRET = 'the-secret-of-the-app'
const LIBRARIANS = 'fee2c45b-915a-4a64-b130-f4eb9e75525e'
const READERS = '4fe90ae7-065a-478b-9400-e0a0e1cbd540'

/** What a token has in place of groups that are too many for it. */
const OVERAGE = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: `https://graph.windows.net/${TENANT}/users/${ABE}/getMemberObjects` } } }

interface Scene {
  readonly directory: EntraDirectory
  readonly graph: GraphService
  readonly log: CollectedLog
  /** Opens another app beside the others. */
  open (provider?: GroupsProvider, options?: Partial<EntraOptions>): Promise<(token: string, url?: string) => Promise<readonly [status: number, body: unknown]>>
  asking (options?: object): GroupsProvider
}

async function setUp (t: Test): Promise<Scene> {
  const [directory, graph, log] = [await startDirectory(t), await startGraph(t), collectLog()]
  graph.groups.set(`users/${ABE}`, [LIBRARIANS, READERS])
  graph.groups.set(`servicePrincipals/${DAEMON}`, [READERS])
  return {
    directory,
    graph,
    log,
    asking: (options = {}) => entraGraphGroups({ clientId: CLIENT, clientSecret: SECRET, fetch: graph.fetch, ...options }),
    async open (groupsProvider, options = {}) {
      const provider = entra({ tenantId: TENANT, audience: API, fetch: directory.fetch, ...groupsProvider && { groupsProvider }, ...options })
      const app = await openApp(t, { jwtProvider: provider }, declare, { logger: log.logger })
      return async function send (token, url = '/groups') {
        const { statusCode, body } = await app.inject({ url, headers: bearer(token) })
        return [statusCode, statusCode === 200 ? JSON.parse(body) : JSON.parse(body).code]
      }
    }
  }
}

function declare (app: FastifyInstance): void {
  app.get('/groups', async request => await currentUser(request).groups())
  app.get('/librarians', { preHandler: requireGroups(LIBRARIANS) }, async () => 'in'.split(' '))
}

t.test('a user with too many groups for a token is judged by those that Graph knows of, and without it by nobody', async t => {
  const { directory, graph, open, asking } = await setUp(t)
  const [without, send] = [await open(), await open(asking())]
  const token = directory.userToken(OVERAGE)
  t.strictSame(await without(token, '/librarians'), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  t.strictSame(await send(token, '/librarians'), [200, ['in']])
  t.strictSame(await send(token), [200, [LIBRARIANS, READERS]])
  t.strictSame(await send(directory.userTokenV1({ hasgroups: true })), [200, [LIBRARIANS, READERS]])
  t.strictSame(await send(directory.appToken(OVERAGE)), [200, [READERS]])
  t.strictSame(await send(directory.appToken(OVERAGE), '/librarians'), [403, 'AUTH_GROUP_MISSING'])
  t.strictSame(await send(directory.userToken({ groups: [READERS] })), [200, [READERS]], 'what the token carries, it carries')
  t.strictSame(await send(directory.userToken()), [200, []])
  t.equal(graph.grants.length, 1)
})

t.test('no address that a token holds is ever called', async t => {
  const { directory, graph, log, open, asking } = await setUp(t)
  const bait = { calls: 0 }
  const server = createServer((_request, response) => {
    bait.calls++
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: [LIBRARIANS] }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${TENANT}/users/${ABE}/getMemberObjects`
  graph.groups.set(`users/${ABE}`, [READERS])
  // Here nothing keeps calls from going where they like, but for Microsoft's own hosts.
  const fetchAnywhere = async (url: string, init: RequestInit) => await (new URL(url).hostname.includes('microsoft') ? graph.fetch(url, init) : fetch(url, init))
  const send = await open(asking({ fetch: fetchAnywhere }))
  t.strictSame(await send(directory.userToken({ ...OVERAGE, _claim_sources: { src1: { endpoint } } }), '/librarians'), [403, 'AUTH_GROUP_MISSING'])
  t.equal(graph.questions.length, 1)
  t.equal(bait.calls, 0)
  t.notMatch(log.text(), endpoint)
})

t.test('while Graph cannot be asked, who needs it gets 503 and nobody else, and no secret is in the log', async t => {
  const { directory, graph, log, open, asking } = await setUp(t)
  const send = await open(asking())
  const token = directory.userToken(OVERAGE)
  graph.misbehave = (_call, response) => { response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' }).end('{"error":{"code":"TooManyRequests"}}') }
  t.strictSame(await send(token, '/librarians'), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  t.strictSame(await send(directory.userToken({ groups: [LIBRARIANS] }), '/librarians'), [200, ['in']])
  t.equal(graph.questions.length, 1)
  t.match(log.of('Microsoft Graph gave no groups; guards that need them answer 503'), [{ provider: 'entraGraphGroups', expected: 'status 200', status: 429 }])
  graph.misbehave = null
  graph.refuseGrant = (_call, response) => { response.writeHead(401, { 'content-type': 'application/json' }).end(`{"error":"invalid_client","error_description":"${SECRET}"}`) }
  t.strictSame(await (await open(asking()))(token, '/librarians'), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
  t.strictSame(await send(token, '/librarians'), [200, ['in']], 'the token of the app is still good')
  for (const secret of [SECRET, 'app.token', token]) t.notMatch(log.text(), secret)
})

t.test('a hundred requests at once need one token of the app', async t => {
  const { directory, graph, open, asking } = await setUp(t)
  const send = await open(asking())
  const token = directory.userToken(OVERAGE)
  const answers = await Promise.all(Array.from({ length: 100 }, async () => await send(token, '/librarians')))
  t.ok(answers.every(([status]) => status === 200))
  t.equal(graph.grants.length, 1)
})

t.test('what Graph says may be kept, behind what the token carries', async t => {
  const { directory, graph, open, asking } = await setUp(t)
  const send = await open(fallback(identityGroups(), cached(asking({ when: 'always' }), { name: 'graph' })))
  for (const token of [directory.userToken(OVERAGE), directory.userToken(OVERAGE)]) t.strictSame(await send(token), [200, [LIBRARIANS, READERS]])
  t.strictSame(await send(directory.userToken({ groups: [READERS] })), [200, [READERS]])
  t.equal(graph.questions.length, 1)
})

t.test('groups of a tenant that nobody trusts are not asked for', async t => {
  const { directory, graph, open, asking } = await setUp(t)
  const send = await open(asking(), { tenantId: anyTenant, trustTenants: [TENANT] })
  t.strictSame(await send(directory.userToken(OVERAGE, { tenantId: OTHER_TENANT })), [200, []])
  t.equal(graph.calls.length, 0)
  t.strictSame(await send(directory.userToken(OVERAGE)), [200, [LIBRARIANS, READERS]])
})
