import t from 'tap'

import { ABE, API, CLIENT, CONSUMER_TENANT, createDirectoryKey, DAEMON, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { anyTenant, entra } from '../../lib/providers/entra/index.js'
import { currentUser, requireGroups, requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { EntraDirectory } from '../fixtures/entra-directory.js'
import type { EntraOptions } from '../../lib/providers/entra/index.js'

type Options = Partial<EntraOptions>

interface Scene {
  readonly directory: EntraDirectory
  readonly app: FastifyInstance
  /** What the app says of a token: status, code, and the reason in its log. */
  refusal (token: string): Promise<readonly unknown[]>
  /** Who it is, as the handler sees him. */
  user (token: string, url?: string): Promise<Record<string, unknown>>
}

const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const INVALID = [401, 'AUTH_TOKEN_INVALID'] as const

async function setUp (t: Test, options: Options = {}, known?: EntraDirectory): Promise<Scene> {
  const directory = known ?? await startDirectory(t)
  const log = collectLog('info')
  const provider = entra({ tenantId: TENANT, audience: API, fetch: directory.fetch, ...options })
  const app = await openApp(t, { jwtProvider: provider }, declare, { logger: log.logger })
  const send = async (token: string, url = '/me') => await app.inject({ url, headers: bearer(token) })
  return {
    directory,
    app,
    async refusal (token) {
      log.clear()
      const answer = await send(token)
      return [answer.statusCode, answer.json<{ code?: string }>().code, ...log.of('request refused').map(line => line['reason'])]
    },
    async user (token, url) {
      const answer = await send(token, url)
      return { status: answer.statusCode, ...answer.json<Record<string, unknown>>() }
    }
  }
}

function declare (app: FastifyInstance): void {
  app.get('/me', async request => {
    const { id, issuer, kind, clientId, name, email, emailVerified, scopes } = currentUser(request)
    return { id, issuer, kind, clientId, name, email, emailVerified, scopes }
  })
  app.get('/names', async request => ({ groups: await currentUser(request).groups(), roles: await currentUser(request).roles() }))
  app.get('/staff', { preHandler: [requireGroups(['staff'])] }, async () => ({}))
  app.get('/editors', { preHandler: [requireRoles(['editor'])] }, async () => ({}))
}

t.test('access tokens of both versions, of persons and of applications, say who it is', async t => {
  const { directory, user } = await setUp(t)
  const rows = [
    ['a person, version 2.0', directory.userToken(), { id: `${TENANT}:${ABE}`, kind: 'human', name: 'abeli@microsoft.com', email: null, scopes: ['access_as_user'] }],
    ['a person, version 1.0', directory.userTokenV1(), { id: `${TENANT}:${ABE}`, kind: 'human', name: 'abeli', email: 'AbeLi@microsoft.com', scopes: ['user_impersonation'] }],
    ['an application, version 2.0', directory.appToken(), { id: `${TENANT}:${DAEMON}`, kind: 'machine', name: DAEMON, email: null, scopes: [] }],
    ['an application, version 1.0', directory.appTokenV1(), { id: `${TENANT}:${DAEMON}`, kind: 'machine', name: DAEMON, email: null, scopes: [] }]
  ] as const
  for (const [what, token, expected] of rows) {
    t.strictSame(await user(token), { status: 200, issuer: V2, clientId: CLIENT, emailVerified: null, ...expected }, what)
  }
})
