import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { setEnv } from '../fixtures/set-env.js'
import { currentUser, requireKind, requirePolicy, requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { AuthPluginOptions } from '../../lib/index.js'

const issuer = handIssuer()
const WARNING = /fastify-gatekeeper is disabled/

function declare (app: FastifyInstance): void {
  app.get('/', async request => ({ ...JSON.parse(JSON.stringify(currentUser(request))), groups: await currentUser(request).groups(), authenticator: currentUser(request).authenticator }))
  app.get('/roles', { preHandler: [requireRoles('editor'), requireKind('machine'), requirePolicy(() => false)] }, async request => await request.can(requireRoles('other')))
  app.get('/public', { config: { auth: 'public' } }, async ({ user }) => ({ user }))
}

const open = (options: Partial<AuthPluginOptions> = {}, server = {}) => openApp(t, { jwtProvider: issuer.provider(), ...options }, declare, server)

t.test('while it is disabled everybody is the synthetic user and passes every guard', async t => {
  setEnv(t, { NODE_ENV: 'test' })
  const app = await open({ disabled: true, revocation: { isRevoked: () => true } })
  for (const headers of [{}, bearer('text'), bearer(issuer.token())]) {
    const answer = await app.inject({ url: '/', headers })
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), { id: 'synthetic', name: 'synthetic', email: 'synthetic@email.com', kind: 'unknown', groups: [], authenticator: 'disabled' })
    t.match(await app.inject({ url: '/roles', headers }), { statusCode: 200, body: 'true' })
    t.same((await app.inject({ url: '/public', headers })).json(), { user: null })
  }
})

t.test('it can be disabled in development and in tests only, by option and by environment', async t => {
  const places: ReadonlyArray<readonly [environment: string, isAllowed: boolean]> = [
    ['development', true], ['test', true], ['production', false], ['', false], ['Development', false], ['test ', false], ['staging', false]
  ]
  for (const [NODE_ENV, isAllowed] of places) {
    setEnv(t, { NODE_ENV, AUTH_MIDDLEWARE_DISABLED: '' })
    const boots = [() => open({ disabled: true }), () => { setEnv(t, { AUTH_MIDDLEWARE_DISABLED: 'true' }); return open() }]
    for (const boot of boots) {
      if (isAllowed) t.match(await (await boot()).inject('/roles'), { statusCode: 200 }, NODE_ENV)
      else await t.rejects(boot(), { code: 'AUTH_DISABLED_IN_PRODUCTION', statusCode: 500 }, NODE_ENV)
    }
    const app = await open({ disabled: true, allowDisabledInProduction: true })
    t.match(await app.inject('/roles'), { statusCode: 200 }, `${NODE_ENV}, out loud`)
  }
})

t.test('disabled: false in code wins over the environment', async t => {
  for (const NODE_ENV of ['test', 'production']) {
    setEnv(t, { NODE_ENV, AUTH_MIDDLEWARE_DISABLED: 'true' })
    t.match(await (await open({ disabled: false })).inject('/'), { statusCode: 401 })
  }
})

t.test('the environment is read as words for yes and no, and nothing else', async t => {
  setEnv(t, { NODE_ENV: 'test' })
  const words = { true: 200, 1: 200, yes: 200, TRUE: 200, ' Yes ': 200, false: 401, 0: 401, no: 401, No: 401, '': 401 }
  for (const [word, statusCode] of Object.entries(words)) {
    setEnv(t, { AUTH_MIDDLEWARE_DISABLED: word })
    t.match(await (await open()).inject('/'), { statusCode }, `'${word}'`)
  }
  for (const word of ['on', 'off', 'disabled', '2', 'null']) {
    setEnv(t, { AUTH_MIDDLEWARE_DISABLED: word })
    await t.rejects(open(), { code: 'AUTH_OPTION_INVALID', message: /^AUTH_MIDDLEWARE_DISABLED / }, word)
  }
})

t.test('it is warned about on the app\'s own log, whatever logLevel says', async t => {
  setEnv(t, { NODE_ENV: 'test' })
  for (const logLevel of ['silent', 'fatal', 'info'] as const) {
    const log = collectLog('warn')
    await open({ disabled: true, logLevel }, { logger: log.logger })
    t.equal(log.lines.filter(line => line.level === 40 && WARNING.test(line.msg)).length, 1, logLevel)
  }
  const log = collectLog()
  await open({}, { logger: log.logger })
  t.notMatch(log.text(), WARNING)
})

t.test('what stops the boot stops it while disabled, too', async t => {
  setEnv(t, { NODE_ENV: 'test' })
  const boot = openApp(t, { jwtProvider: issuer.provider(), disabled: true }, app => { app.get('/', { config: { auth: 'public' }, preHandler: requireRoles('editor') }, async () => 'ok') })
  await t.rejects(boot, { code: 'AUTH_ROUTE_CONTRADICTORY' })
})
