import Fastify from 'fastify'
import t from 'tap'

import { collectLog } from '../../fixtures/collect-log.js'
import { bearer, handIssuer } from '../../fixtures/hand-issuer.js'
import { toMarkdown } from '../../../lib/cli/to-markdown.js'
import authPlugin from '../../../lib/index.js'
import passthrough, { authFetch, authMetadata, customHeader } from '../../../lib/passthrough/index.js'

import type { FastifyInstance } from 'fastify'

const issuer = handIssuer()
const handle = async () => authMetadata()

async function ask (app: FastifyInstance, url: string, headers: Record<string, string> = {}) {
  const response = await app.inject({ url, headers })
  return [response.statusCode, response.json().code ?? response.json()]
}

t.test('beside the main plugin each says its own: it decides who gets in, whichever was first', async t => {
  for (const order of ['before', 'after'] as const) {
    const log = collectLog()
    const app = Fastify({ logger: log.logger })
    t.teardown(() => app.close())
    order === 'before' && await app.register(passthrough, { allowedOrigins: [], extractors: [customHeader('x-key')] })
    await app.register(authPlugin, { jwtProvider: issuer.provider(), realm: 'books' })
    order === 'after' && await app.register(passthrough, { allowedOrigins: [], extractors: [customHeader('x-key')] })
    app.get('/', handle)
    app.get('/public', { config: { auth: 'public' } }, handle)
    const token = bearer(issuer.token())
    t.strictSame(await ask(app, '/', { 'x-key': 'k' }), [401, 'AUTH_CREDENTIALS_MISSING'], 'presence is no authentication')
    t.strictSame(await ask(app, '/', { ...bearer('alice'), 'x-key': 'k' }), [401, 'AUTH_TOKEN_INVALID'])
    t.strictSame(await ask(app, '/', token), [401, 'AUTH_CREDENTIALS_MISSING'])
    t.strictSame(await ask(app, '/', { ...token, 'x-key': 'k' }), [200, [['x-key', 'k']]])
    log.clear()
    const refusal = await app.inject('/public')
    t.strictSame([refusal.statusCode, refusal.headers['www-authenticate']], [401, 'Bearer realm="books"'], 'with the challenge of the main plugin')
    t.equal(log.of('request refused').length, 1, 'and one line in the log')
  }
})

t.test('the access matrix says what is passed on, and that it was not verified', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider: issuer.provider() })
  await app.register(passthrough, { allowedOrigins: [], excludedPaths: ['/health'] })
  app.get('/public', { config: { auth: 'public' }, exposeHeadRoute: false }, handle)
  app.get('/health', { config: { auth: 'public' } }, handle)
  app.get('/optional', { config: { passthrough: 'optional' } }, handle)
  await app.ready()
  t.strictSame(app.accessMatrix().map(({ url, mode, guard, passthrough }) => ({ url, mode, guard, passthrough })), [
    { url: '/public', mode: 'public', guard: null, passthrough: 'required' },
    { url: '/health', mode: 'public', guard: null, passthrough: 'off' },
    { url: '/optional', mode: 'required', guard: null, passthrough: 'optional' }
  ])
  t.equal(app.printAccessMatrix(), [
    'methods    url        mode      declared by  guard  authenticators  passthrough',
    'GET        /public    public    config                              required, not verified',
    'GET, HEAD  /health    public    config',
    'GET, HEAD  /optional  required  default             bearerAuth      optional, not verified',
    ''
  ].join('\n'))
  t.equal(toMarkdown(app.accessMatrix()), [
    '| methods | url | mode | declared by | guard | authenticators | passthrough |',
    '|---|---|---|---|---|---|---|',
    '| GET | `/public` | public | config |  |  | required, not verified |',
    '| GET, HEAD | `/health` | public | config |  |  |  |',
    '| GET, HEAD | `/optional` | required | default |  | `bearerAuth` | optional, not verified |',
    ''
  ].join('\n'))
})

t.test('errors of calls out are answered like other errors of ours, with the body that the app wants', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(authPlugin, { jwtProvider: issuer.provider(), errorBody: 'problem', mode: 'public' })
  await app.register(passthrough, { allowedOrigins: [], required: false })
  app.get('/', async () => await authFetch('https://books.example.com'))
  const response = await app.inject('/')
  t.match([response.statusCode, response.json()], [500, { status: 500, code: 'AUTH_OPTION_INVALID', detail: /nothing was sent there/ }])
})
