import t from 'tap'

import { build, buildService, countOutcomes, createGateway } from '../../../examples/gateway.js'

import type { InjectOptions } from 'fastify'
import type { Test } from 'tap'

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

async function open (t: Test) {
  const service = buildService()
  const url = await service.listen({ port: 0, host: '127.0.0.1' })
  const app = await build(createGateway({ AUTH_GATEWAY_URL: `${url}/validate`, AUTH_GATEWAY_TIMEOUT_MS: '2000' }))
  t.teardown(async () => { await app.close(); await service.close() })
  return { service, send: async (options: InjectOptions) => await app.inject(options) }
}

t.test('the service says who it is, the library what he may do', async t => {
  const { send } = await open(t)
  t.equal((await send({ url: '/health' })).body, 'ok')
  t.equal((await send({ url: '/books' })).statusCode, 401)
  t.match((await send({ url: '/books', ...as('stranger') })).json(), { error: 'nobody has this token' })
  t.strictSame((await send({ url: '/books', ...as('reader') })).json(), { for: 'user-of-reader' })
  t.strictSame((await send({ url: '/books', headers: { cookie: '__Host-session=reader' } })).json(), { for: 'user-of-reader' })
  t.equal((await send({ method: 'POST', url: '/books', ...as('reader') })).statusCode, 403)
  t.equal((await send({ method: 'POST', url: '/books', ...as('editor') })).statusCode, 201)
})

t.test('what is remembered outlives the service for a while, and what is forgotten does not', async t => {
  const { send, service } = await open(t)
  const counts = countOutcomes()
  t.equal((await send({ url: '/books', ...as('reader') })).statusCode, 200)
  await service.close()
  t.equal((await send({ url: '/books', ...as('reader') })).statusCode, 200)
  t.equal((await send({ method: 'POST', url: '/books', ...as('editor') })).statusCode, 503, 'a route without a cache notices')
  t.strictSame((await send({ url: '/shelves', ...as('editor') })).json(), { for: 'anybody', complete: false })
  t.strictSame((await send({ method: 'POST', url: '/sign-out', ...as('reader') })).json(), { forgotten: true })
  t.equal((await send({ url: '/books', ...as('reader') })).statusCode, 503)
  t.match(counts, { allowed: 3, error: 3, degraded: 1 })
})

t.test('a variable that is missing or wrong stops the start', async t => {
  t.throws(() => createGateway({}), { code: 'AUTH_OPTION_INVALID', message: /AUTH_GATEWAY_URL/ })
  t.throws(() => createGateway({ AUTH_GATEWAY_URL: 'http://auth.example/' }), { code: 'AUTH_OPTION_INVALID', message: /^AUTH_GATEWAY_URL must be an https address/ })
  t.throws(() => createGateway({ AUTH_GATEWAY_URL: 'https://auth.example/', AUTH_GATEWAY_TIMEOUT_MS: '1s' }), { code: 'AUTH_OPTION_INVALID', message: /AUTH_GATEWAY_TIMEOUT_MS/ })
})
