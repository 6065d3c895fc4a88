import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import t from 'tap'

import { openGateway } from '../../../../fixtures/open-gateway.js'
import { startService } from '../../../../fixtures/validation-service.js'
import { toCacheId } from '../../../../../lib/providers/gateway/cache/to-cache-id.js'
import { gatewayClient } from '../../../../../lib/providers/gateway/index.js'
import { memoryStore } from '../../../../../lib/sources/cache/index.js'

import type { GatewayOptions } from '../../../../../lib/providers/gateway/index.js'

const ADDRESS = new URL('https://auth.example/')
const idOf = (options: Partial<GatewayOptions>) => toCacheId('gatewayAuth', ADDRESS, { url: ADDRESS.href, ...options })

t.test('gateways that read answers by other rules share no decision', async t => {
  const rules: ReadonlyArray<Partial<GatewayOptions>> = [
    {}, { allowStatuses: [200] }, { allow: () => true }, { allow: ({ json }) => json?.['ok'] === true }, { statusMap: { 404: 403 } }, { relayBody: false }, { relayHeaders: ['x-a'] },
    { allowHeaders: ['x-a'] }, { identity: { roles: 'roles' } }, { identity: { roles: ({ json }) => json?.['roles'] } }, { claimsSchema: Type.Object({ sub: Type.String() }) }
  ]
  t.equal(new Set(rules.map(idOf)).size, rules.length)
  t.not(toCacheId('other', ADDRESS, { url: '' }), idOf({}))
})

t.test('those that read them alike do', async t => {
  t.equal(idOf({ identity: { roles: 'roles' }, timeoutMs: 5, cache: { store: memoryStore() } }), idOf({ identity: { roles: 'roles' } }))
})

t.test('one that asks for more is not content with what another one has let in', async t => {
  const cache = { store: memoryStore() }
  const lenient = await openGateway(t, { cache, forwarded: false })
  t.equal((await lenient.get()).body, 'alice')
  const alike = await openGateway(t, { url: lenient.service.url, cache, forwarded: false })
  t.equal((await alike.get()).body, 'alice')
  t.equal(lenient.service.asked.length, 1)
  const strict = await openGateway(t, { url: lenient.service.url, cache, forwarded: false, allow: ({ json }) => json?.['paid'] === true })
  t.equal((await strict.get()).statusCode, 401)
  t.equal(lenient.service.asked.length, 2)
})

t.test('where there is no plugin, or no request, there are no guards to tell decisions apart', async t => {
  const service = await startService(t)
  const client = gatewayClient({ url: service.url, forwarded: false, cache: {} })
  t.teardown(() => client.close())
  const app = Fastify()
  t.teardown(() => app.close())
  app.get('/', async request => (await client.validate('good', { request })).kind)
  t.equal((await app.inject('/')).body, 'allowed')
  t.match(await client.validate('good'), { kind: 'allowed', from: 'cache' })
  t.equal(service.asked.length, 1)
})
