import { once } from 'node:events'
import { request as sendHttp1 } from 'node:http'
import { connect } from 'node:http2'

import Fastify from 'fastify'
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { getOverHttp2 } from '../fixtures/http2-frames.js'
import authPlugin, { requireRoles, requireUser } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

const issuer = handIssuer()
const token = issuer.token()
const other = issuer.token({ sub: 'bob' })

const repeated: Readonly<Record<string, readonly string[]>> = {
  'two users': [`Bearer ${token}`, `Bearer ${other}`],
  'one user twice': [`Bearer ${token}`, `Bearer ${token}`],
  'a bad token behind a good one': [`Bearer ${token}`, 'Bearer bad'],
  'an empty one behind a good one': [`Bearer ${token}`, ''],
  'another scheme behind': [`Bearer ${token}`, 'Basic YTpi'],
  'another scheme before': ['Basic YTpi', `Bearer ${token}`]
}

async function listen (t: Test, app: FastifyInstance) {
  const seen: Array<readonly [status: number, code: string | null]> = []
  let code: string | null = null
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider: issuer.provider() })
  app.addHook('onError', async (_request, _reply, error) => { code = error.code })
  app.addHook('onSend', async (_request, reply) => { seen.push([reply.statusCode, code]) })
  app.get('/', { preHandler: requireUser() }, async request => request.user)
  app.get('/editors', { preHandler: requireRoles('editor') }, async () => 'ok')
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: (app.server.address() as AddressInfo).port, seen }
}

function createHttp2App (): FastifyInstance {
  return Fastify({ http2: true }) as unknown as FastifyInstance
}

t.test('over HTTP/2 routes are guarded as over HTTP/1', async t => {
  const { port } = await listen(t, createHttp2App())
  const session = connect(`http://127.0.0.1:${port}`)
  t.teardown(() => session.destroy())
  const status = async (path: string, headers: object): Promise<IncomingHttpHeaders & { readonly ':status'?: number }> => {
    const stream = session.request({ ':path': path, ...headers })
    const [answer] = await once(stream, 'response') as [IncomingHttpHeaders]
    await once(stream.resume(), 'close')
    return answer
  }
  t.match(await status('/', {}), { ':status': 401, 'www-authenticate': 'Bearer realm="api"' })
  t.match(await status('/', bearer('bad')), { ':status': 401, 'www-authenticate': 'Bearer realm="api", error="invalid_token"' })
  t.match(await status('/', bearer(token)), { ':status': 200 })
  t.match(await status('/editors', bearer(token)), { ':status': 403 })
  t.match(await status('/nowhere', bearer(token)), { ':status': 404 })
})

t.test('a repeated header is ambiguous over HTTP/2, whatever Node makes of it', async t => {
  const { port, seen } = await listen(t, createHttp2App())
  await getOverHttp2(port, [['authorization', `Bearer ${token}`]])
  t.same(seen.pop(), [200, null], 'once is fine')
  for (const [name, values] of Object.entries(repeated)) {
    await getOverHttp2(port, values.map(value => ['authorization', value]))
    t.same(seen.pop(), [400, 'AUTH_CREDENTIALS_AMBIGUOUS'], name)
  }
})

t.test('a repeated header is ambiguous over HTTP/1, in whatever case', async t => {
  const { port, seen } = await listen(t, Fastify())
  for (const [name, values] of Object.entries(repeated)) {
    const headers = ['host', '127.0.0.1', ...values.flatMap((value, index) => [index === 0 ? 'Authorization' : 'aUTHORIZATION', value])]
    const [response] = await once(sendHttp1({ port, host: '127.0.0.1', headers }).end(), 'response') as [IncomingMessage]
    response.resume()
    t.match(response, { statusCode: 400, headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_request"' } }, name)
    t.same(seen.pop(), [400, 'AUTH_CREDENTIALS_AMBIGUOUS'], name)
  }
})
