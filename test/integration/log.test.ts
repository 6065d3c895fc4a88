import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { setEnv } from '../fixtures/set-env.js'
import { requireGroups, requireRoles, requireScopes, requireUser } from '../../lib/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { AuthPluginOptions } from '../../lib/index.js'

const issuer = handIssuer()
const outage = handIssuer('https://outage.example')
const jwtProvider = [issuer.provider(), outage.provider({ name: 'outage', verify: async () => { throw new Error('hidden text') } })]
const alice = bearer(issuer.token({ name: 'hidden text', email: 'hidden@example.org', scope: 'hidden.scope', groups: ['hidden-group'], secret: 'hidden text' }))
const INFO = 30
const ERROR = 50

function declareRoutes (app: FastifyInstance): void {
  app.get('/', async () => 'in')
  app.get('/users/:id', { preHandler: requireRoles(['editor', 'admin']) }, async () => 'in')
  app.post('/groups', { preHandler: requireGroups(['staff', 'board'], { match: 'all' }) }, async () => 'in')
  app.get('/scopes', { preHandler: requireScopes('read') }, async () => 'in')
  app.setNotFoundHandler({ preHandler: requireUser() }, async () => 'nothing here')
}

const verified = { subject: 'alice', issuer: issuer.url }
const issuers = [issuer.url, outage.url]

/** A request, and its line. */
const rows: ReadonlyArray<readonly [request: InjectOptions, line: Readonly<Record<string, unknown>>]> = [
  [{ url: '/' }, { level: INFO, code: 'AUTH_CREDENTIALS_MISSING', route: 'GET /', reason: 'credential_missing' }],
  [{ url: '/', headers: { authorization: 'Bearer hidden text' } }, { level: INFO, code: 'AUTH_CREDENTIALS_MALFORMED', route: 'GET /', reason: 'header_syntax', expected: 'Bearer <token>' }],
  [{ url: '/', headers: { authorization: ['Bearer hidden', 'Bearer text'] as unknown as string } }, { level: INFO, code: 'AUTH_CREDENTIALS_AMBIGUOUS', route: 'GET /', reason: 'header_repeated' }],
  [{ url: '/', headers: bearer('hidden') }, { level: INFO, code: 'AUTH_TOKEN_INVALID', route: 'GET /', reason: 'token_syntax' }],
  [{ url: '/', headers: bearer(`hidden${'.'.repeat(20_000)}`) }, { level: INFO, code: 'AUTH_TOKEN_INVALID', route: 'GET /', reason: 'token_size', expected: { maxTokenBytes: 16_384 } }],
  [{ url: '/', headers: bearer(handIssuer('https://hidden.example').token()) }, { level: INFO, code: 'AUTH_TOKEN_INVALID', route: 'GET /', reason: 'issuer_unknown', expected: issuers }],
  [{ url: '/', headers: bearer(handIssuer().token()) }, { level: INFO, code: 'AUTH_TOKEN_INVALID', route: 'GET /', reason: 'signature' }],
  [{ url: '/', headers: bearer(issuer.token({ exp: now() - 1 })) }, { level: INFO, code: 'AUTH_TOKEN_EXPIRED', route: 'GET /', reason: 'expired' }],
  [{ url: '/users/hidden', headers: alice }, { level: INFO, code: 'AUTH_ROLE_MISSING', route: 'GET /users/:id', reason: 'role', expected: { match: 'any', names: ['editor', 'admin'] }, ...verified }],
  [{ url: '/groups', method: 'POST', headers: alice }, { level: INFO, code: 'AUTH_GROUP_MISSING', route: 'POST /groups', reason: 'group', expected: { match: 'all', names: ['staff', 'board'] }, ...verified }],
  [{ url: '/scopes', method: 'HEAD', headers: alice }, { level: INFO, code: 'AUTH_SCOPE_MISSING', route: 'HEAD /scopes', reason: 'scope', expected: { match: 'all', names: ['read'] }, ...verified }],
  [{ url: '/nowhere' }, { level: INFO, code: 'AUTH_CREDENTIALS_MISSING', route: 'GET (none)', reason: 'credential_missing' }],
  [{ url: '/', headers: bearer(outage.token()) }, { level: ERROR, code: 'AUTH_PROVIDER_UNAVAILABLE', route: 'GET /', reason: 'provider_failed' }]
]

t.test('each refusal is one line: code, route, reason, and what was expected', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider }, declareRoutes, { logger: log.logger, disableRequestLogging: true })
  for (const [request, expected] of rows) {
    log.clear()
    await app.inject(request)
    const msg = expected['level'] === ERROR ? 'request could not be judged' : 'request refused'
    const lines = log.of(msg).map(({ time, pid, hostname, reqId, plugin, msg, ...line }) => line)
    t.strictSame(lines, [expected], JSON.stringify(expected))
    t.notMatch(log.text(), /hidden/, 'and nothing of what was sent')
    for (const part of partsOf(request)) t.notOk(log.text().includes(part))
  }
})

