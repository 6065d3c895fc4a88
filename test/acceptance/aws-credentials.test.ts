// Lines A26 to A28 of docs/from-python.md.
import t from 'tap'

import { awsCredentials, cognito, identityPool } from '../../lib/providers/cognito/index.js'
import { AwsFailure } from '../fixtures/aws-json-service.js'
import { stopClock } from '../fixtures/clock.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { IDENTITY_POOL_ID, startIdentityService, toIdentityIdOf } from '../fixtures/identity-service.js'
import { openApp } from '../fixtures/open-app.js'

import type { Test } from 'tap'
import type { AwsCredentials, IdentityPoolOptions } from '../../lib/providers/cognito/index.js'

/** An app whose users get credentials, and what it got last. */
async function setUp (t: Test, options: Partial<IdentityPoolOptions> = {}) {
  const pool = await startPool(t)
  const scene = await startIdentityService(t, { providerName: `cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}` })
  const userPool = cognito(pool.options({ tokenUse: 'id' }))
  const identities = identityPool({ identityPoolId: IDENTITY_POOL_ID, userPool, endpoint: scene.service.url, ...options })
  const got: AwsCredentials[] = []
  const app = await openApp(t, { jwtProvider: userPool }, app => {
    app.get('/', async request => { got.push(await awsCredentials(request)) })
  })
  const tokens = new Map(['alice', 'bob'].map(sub => [sub, pool.id({ sub, exp: Math.floor(Date.now() / 1000) + 86_400 })]))
  const send = async (sub: string): Promise<number> => (await app.inject({ url: '/', headers: bearer(tokens.get(sub) as string) })).statusCode
  return { pool, scene, identities, app, got, send, tokenOf: (sub: string) => tokens.get(sub) as string }
}

t.test('A26: GetId, then GetCredentialsForIdentity, under their targets and with the name of the pool in its region', async t => {
  const { pool, scene, send, tokenOf } = await setUp(t)
  t.equal(await send('alice'), 200)
  const Logins = { [`cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}`]: tokenOf('alice') }
  t.match(scene.service.calls, [
    { target: 'AWSCognitoIdentityService.GetId', headers: { 'content-type': 'application/x-amz-json-1.1' }, body: { IdentityPoolId: IDENTITY_POOL_ID, Logins } },
    { target: 'AWSCognitoIdentityService.GetCredentialsForIdentity', body: { IdentityId: toIdentityIdOf('alice'), Logins } }
  ])
})

t.test('A26: an answer without identity, credentials or an end is 503; there it is an error that quotes all of it', async t => {
  const { scene, send, got } = await setUp(t)
  const without = (left: string) => (_operation: string, answer: Readonly<Record<string, unknown>>) => JSON.parse(JSON.stringify(answer, (name, value) => name === left ? undefined : value))
  for (const left of ['IdentityId', 'Credentials', 'Expiration']) {
    scene.change = without(left)
    t.equal(await send('alice'), 503, left)
  }
  t.strictSame(got, [])
})

t.test('A26: a failing service is 503, a refusal 403, and a timeout is one\'s own', async t => {
  const { scene, send } = await setUp(t, { timeoutMs: 100 })
  const fail = (type: string, status: number) => () => { throw new AwsFailure(type, 'no', status) }
  for (const [type, status, answer] of [['InternalErrorException', 500, 503], ['TooManyRequestsException', 429, 503], ['NotAuthorizedException', 400, 403]] as const) {
    scene.change = fail(type, status)
    t.equal(await send('alice'), answer, type)
  }
  scene.service.misbehave = () => {}
  t.equal(await send('alice'), 503)
})

t.test('A27: they are kept per user and used again, and fetched again within the last five minutes', async t => {
  const clock = stopClock(t)
  const { scene, send } = await setUp(t)
  for (const sub of ['alice', 'alice', 'bob', 'alice', 'bob']) t.equal(await send(sub), 200)
  t.equal(scene.given.length, 2)
  clock.advance(3_299)
  await send('alice')
  t.equal(scene.given.length, 2)
  clock.advance(2)
  await send('alice')
  t.equal(scene.given.length, 3)
})

t.test('A27: those of one user are cleared, or all', async t => {
  const { pool, scene, identities, send } = await setUp(t)
  const sendBoth = async (): Promise<void> => { for (const sub of ['alice', 'bob']) await send(sub) }
  await sendBoth()
  await identities.clear({ issuer: pool.issuer, id: 'alice' })
  await sendBoth()
  t.equal(scene.given.length, 3)
  await identities.clear()
  await sendBoth()
  t.equal(scene.given.length, 5)
})

t.test('A27: the region is that of the id; a duration, which there is never sent, is no option; without a pool it is clear what is missing', async t => {
  const userPool = cognito({ userPoolId: 'us-east-1_EXAMPLE11', clientId: 'c' })
  const create = (options: object) => () => identityPool({ userPool, ...options } as IdentityPoolOptions)
  t.throws(create({ identityPoolId: IDENTITY_POOL_ID, region: 'eu-west-1' }), { code: 'AUTH_OPTION_INVALID', message: /^identityPool\.region must be us-east-1/ })
  t.throws(create({ identityPoolId: IDENTITY_POOL_ID, durationSeconds: 900 }), { code: 'AUTH_OPTION_INVALID', message: /^identityPool\.durationSeconds / })
  t.throws(create({}), { code: 'AUTH_OPTION_INVALID', message: /^identityPool\.identityPoolId is missing/ })
})

t.test('A28: credentials do not change, say whose they are and when they end, and are what the AWS SDK takes', async t => {
  stopClock(t)
  const { scene, send, got } = await setUp(t)
  await send('alice')
  const [credentials] = got as [AwsCredentials]
  const { accessKeyId, secretAccessKey, sessionToken, expiration, identityId } = credentials
  t.strictSame([{ AccessKeyId: accessKeyId, SecretKey: secretAccessKey, SessionToken: sessionToken }], scene.given)
  t.strictSame([expiration.getTime() - Date.now(), identityId], [3_600_000, toIdentityIdOf('alice')])
  expiration.setTime(0)
  t.throws(() => Object.assign(credentials, { accessKeyId: 'another' }), TypeError)
  t.strictSame([credentials.accessKeyId, credentials.expiration.getTime() - Date.now()], [accessKeyId, 3_600_000])
})

t.test('A28: an identity that has another form is 503', async t => {
  const { scene, send } = await setUp(t)
  scene.change = (_operation, answer) => ({ ...answer, IdentityId: 'alice' })
  t.equal(await send('alice'), 503)
})
