import cors from '@fastify/cors'
import Fastify from 'fastify'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import authPlugin, { requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'

const issuer = handIssuer()
const alice = bearer(issuer.token())
const origin = 'https://app.example'
const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } } as const

const orders: Readonly<Record<string, ReadonlyArray<(app: FastifyInstance) => unknown>>> = {
  'cors first': [registerCors, registerAuth],
  'cors last': [registerAuth, registerCors]
}

async function openOrdered (t: Test, order: ReadonlyArray<(app: FastifyInstance) => unknown>): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const register of order) await register(app)
  app.get('/books', async () => 'ok')
  app.get('/guarded', { preHandler: requireRoles('editor') }, async () => 'ok')
  return app
}

for (const [name, order] of Object.entries(orders)) {
  t.test(`${name}: a refusal can be read by the page that caused it`, async t => {
    const app = await openOrdered(t, order)
    for (const [url, headers, statusCode] of [['/books', {}, 401], ['/books', bearer('bad'), 401], ['/guarded', alice, 403], ['/books', alice, 200]] as const) {
      t.match(await app.inject({ url, headers: { origin, ...headers } }), { statusCode, headers: { 'access-control-allow-origin': origin } })
    }
  })

  t.test(`${name}: a preflight passes without credentials, whatever its route is guarded by`, async t => {
    const app = await openOrdered(t, order)
    for (const url of ['/books', '/guarded', '/nowhere']) {
      t.match(await app.inject({ ...preflight, url }), { statusCode: 204, headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': /GET/ } }, url)
    }
  })

  t.test(`${name}: nothing else is let in for looking like a preflight`, async t => {
    const app = await openOrdered(t, order)
    for (const headers of [{ 'access-control-request-method': 'OPTIONS' }, preflight.headers]) {
      t.match(await app.inject({ method: 'GET', url: '/books', headers }), { statusCode: 401 })
      t.match(await app.inject({ method: 'GET', url: '/guarded', headers: { ...headers, 'x-http-method-override': 'OPTIONS' } }), { statusCode: 401 })
    }
  })
}

t.test('a catch-all OPTIONS route that is not of cors is guarded like any other', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await registerAuth(app)
  app.options('*', async () => 'not for everybody')
  t.match(await app.inject({ ...preflight, url: '/books' }), { statusCode: 401 })
  t.match(await app.inject({ ...preflight, url: '/books', headers: { ...preflight.headers, ...alice } }), { statusCode: 200 })
})

t.test('beside cors only its own OPTIONS route is public', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await registerAuth(app)
  await app.register(cors, { origin, preflight: false })
  app.options('/books/*', async () => 'not for everybody')
  app.route({ method: ['OPTIONS', 'GET'], url: '/both', handler: async () => 'not for everybody' })
  for (const url of ['/books/7', '/both']) t.match(await app.inject({ method: 'OPTIONS', url }), { statusCode: 401 }, url)
})

async function registerAuth (app: FastifyInstance): Promise<void> {
  await app.register(authPlugin, { jwtProvider: issuer.provider() })
}

async function registerCors (app: FastifyInstance): Promise<void> {
  await app.register(cors, { origin: [origin] })
}
