import t from 'tap'

import { AwsFailure } from '../fixtures/aws-json-service.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { toIdentityIdOf } from '../fixtures/identity-service.js'
import { SUB, hand, setUp, declare, secretsOf } from '../fixtures/identity-scene.js'
import { openApp } from '../fixtures/open-app.js'
import { cognito } from '../../lib/providers/cognito/index.js'
import { fakeUser, injectAs } from '../../lib/testing/index.js'

import type { ServerResponse } from 'node:http'

t.test('access tokens, machines, users of others and strangers have none, and cost no call', async t => {
  const { scene, pool, app, log, send } = await setUp(t)
  t.strictSame(await send(pool.access()), [401, 'AUTH_TOKEN_INVALID'])
  t.match(log.of('request refused'), [{ code: 'AUTH_TOKEN_INVALID', reason: 'token_use', expected: { token_use: 'id' } }])
  t.strictSame(await send(pool.machine()), [403, 'AUTH_KIND_REFUSED'])
  t.strictSame(await send(hand.token()), [403, 'AUTH_POLICY_DENIED'])
  t.strictSame(await send(null, '/open'), [401, 'AUTH_CREDENTIALS_MISSING'])
  t.strictSame(await send(null), [401, 'AUTH_CREDENTIALS_MISSING'])
  t.strictSame(await send(pool.id({ exp: 1 })), [401, 'AUTH_TOKEN_EXPIRED'])
  const injected = await injectAs(app, fakeUser({ issuer: pool.issuer }), { url: '/keys' })
  t.strictSame([injected.statusCode, injected.json().code], [403, 'AUTH_POLICY_DENIED'])
  t.equal(scene.service.calls.length, 0)
})

t.test('an app without an identity pool has none, and is told what is missing', async t => {
  const [pool, log] = [await startPool(t), collectLog()]
  const app = await openApp(t, { jwtProvider: cognito(pool.options({ tokenUse: 'id' })) }, declare, { logger: log.logger })
  const answer = await app.inject({ url: '/keys', headers: bearer(pool.id()) })
  t.match(answer.json(), { statusCode: 403, code: 'AUTH_POLICY_DENIED' })
  t.match(log.of('request refused'), [{ reason: 'identity_pool', expected: 'a user of a pool that identityPool(…) was called with' }])
})

t.test('a user whom the identity pool refuses is 403, and may be tried again', async t => {
  const { scene, log, send, token } = await setUp(t)
  const sent = token()
  for (const [operation, type] of [['GetId', 'NotAuthorizedException'], ['GetCredentialsForIdentity', 'NotAuthorizedException'], ['GetCredentialsForIdentity', 'ResourceConflictException']]) {
    scene.change = (asked, answer) => {
      if (asked === operation) throw new AwsFailure(type as string, `Logins of ${sent} don't match`)
      return answer
    }
    t.strictSame(await send(sent), [403, 'AUTH_POLICY_DENIED'], `${operation}: ${type}`)
  }
  t.match(log.of('request refused').at(-1), { reason: 'identity_pool' })
  t.notMatch(log.text(), sent)
  scene.change = (_asked, answer) => answer
  t.equal((await send(sent))[0], 200)
})

const FAULTS: ReadonlyArray<readonly [fault: string, status: number]> = [
  ['ResourceNotFoundException', 400], ['InvalidParameterException', 400], ['InvalidIdentityPoolConfigurationException', 400], ['TooManyRequestsException', 429],
  ['LimitExceededException', 400], ['ExternalServiceException', 400], ['InternalErrorException', 500], ['WhoKnowsException', 418]
]

t.test('every other fault is 503, of either call: throttling, outages, a pool that is not set up', async t => {
  const { scene, log, send, token } = await setUp(t)
  const sent = token()
  for (const [type, status] of FAULTS) {
    for (const operation of ['GetId', 'GetCredentialsForIdentity']) {
      log.clear()
      scene.change = (asked, answer) => {
        if (asked === operation) throw new AwsFailure(type, `about ${sent}`, status)
        return answer
      }
      t.strictSame(await send(sent), [503, 'AUTH_PROVIDER_UNAVAILABLE'], `${operation}: ${type}`)
      t.match(log.of('Amazon Cognito gave no AWS credentials; who needs them gets 503'), [{ level: 50, provider: 'identityPool', reason: 'provider_failed', error: { name: type } }])
      t.notMatch(log.text(), sent)
    }
  }
  scene.change = (_asked, answer) => answer
  t.equal((await send(sent))[0], 200, 'a failure is not remembered')
})

