import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer, now } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { memoryRevocations, requireUser } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Identity } from '../../lib/index.js'

const issuer = handIssuer()
const other = handIssuer('https://other.example')

function declare (app: FastifyInstance): void {
  app.get('/', { preHandler: requireUser() }, async ({ user }) => user?.id)
  app.get('/tolerant', { config: { auth: 'tolerant' } }, async ({ user }) => user?.id ?? 'nobody')
  app.get('/public', { config: { auth: 'public' } }, async () => 'ok')
}

async function codeOf (app: FastifyInstance, token: string): Promise<string> {
  const answer = await app.inject({ url: '/', headers: bearer(token) })
  return answer.statusCode === 200 ? answer.body : answer.json().code
}

t.test('a revoked token is refused, and no other one, whether remembered or not', async t => {
  for (const tokenCache of [{}, null]) {
    const revocation = memoryRevocations()
    const jwtProvider = [issuer.provider({ cacheable: true }), other.provider({ cacheable: true })]
    const app = await openApp(t, { jwtProvider, revocation, tokenCache }, declare)
    const [first, second, without] = [issuer.token({ jti: '1' }), issuer.token({ jti: '2' }), issuer.token()]
    const foreign = other.token({ jti: '1' })
    for (const token of [first, second, without, foreign]) t.equal(await codeOf(app, token), 'alice')
    revocation.revokeToken(issuer.url, '1')
    const answer = await app.inject({ url: '/', headers: bearer(first) })
    t.match(answer, { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' } })
    t.equal(answer.json().code, 'AUTH_TOKEN_REVOKED')
    for (const token of [second, without, foreign]) t.equal(await codeOf(app, token), 'alice')
  }
})

t.test('a revoked user is out with the tokens he has, and in with the ones he gets later', async t => {
  const revocation = memoryRevocations({ clockToleranceSeconds: 0 })
  const jwtProvider = [issuer.provider({ cacheable: true }), other.provider({ cacheable: true })]
  const app = await openApp(t, { jwtProvider, revocation }, declare)
  const before = issuer.token({ iat: now() - 60 })
  const undated = issuer.token({ iat: undefined })
  const illDated = issuer.token({ iat: String(now() + 60) })
  const after = issuer.token({ iat: now() + 2 })
  for (const token of [before, undated, illDated, after]) t.equal(await codeOf(app, token), 'alice')
  revocation.revokeUser(issuer.url, 'alice')
  for (const token of [before, undated, illDated]) t.equal(await codeOf(app, token), 'AUTH_TOKEN_REVOKED')
  t.equal(await codeOf(app, after), 'alice')
  t.equal(await codeOf(app, issuer.token({ sub: 'bob', iat: now() - 60 })), 'bob')
  t.equal(await codeOf(app, other.token({ iat: now() - 60 })), 'alice', 'somebody else of the same name')
})

t.test('a token issued within the tolerance counts as issued before', async t => {
  const revocation = memoryRevocations()
  const identity = (claims: object) => ({ issuer: 'a', subject: 'b', claims }) as Identity
  stopClock(t, 1_000_000)
  revocation.revokeUser('a', 'b')
  t.equal(revocation.isRevoked(identity({ iat: 1_005 })), true)
  t.equal(revocation.isRevoked(identity({ iat: 1_006 })), false)
  t.equal(revocation.isRevoked(identity({ iat: NaN })), true)
})

t.test('the oldest are forgotten first, of tokens and of users alone', async t => {
  const revocation = memoryRevocations({ max: 2 })
  const isRevoked = (jti: string, subject = 'nobody') => revocation.isRevoked({ issuer: 'a', subject, claims: { jti } } as unknown as Identity)
  revocation.revokeUser('a', 'u')
  for (const jti of ['1', '2', '3']) revocation.revokeToken('a', jti)
  t.same(['1', '2', '3'].map(jti => isRevoked(jti)), [false, true, true])
  t.equal(isRevoked('1', 'u'), true)
  t.ok(Object.isFrozen(revocation))
})

t.test('issuer and name cannot be told apart differently', async t => {
  const revocation = memoryRevocations()
  revocation.revokeToken('a', 'b","c')
  t.equal(revocation.isRevoked({ issuer: 'a","b', subject: 's', claims: { jti: 'c' } } as unknown as Identity), false)
})

t.test('the list is asked on every authenticated request, and on no other', async t => {
  const asked: Identity[] = []
  const revocation = { isRevoked: (identity: Identity) => { asked.push(identity); return false } }
  const app = await openApp(t, { jwtProvider: issuer.provider({ cacheable: true }), revocation }, declare)
  const token = issuer.token()
  for (const url of ['/', '/', '/tolerant', '/public']) await app.inject({ url, headers: bearer(token) })
  await app.inject('/')
  await app.inject({ url: '/', headers: bearer('text') })
  t.match(asked, [{ subject: 'alice' }, { subject: 'alice' }, { subject: 'alice' }])
  t.equal(asked.length, 3)
})

t.test('a list may answer later', async t => {
  for (const [answer, status] of [[true, 401], [false, 200]] as const) {
    const app = await openApp(t, { jwtProvider: issuer.provider(), revocation: { isRevoked: async () => answer } }, declare)
    t.match(await app.inject({ url: '/', headers: bearer(issuer.token()) }), { statusCode: status })
  }
})

t.test('a tolerant route takes the owner of a revoked token for nobody', async t => {
  const app = await openApp(t, { jwtProvider: issuer.provider(), revocation: { isRevoked: () => true } }, declare)
  t.match(await app.inject({ url: '/tolerant', headers: bearer(issuer.token()) }), { statusCode: 200, body: 'nobody' })
})

t.test('anything but true and false, a throw and silence are outages, for tolerant routes too', async t => {
  const bad = [undefined, null, 0, 1, 'false', {}]
  const answers: ReadonlyArray<() => unknown> = [
    ...bad.map(value => () => value), ...bad.map(value => async () => value),
    () => { throw new Error('secret') }, async () => { throw new Error('secret') }, () => new Promise(() => {})
  ]
  for (const isRevoked of answers) {
    const log = collectLog()
    const app = await openApp(t, { jwtProvider: issuer.provider(), revocation: { isRevoked }, providerTimeoutMs: 20 }, declare, { logger: log.logger })
    for (const url of ['/', '/tolerant']) {
      const answer = await app.inject({ url, headers: bearer(issuer.token()) })
      t.match(answer, { statusCode: 503, headers: { 'retry-after': '5' } })
      t.equal(answer.json().code, 'AUTH_PROVIDER_UNAVAILABLE')
    }
    t.match(log.of('a provider gave no usable answer'), [{ asked: 'revocation' }, { asked: 'revocation' }])
    t.notMatch(log.text(), 'secret')
  }
})