/** What a credential consists of, as far as it could be told from other text. */
function partsOf ({ headers }: InjectOptions): readonly string[] {
  return String(headers?.['authorization'] ?? '').split(/[ .]/).filter(part => part.length >= 20)
}

t.test('a request that gets in, and a check that was caught, leave no line', async t => {
  const log = collectLog()
  const app = await openApp(t, { jwtProvider }, app => {
    app.get('/', async (request, reply) => await requireRoles('editor')(request, reply).then(() => 'editor', () => 'no editor'))
    app.get('/tolerant', { config: { auth: 'tolerant' } }, async () => 'in')
  }, { logger: log.logger })
  log.clear()
  t.match(await app.inject({ url: '/', headers: alice }), { statusCode: 200, body: 'no editor' })
  t.match(await app.inject({ url: '/tolerant', headers: bearer('text') }), { statusCode: 200 })
  t.same(log.lines.filter(line => line['plugin'] === 'fastify-gatekeeper'), [])
})

t.test('the boot is one line: who signs in, how, and what is open', async t => {
  const log = collectLog()
  await openApp(t, { jwtProvider, mode: 'optional', exclude: ['/health'] }, app => {
    declareRoutes(app)
    app.get('/health', async () => 'in')
    app.get('/public', { config: { auth: 'public' } }, async () => 'in')
  }, { logger: log.logger })
  const lines = log.of('fastify-gatekeeper is ready').map(({ time, pid, hostname, plugin, msg, ...line }) => line)
  t.strictSame(lines, [{
    level: INFO,
    authenticators: ['bearerAuth'],
    issuers,
    mode: 'optional',
    routes: { guarded: 3, public: 2, default: 1 },
    excluded: ['GET /health']
  }])
})

/** How many lines of each kind an app writes: at boot, for a refusal, for an outage. */
async function countLines (t: Parameters<typeof openApp>[0], options: Partial<AuthPluginOptions>, appLevel: string): Promise<readonly number[]> {
  const log = collectLog(appLevel)
  const app = await openApp(t, { jwtProvider, ...options }, declareRoutes, { logger: log.logger })
  await app.inject('/')
  await app.inject({ url: '/', headers: bearer(outage.token()) })
  return ['fastify-gatekeeper is ready', 'request refused', 'request could not be judged'].map(msg => log.of(msg).length)
}

t.test('the level is that of the option, else of the environment, else of the app', async t => {
  t.same(await countLines(t, {}, 'info'), [1, 1, 1])
  t.same(await countLines(t, {}, 'error'), [0, 0, 1])
  t.same(await countLines(t, { logLevel: 'silent' }, 'info'), [0, 0, 0])
  t.same(await countLines(t, { logLevel: 'warn' }, 'info'), [0, 0, 1])
  t.same(await countLines(t, { logLevel: 'info' }, 'error'), [1, 1, 1])
  for (const [text, expected] of [['WARNING', [0, 0, 1]], ['warn', [0, 0, 1]], ['CRITICAL', [0, 0, 0]], ['Debug', [1, 1, 1]], ['NOTSET', [1, 1, 1]], [' info ', [1, 1, 1]], ['silent', [0, 0, 0]], ['', [0, 0, 1]]] as const) {
    await t.test(`AUTH_MIDDLEWARE_LOG_LEVEL is ${text}`, async t => {
      setEnv(t, { AUTH_MIDDLEWARE_LOG_LEVEL: text })
      t.same(await countLines(t, {}, 'error'), expected)
      t.same(await countLines(t, { logLevel: 'info' }, 'error'), [1, 1, 1], 'the option wins')
    })
  }
})

t.test('any other text in the environment stops the boot, naming the variable', async t => {
  for (const text of ['loud', '30', 'true', 'info,warn', 'constructor', '__proto__']) {
    await t.test(text, async t => {
      setEnv(t, { AUTH_MIDDLEWARE_LOG_LEVEL: text })
      await t.rejects(openApp(t, { jwtProvider }), { code: 'AUTH_OPTION_INVALID', message: /AUTH_MIDDLEWARE_LOG_LEVEL/ })
    })
  }
})

t.test('an app without a log needs none', async t => {
  const app = await openApp(t, { jwtProvider, logLevel: 'trace' }, declareRoutes, { logger: false })
  t.match(await app.inject('/'), { statusCode: 401 })
})

t.test('what a provider logs is marked as ours, at our level', async t => {
  const log = collectLog()
  const groupsProvider = {
    fetchGroups (_identity: unknown, { log }: { log: { info (text: string): void, debug (text: string): void } }) {
      log.info('asked for groups')
      log.debug('in detail')
      return ['staff']
    }
  }
  const app = await openApp(t, { jwtProvider, groupsProvider, logLevel: 'info' }, declareRoutes, { logger: log.logger })
  await app.inject({ url: '/groups', method: 'POST', headers: alice })
  t.equal(log.of('asked for groups').length, 1)
  t.ok(log.of('asked for groups')[0]?.['reqId'])
  t.equal(log.of('in detail').length, 0)
})
