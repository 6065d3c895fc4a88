import t from 'tap'

import { stopClock } from '../fixtures/clock.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { IDENTITY_POOL_ID, toIdentityIdOf } from '../fixtures/identity-service.js'
import { SUB, setUp, first, second, setUpPool } from '../fixtures/identity-scene.js'
import { openApp } from '../fixtures/open-app.js'
import { awsCredentials, awsCredentialsProvider } from '../../lib/providers/cognito/index.js'

import type { FastifyRequest } from 'fastify'

t.test('who sends his ID token gets credentials, by two calls that nobody signs', async t => {
  const { scene, pool, send, token } = await setUp(t)
  t.equal(scene.service.calls.length, 0, 'nobody asked')
  const sent = token()
  t.strictSame(await send(sent), [200, first])
  const Logins = { [`cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}`]: sent }
  t.strictSame(scene.service.calls.map(({ target, body }) => [target, body]), [
    ['AWSCognitoIdentityService.GetId', { IdentityPoolId: IDENTITY_POOL_ID, Logins }],
    ['AWSCognitoIdentityService.GetCredentialsForIdentity', { IdentityId: toIdentityIdOf(SUB), Logins }]
  ])
  t.strictSame(scene.service.calls.map(({ headers }) => headers.authorization), [undefined, undefined])
})

t.test('a hundred callers with one token are one exchange, and later ones none', async t => {
  const { scene, send, token } = await setUp(t)
  const sent = token()
  const answers = await Promise.all(Array.from({ length: 100 }, async () => await send(sent)))
  t.strictSame(answers, Array.from({ length: 100 }, () => [200, first]))
  t.strictSame(await send(sent), [200, first])
  t.strictSame(scene.operations(), ['GetId', 'GetCredentialsForIdentity'])
})

t.test('they are kept per user and token', async t => {
  const { scene, send, token } = await setUp(t)
  const [jane, again, john] = [token(), token(), token({ sub: 'john' })]
  for (const sent of [jane, again, john, jane, again, john]) t.equal((await send(sent))[0], 200)
  t.equal(scene.given.length, 3)
  t.strictSame(await send(john), [200, { accessKeyId: 'ASIAEXAMPLE000000003', identityId: toIdentityIdOf('john') }])
})

t.test('until five minutes before they end', async t => {
  const clock = stopClock(t)
  const { scene, send, token } = await setUp(t)
  const sent = token()
  t.strictSame(await send(sent), [200, first])
  clock.advance(3299)
  t.strictSame(await send(sent), [200, first])
  clock.advance(1)
  t.strictSame(await send(sent), [200, second])
  t.equal(scene.given.length, 2)
  scene.lifetimeSeconds = 299
  clock.advance(3600)
  await send(sent)
  await send(sent)
  t.equal(scene.given.length, 4, 'what ends sooner is given, and not kept')
})

t.test('or until the token ends: then there are none, and nobody is asked', async t => {
  const clock = stopClock(t)
  const { scene, hold, pool } = await setUp(t)
  const request = await hold(pool.id())
  t.match(await awsCredentials(request), first)
  clock.advance(299)
  t.match(await awsCredentials(request), first)
  clock.advance(1)
  await t.rejects(awsCredentials(request), { code: 'AUTH_TOKEN_EXPIRED', statusCode: 401 })
  t.equal(scene.given.length, 1)
})

t.test('no more than max are kept: those asked for least lately go', async t => {
  const { scene, send, token } = await setUp(t, { max: 2 })
  const [jane, john, mary] = [token(), token({ sub: 'john' }), token({ sub: 'mary' })]
  for (const sent of [jane, john, jane, mary, jane]) await send(sent)
  t.equal(scene.given.length, 3, 'jane was asked for')
  await send(john)
  t.equal(scene.given.length, 4, 'john had to go')
})

t.test('one user is forgotten, or all', async t => {
  const { scene, identities, pool, send, token } = await setUp(t)
  const [jane, john] = [token(), token({ sub: 'john' })]
  const sendBoth = async (): Promise<void> => { for (const sent of [jane, john]) await send(sent) }
  await sendBoth()
  await identities.clear({ issuer: pool.issuer, id: SUB })
  await sendBoth()
  t.equal(scene.given.length, 3)
  await identities.clear()
  await sendBoth()
  t.equal(scene.given.length, 5)
  await identities.clear({ issuer: 'https://somebody.else', id: SUB })
  await sendBoth()
  t.equal(scene.given.length, 5)
})

t.test('what is cleared while it is fetched is not kept', async t => {
  const { scene, identities, send, token } = await setUp(t)
  const sent = token()
  const release: Array<() => void> = []
  scene.service.misbehave = response => {
    scene.service.misbehave = null
    release.push(() => { response.writeHead(500).end() })
  }
  const answer = send(sent)
  await scene.service.untilCalled(1)
  await identities.clear()
  release.forEach(go => { go() })
  t.strictSame(await answer, [200, first], 'a second try')
  t.strictSame(await send(sent), [200, second])
})

t.test('who is revoked has none, though the request was let in before, and his are forgotten', async t => {
  const { scene, revocation, hold, pool, send, token } = await setUp(t)
  const sent = token({ jti: 'jane-1' })
  const request = await hold(sent)
  const provide = awsCredentialsProvider(request)
  t.match(await provide(), first)
  revocation.revokeToken(pool.issuer, 'jane-1')
  await t.rejects(provide(), { code: 'AUTH_TOKEN_REVOKED', statusCode: 401 })
  t.strictSame(await send(sent), [401, 'AUTH_TOKEN_REVOKED'])
  t.equal(scene.given.length, 1)
})

t.test('so it is for every token of a revoked user, and their credentials are not there any more', async t => {
  const revoked = new Set<string>()
  const { pool, scene, userPool } = await setUpPool(t)
  const held: FastifyRequest[] = []
  const app = await openApp(t, { jwtProvider: userPool, revocation: { isRevoked: ({ subject }) => revoked.has(subject) } }, app => {
    app.get('/', async request => { held.push(request) })
  })
  for (const token of [pool.id(), pool.id()]) await app.inject({ url: '/', headers: bearer(token) })
  const askAll = async (): Promise<unknown[]> => await Promise.all(held.map(async request => await awsCredentials(request).then(({ accessKeyId }) => accessKeyId, error => error.code)))
  await askAll()
  t.equal(scene.given.length, 2)
  revoked.add(SUB)
  t.strictSame(await askAll(), ['AUTH_TOKEN_REVOKED', 'AUTH_TOKEN_REVOKED'])
  revoked.clear()
  await askAll()
  t.equal(scene.given.length, 4)
})

t.test('a list of the revoked that cannot be asked is 503, and nothing is given', async t => {
  const { pool, scene, userPool } = await setUpPool(t)
  let isDown = false
  const held: FastifyRequest[] = []
  const app = await openApp(t, { jwtProvider: userPool, revocation: { isRevoked: async () => { if (isDown) throw new Error('down'); return false } } }, app => {
    app.get('/', async request => { held.push(request) })
  })
  await app.inject({ url: '/', headers: bearer(pool.id()) })
  isDown = true
  await t.rejects(awsCredentials(held[0] as FastifyRequest), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503 })
  isDown = false
  t.match(await awsCredentials(held[0] as FastifyRequest), first)
  t.equal(scene.given.length, 1)
})