const KEYS = { AccessKeyId: 'ASIAEXAMPLE000000009', SecretKey: 'a-secret-that-was-given', SessionToken: 'a-session-that-was-given' }
const NEVER = 4_000_000_000

const MALFORMED: ReadonlyArray<readonly [what: string, operation: string, answer: Readonly<Record<string, unknown>>]> = [
  ['no identity', 'GetId', {}],
  ['an empty identity', 'GetId', { IdentityId: '' }],
  ['an identity without a region', 'GetId', { IdentityId: 'somebody' }],
  ['no credentials', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB) }],
  ['credentials of somebody else', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf('john'), Credentials: { ...KEYS, Expiration: NEVER } }],
  ['no access key', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Credentials: { ...KEYS, AccessKeyId: undefined, Expiration: NEVER } }],
  ['an empty secret', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Credentials: { ...KEYS, SecretKey: '', Expiration: NEVER } }],
  ['no session token', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Credentials: { ...KEYS, SessionToken: undefined, Expiration: NEVER } }],
  ['no end', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Credentials: KEYS }],
  ['an end that is over', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Credentials: { ...KEYS, Expiration: 1_000_000_000 } }],
  ['an end that is no time', 'GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Credentials: { ...KEYS, Expiration: 'tomorrow' } }]
]

t.test('an answer that is none is 503, and is never quoted', async t => {
  const { scene, log, app, token } = await setUp(t)
  for (const [what, operation, malformed] of MALFORMED) {
    scene.change = (asked, answer) => asked === operation ? malformed : answer
    const { statusCode, body } = await app.inject({ url: '/keys', headers: bearer(token()) })
    t.strictSame([statusCode, JSON.parse(body).code], [503, 'AUTH_PROVIDER_UNAVAILABLE'], what)
    for (const secret of [...Object.values(KEYS), ...secretsOf(scene)]) t.notOk(`${log.text()}${body}`.includes(secret), what)
  }
})

const BROKEN: ReadonlyArray<readonly [what: string, misbehave: (response: ServerResponse) => void]> = [
  ['no JSON', response => { response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('<html>') }],
  ['a connection that ends', response => { response.destroy() }],
  ['an answer of a proxy', response => { response.writeHead(502).end('bad gateway') }]
]

t.test('so is a broken answer, and a service that is not there', async t => {
  const { scene, send, token } = await setUp(t)
  for (const [what, misbehave] of BROKEN) {
    scene.service.misbehave = misbehave
    t.strictSame(await send(token()), [503, 'AUTH_PROVIDER_UNAVAILABLE'], what)
  }
  const away = await setUp(t, { endpoint: 'http://127.0.0.1:1' })
  t.strictSame(await away.send(away.token()), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
})

t.test('and one that never answers', async t => {
  const { scene, log, send, token } = await setUp(t, { timeoutMs: 100 })
  scene.service.misbehave = () => {}
  t.strictSame(await send(token()), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  t.match(log.of('Amazon Cognito gave no AWS credentials; who needs them gets 503'), [{ reason: 'provider_timeout' }])
})

t.test('what is handed out is for who asks by name: nothing prints, copies or logs a secret', async t => {
  const { scene, log, send, token } = await setUp(t)
  const sent = token()
  const [status, shown] = await send(sent, '/printed')
  t.equal(status, 200)
  t.match(shown, { names: [], frozen: true, text: /^\{"identityId":"us-east-1:[-a-e]+","expiration":"[^"]+"\}$/ })
  const [, whole] = await send(sent, '/whole')
  t.match(whole, { identityId: toIdentityIdOf(SUB) })
  t.equal(log.of('credentials').length + log.lines.filter(({ msg }) => msg === 'credentials').length, 1)
  for (const secret of [...secretsOf(scene), sent]) {
    t.notOk(JSON.stringify([shown, whole]).includes(secret))
    t.notOk(log.text().includes(secret))
  }
})
