import t from 'tap'

import { collectLog } from '../fixtures/collect-log.js'
import { bearer as header, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { bearer, fromHeader, requireScopes } from '../../lib/index.js'
import { staticTokens } from '../../lib/providers/api-key/index.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { StaticToken, StaticTokensOptions } from '../../lib/providers/api-key/index.js'

const PROBE = 'probe-7yQm2vWc9sTz4kLx'
const JOB = 'Zm9vYmFyYmF6cXV4MTIzNA=='
const tokens: readonly StaticToken[] = [
  { token: PROBE, subject: 'probe', scopes: ['health.read'], roles: ['monitor'] },
  { token: JOB, subject: 'job', kind: 'unknown', name: 'Nightly job' }
]

function declare (app: FastifyInstance): void {
  app.get('/me', async ({ user }) => ({ id: user?.id, issuer: user?.issuer, kind: user?.kind, name: user?.name, authenticator: user?.authenticator, roles: await user?.roles() }))
  app.get('/health', { preHandler: requireScopes('health.read') }, async () => 'well')
}

async function statusOf (app: FastifyInstance, request: InjectOptions): Promise<number> {
  return (await app.inject({ url: '/me', ...request })).statusCode
}

t.test('each token stands for its holder', async t => {
  const app = await openApp(t, { jwtProvider: staticTokens(tokens) }, declare)
  t.strictSame((await app.inject({ url: '/me', headers: header(PROBE) })).json(), { id: 'probe', issuer: 'urn:fastify-gatekeeper:static', kind: 'machine', name: null, authenticator: 'bearerAuth', roles: ['monitor'] })
  t.strictSame((await app.inject({ url: '/me', headers: header(JOB) })).json(), { id: 'job', issuer: 'urn:fastify-gatekeeper:static', kind: 'unknown', name: 'Nightly job', authenticator: 'bearerAuth', roles: [] })
  t.match(await app.inject({ url: '/health', headers: header(PROBE) }), { statusCode: 200 })
  t.match(await app.inject({ url: '/health', headers: header(JOB) }), { statusCode: 403 })
})

t.test('anything else is no token', async t => {
  const log = collectLog('info')
  const app = await openApp(t, { jwtProvider: staticTokens(tokens), failureLimit: null }, declare, { logger: log.logger })
  const wrong = [PROBE.slice(1), PROBE.slice(0, -1), `${PROBE}=`, `${PROBE}x`, PROBE.toLowerCase(), JOB.replace('==', ''), 'x', 'x'.repeat(513), `${PROBE}.abc.x`]
  for (const token of wrong) {
    log.clear()
    const response = await app.inject({ url: '/me', headers: header(token) })
    t.match(response, { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' } }, token)
    t.equal(response.json().code, 'AUTH_TOKEN_INVALID')
    t.match(log.of('request refused'), [{ reason: 'token_unknown' }])
    t.notMatch(log.text(), token.length > 1 ? token : '\0')
  }
})

t.test('they stand beside JWTs, one judge each', async t => {
  const issuer = handIssuer()
  const app = await openApp(t, { jwtProvider: [issuer.provider(), staticTokens(tokens, { name: 'ours' })] }, declare)
  t.match((await app.inject({ url: '/me', headers: header(PROBE) })).json(), { id: 'probe', issuer: 'urn:fastify-gatekeeper:ours' })
  t.match((await app.inject({ url: '/me', headers: header(issuer.token()) })).json(), { id: 'alice' })
  t.equal(await statusOf(app, { headers: header(issuer.token({ iss: 'urn:fastify-gatekeeper:ours', sub: 'probe' })) }), 401, 'a JWT that claims their issuer is none of them')
})

t.test('in bearer() they have a header and a name of their own', async t => {
  const authenticators = [bearer(staticTokens(tokens), { name: 'probeAuth', sources: fromHeader('x-probe', null) })]
  const app = await openApp(t, { authenticators }, declare)
  t.match((await app.inject({ url: '/me', headers: { 'x-probe': PROBE } })).json(), { id: 'probe', authenticator: 'probeAuth' })
  t.equal(await statusOf(app, { headers: header(PROBE) }), 401)
})

t.test('refused tokens count against their address', async t => {
  const app = await openApp(t, { jwtProvider: staticTokens(tokens), failureLimit: { max: 2 } }, declare)
  t.strictSame([await statusOf(app, { headers: header('wrong') }), await statusOf(app, { headers: header('wrong') }), await statusOf(app, { headers: header('wrong') })], [401, 401, 429])
})

t.test('providers of their own are asked about their holders', async t => {
  const app = await openApp(t, { jwtProvider: staticTokens(tokens, { rolesProvider: { fetchRoles: ({ subject }) => [`${subject} role`] } }) }, declare)
  t.match((await app.inject({ url: '/me', headers: header(PROBE) })).json(), { roles: ['probe role'] })
})

t.test('they supply what at least one of them has', async t => {
  t.strictSame(staticTokens(tokens).supplies, ['roles'])
  t.strictSame(staticTokens([{ token: PROBE, subject: 'a' }]).supplies, [])
  t.strictSame(staticTokens([{ token: PROBE, subject: 'a', groups: [], permissions: ['x'] }]).supplies, ['groups', 'permissions'])
})

t.test('tokens and options that are none stop the boot, by name, and show no token', async t => {
  const jwt = handIssuer().token()
  const own = (members: object) => [tokens[0], { token: JOB, subject: 'job', ...members }]
  for (const [list, options, message] of [
    [undefined, {}, /^staticTokens is missing/],
    [[], {}, /^staticTokens must be a list/],
    [{ [PROBE]: 'probe' }, {}, /^staticTokens must be a list/],
    [[PROBE], {}, /^staticTokens\.0 must be an object/],
    [own({ token: 'x'.repeat(19) }), {}, /^staticTokens\.1\.token must be/],
    [own({ token: 'x'.repeat(513) }), {}, /^staticTokens\.1\.token must be/],
    [own({ token: `${PROBE} ${JOB}` }), {}, /^staticTokens\.1\.token must be/],
    [own({ token: `${PROBE}=x` }), {}, /^staticTokens\.1\.token must be/],
    [own({ token: undefined }), {}, /^staticTokens\.1\.token is missing/],
    [own({ token: jwt }), {}, /^staticTokens\.1\.token must not be written like a JWT/],
    [own({ token: PROBE }), {}, /^staticTokens\.1\.token is listed twice/],
    [own({ subject: '' }), {}, /^staticTokens\.1\.subject must be/],
    [own({ scope: 'read' }), {}, /^staticTokens\.1\.scope is not an option/],
    [tokens, null, /^staticTokens must be an object/],
    [tokens, { name: 'a b' }, /^staticTokens\.name must be/],
    [tokens, { names: 'a' }, /^staticTokens\.names is not an option/],
    [tokens, { profileProvider: () => {} }, /^staticTokens\.profileProvider must be .*if it is a factory, call it/]
  ] as const) {
    const make = () => staticTokens(list as readonly StaticToken[], options as StaticTokensOptions)
    t.throws(make, { code: 'AUTH_OPTION_INVALID', message })
    try {
      make()
    } catch (error) {
      t.notOk([PROBE, JOB, jwt].some(token => (error as Error).message.includes(token)), message.source)
    }
  }
})
