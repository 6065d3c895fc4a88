import { createHash } from 'node:crypto'
import { request as ask } from 'node:http'
import t from 'tap'

import { startHostileService } from '../../fixtures/hostile-service.js'
import { openApp } from '../../fixtures/open-app.js'
import { findFreePort } from '../../fixtures/find-free-port.js'
import { createTlsFiles } from '../../fixtures/tls-files.js'
import { gateway } from '../../../lib/providers/gateway/index.js'

import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Behaviour } from '../../fixtures/hostile-service.js'
import type { GatewayOptions } from '../../../lib/providers/gateway/index.js'

const headers = { authorization: 'Bearer good' }
/** Who it is where the service does not say. */
const NAMELESS = `credential:${createHash('sha256').update('good').digest('base64url')}`
const CHALLENGE = 'Bearer realm="api", error="invalid_token"'

/** What the app answers: its status, and whose body that is. */
interface Expected {
  readonly statusCode: number
  /** Our code; `null`: the body is that of the service, or of the handler. */
  readonly code: string | null
  readonly body?: string
}

const UNAVAILABLE: Expected = { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' }
const ALLOWED: Expected = { statusCode: 200, code: null, body: 'alice' }
const relayed = (statusCode: number): Expected => ({ statusCode, code: null, body: `{"error":"status ${statusCode}"}` })

const OUTCOMES: Readonly<Record<Behaviour, Expected>> = {
  allow: ALLOWED,
  hints: ALLOWED,
  'allow-and-close': ALLOWED,
  inactive: { statusCode: 401, code: 'AUTH_GATEWAY_DENIED' },
  empty: { statusCode: 200, code: null, body: NAMELESS },
  page: { statusCode: 200, code: null, body: NAMELESS },
  'status-201': { statusCode: 200, code: null },
  'status-204': { statusCode: 200, code: null },
  'status-299': { statusCode: 200, code: null },
  'status-401': relayed(401),
  'status-403': relayed(403),
  'status-429': relayed(429),
  'status-304': UNAVAILABLE,
  'status-400': UNAVAILABLE,
  'status-404': UNAVAILABLE,
  'status-407': UNAVAILABLE,
  'status-418': UNAVAILABLE,
  'status-500': UNAVAILABLE,
  'status-502': UNAVAILABLE,
  'status-503': UNAVAILABLE,
  'status-504': UNAVAILABLE,
  'status-599': UNAVAILABLE,
  redirect: UNAVAILABLE,
  'not-json': UNAVAILABLE,
  huge: UNAVAILABLE,
  'huge-head': UNAVAILABLE,
  endless: UNAVAILABLE,
  'slow-head': UNAVAILABLE,
  'slow-body': UNAVAILABLE,
  bomb: UNAVAILABLE,
  reset: UNAVAILABLE,
  hangup: UNAVAILABLE,
  truncated: UNAVAILABLE,
  malformed: UNAVAILABLE,
  'two-lengths': UNAVAILABLE,
  upgrade: UNAVAILABLE,
  poison: { statusCode: 401, code: 'AUTH_GATEWAY_DENIED' }
}

function declare (app: FastifyInstance): void {
  app.get('/', async ({ user }) => user?.id)
}

/** Over the wire: the status, the headers and the bytes of the body, as a client gets them. */
async function get (app: FastifyInstance): Promise<{ readonly statusCode: number | undefined, readonly headers: IncomingHttpHeaders, readonly body: string }> {
  const { port } = app.server.address() as AddressInfo
  return await new Promise((resolve, reject) => {
    ask({ port, host: '127.0.0.1', headers, agent: false }, async response => {
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      resolve({ statusCode: response.statusCode, headers: response.headers, body })
    }).on('error', reject).end()
  })
}

t.test('every way to answer has one outcome, and the service is asked well after each', async t => {
  const service = await startHostileService(t)
  const options: GatewayOptions = { url: `${service.origin}/`, timeoutMs: 400, retries: 0, breaker: null }
  const app = await openApp(t, { authenticators: [gateway(options)] }, declare)
  await app.listen({ port: 0, host: '127.0.0.1' })
  for (const [behaviour, { statusCode, code, body }] of Object.entries(OUTCOMES) as Array<[Behaviour, Expected]>) {
    service.behaviour = behaviour
    const answer = await get(app)
    t.equal(answer.statusCode, statusCode, behaviour)
    if (code !== null) t.match(JSON.parse(answer.body), { code, statusCode }, `${behaviour}: our body`)
    if (body !== undefined) t.equal(answer.body, body, `${behaviour}: the body`)
    if (statusCode === 503) t.match(answer.headers['retry-after'], /^\d+$/, `${behaviour}: when to come again`)
    if (statusCode === 401) t.equal(answer.headers['www-authenticate'], CHALLENGE, `${behaviour}: how to do better`)
    service.behaviour = 'allow'
    t.equal((await get(app)).statusCode, 200, `${behaviour}: and the next caller gets in`)
  }
})

t.test('a service that nobody can reach is 503', async t => {
  const port = await findFreePort()
  const plain = await startHostileService(t)
  const unknown = await startHostileService(t, createTlsFiles('localhost'))
  const files = createTlsFiles('other.example')
  const other = await startHostileService(t, files)
  const places: Readonly<Record<string, string>> = {
    'a port where nobody listens': `http://127.0.0.1:${port}/`,
    'a host that is not there': 'https://nowhere.invalid/',
    'no TLS where TLS should be': plain.origin.replace('http:', 'https:'),
    'a certificate that nobody has signed whom we trust': `${unknown.origin}/`,
    'a certificate for another host': `${other.origin}/`
  }
  for (const [place, url] of Object.entries(places)) {
    const tls = url.startsWith(other.origin) ? { tls: { ca: files.cert } } : {}
    const app = await openApp(t, { authenticators: [gateway({ url, retries: 0, timeoutMs: 2_000, ...tls })] }, declare)
    const response = await app.inject({ url: '/', headers })
    t.match([response.statusCode, response.json().code], [503, 'AUTH_PROVIDER_UNAVAILABLE'], place)
    t.match(response.headers['retry-after'], /^\d+$/)
  }
  t.strictSame([unknown.received, other.received], [[], []], 'and whom nobody knows is told nothing')
})
