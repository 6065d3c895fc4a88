import t from 'tap'

import { AwsFailure, startAwsService } from '../fixtures/aws-json-service.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { cognito, cognitoProfile } from '../../lib/providers/cognito/index.js'
import { createCognitoProfile } from '../../lib/providers/cognito/profile.js'
import { cached } from '../../lib/sources/cache/index.js'
import { currentUser } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { AwsJsonService } from '../fixtures/aws-json-service.js'
import type { CognitoPool } from '../fixtures/cognito-pool.js'
import type { CollectedLog } from '../fixtures/collect-log.js'
import type { ProfileProvider } from '../../lib/index.js'
import type { CognitoProfileOptions } from '../../lib/providers/cognito/index.js'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret-of-the-app' }
const SUB = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const PROFILE = { sub: SUB, email: 'my-test-user@example.com', 'custom:shelf': '7' }
const hand = handIssuer()

interface Scene {
  readonly pool: CognitoPool
  readonly service: AwsJsonService
  readonly log: CollectedLog
  readonly users: Map<string, Readonly<Record<string, string>>>
  open (options?: CognitoProfileOptions, wrap?: (provider: ProfileProvider) => ProfileProvider): Promise<(token: string) => Promise<readonly [status: number, body: unknown]>>
}

/** A pool with one user, whom both operations know: by whatever token, and by his name. */
async function setUp (t: Test): Promise<Scene> {
  const [pool, log, users] = [await startPool(t), collectLog(), new Map([['my-test-user', PROFILE]])]
  const toAnswer = (name: string) => {
    const profile = users.get(name)
    if (profile === undefined) throw new AwsFailure('UserNotFoundException', 'User does not exist.')
    return { Username: name, UserAttributes: Object.entries(profile).map(([Name, Value]) => ({ Name, Value })) }
  }
  const service = await startAwsService(t, {
    GetUser: () => toAnswer('my-test-user'),
    AdminGetUser: ({ Username }) => toAnswer(String(Username))
  })
  return {
    pool,
    service,
    log,
    users,
    async open (options = {}, wrap = provider => provider) {
      const profileProvider = wrap(cognitoProfile({ endpoint: service.url, ...options }))
      const app = await openApp(t, { jwtProvider: [cognito(pool.options()), hand.provider()], profileProvider }, declare, { logger: log.logger })
      return async function send (token) {
        const { statusCode, body } = await app.inject({ url: '/profile', headers: bearer(token) })
        return [statusCode, statusCode === 200 ? JSON.parse(body) : JSON.parse(body).code]
      }
    }
  }
}

function declare (app: FastifyInstance): void {
  app.get('/profile', async request => await currentUser(request).profile())
}

t.test('a user sees his attributes, asked for with his own token', async t => {
  const { pool, service, open } = await setUp(t)
  const send = await open()
  const token = pool.access({ scope: 'aws.cognito.signin.user.admin' })
  t.strictSame(await send(token), [200, PROFILE])
  t.match(service.calls, [{ operation: 'GetUser', body: { AccessToken: token } }])
})

t.test('or by the app, with the pool and the name of the user', async t => {
  const { pool, service, open, users } = await setUp(t)
  const send = await open({ userPoolId: pool.userPoolId, credentials })
  t.strictSame(await send(pool.access()), [200, PROFILE])
  t.strictSame(service.calls.map(({ operation, body }) => [operation, body]), [['AdminGetUser', { UserPoolId: pool.userPoolId, Username: 'my-test-user' }]])
  t.match(service.calls[0]?.headers.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//)
  users.set('my-test-user', { sub: SUB })
  t.strictSame(await send(pool.access()), [200, { sub: SUB }])
  users.clear()
  t.strictSame(await send(pool.access()), [200, {}], 'a user who is gone has no profile')
})

t.test('machines and the users of others have none, and cost no call', async t => {
  const { pool, service, open } = await setUp(t)
  for (const send of [await open(), await open({ userPoolId: pool.userPoolId, credentials })]) {
    t.strictSame(await send(pool.machine()), [200, {}])
    t.strictSame(await send(hand.token({ username: 'my-test-user', 'cognito:username': 'my-test-user' })), [200, {}])
  }
  t.equal(service.calls.length, 0)
})

t.test('a failure is 503 and no empty profile, and nothing secret is in the log', async t => {
  const { pool, service, log, open } = await setUp(t)
  const token = pool.access()
  for (const send of [await open(), await open({ userPoolId: pool.userPoolId, credentials })]) {
    log.clear()
    service.misbehave = response => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ __type: 'NotAuthorizedException', message: `Access Token ${token} has been revoked` }))
    }
    t.strictSame(await send(token), [503, 'AUTH_ENTITLEMENTS_UNAVAILABLE'])
    t.match(log.of('Amazon Cognito gave no profile; who needs it gets 503'), [{ provider: 'cognitoProfile', error: { name: 'NotAuthorizedException' } }])
    for (const secret of [token, credentials.secretAccessKey, 'has been revoked']) t.notMatch(log.text(), secret)
    service.misbehave = null
    t.strictSame(await send(token), [200, PROFILE], 'a failure is not remembered')
  }
})

t.test('what the app asks can be kept', async t => {
  const { pool, service, open } = await setUp(t)
  const send = await open({ userPoolId: pool.userPoolId, credentials }, provider => cached(provider, { name: 'profiles' }))
  for (const token of [pool.access(), pool.access()]) t.strictSame(await send(token), [200, PROFILE])
  t.equal(service.calls.length, 1)
})

t.test('a package that is missing stops the boot, and says what to install', async t => {
  const missing = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' })
  const profileProvider = createCognitoProfile({}, async () => { throw missing })
  await t.rejects(openApp(t, { jwtProvider: hand.provider(), profileProvider }), {
    code: 'AUTH_OPTION_INVALID',
    message: 'profileProvider: the warm-up failed, and it is required: cognitoProfile needs a package that is not installed: npm install @aws-sdk/client-cognito-identity-provider'
  })
})

t.test('so does a pool that nobody verifies tokens of', async t => {
  const { open } = await setUp(t)
  await t.rejects(open({ userPoolId: 'us-east-1_EXAMPLE99' }), {
    code: 'AUTH_OPTION_INVALID',
    message: 'profileProvider: the warm-up failed, and it is required: cognitoProfile.userPoolId must be that of a cognito() of the app: otherwise nobody has a profile'
  })
})
