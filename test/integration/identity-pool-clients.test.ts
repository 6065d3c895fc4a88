import * as sdk from '@aws-sdk/client-cognito-identity'
import { CognitoIdentityProviderClient, GetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider'
import t from 'tap'

import { startAwsService } from '../fixtures/aws-json-service.js'
import { stopClock } from '../fixtures/clock.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { IDENTITY_POOL_ID, startIdentityService } from '../fixtures/identity-service.js'
import { hand, setUp, declare, toShown, first, setUpPool } from '../fixtures/identity-scene.js'
import { openApp } from '../fixtures/open-app.js'
import { awsCredentials, awsCredentialsProvider, cognito, identityPool } from '../../lib/providers/cognito/index.js'
import { createIdentityPool } from '../../lib/providers/cognito/identity-pool.js'
import { currentUser } from '../../lib/index.js'

import type { CognitoIdentityProviderClientConfig } from '@aws-sdk/client-cognito-identity-provider'
import type { Test } from 'tap'
import type { IdentitySdk } from '../../lib/providers/cognito/load-identity-sdk.js'
import type { IdentityPoolOptions } from '../../lib/providers/cognito/index.js'

/** Any service of AWS whose calls are signed: it tells who asked. */
async function startSignedService (t: Test): Promise<{ readonly url: string, readonly signers: () => readonly unknown[] }> {
  const service = await startAwsService(t, { GetUserPoolMfaConfig: () => ({ MfaConfiguration: 'OFF' }) })
  return {
    url: service.url,
    signers: () => service.calls.map(({ headers }) => [/Credential=([^/]+)/.exec(String(headers.authorization))?.[1], headers['x-amz-security-token']])
  }
}

t.test('a client of the AWS SDK signs with them, and asks for new ones when they near their end', async t => {
  const clock = stopClock(t, Date.now())
  const { scene, hold, token } = await setUp(t)
  const signed = await startSignedService(t)
  const request = await hold(token())
  const client = new CognitoIdentityProviderClient({ region: 'us-east-1', endpoint: signed.url, credentials: awsCredentialsProvider(request) })
  t.teardown(() => { client.destroy() })
  const call = async (): Promise<unknown> => await client.send(new GetUserPoolMfaConfigCommand({ UserPoolId: 'us-east-1_EXAMPLE11' }))
  t.equal(scene.given.length, 0, 'nobody has called')
  await call()
  await call()
  clock.advance(3301)
  await call()
  const [one, two] = scene.given.map(({ AccessKeyId, SessionToken }) => [AccessKeyId, SessionToken])
  t.strictSame(signed.signers(), [one, one, two])
})

t.test('or is given them once; a refusal reaches who called it', async t => {
  const { scene, hold, pool, token } = await setUp(t)
  const signed = await startSignedService(t)
  const create = (credentials: CognitoIdentityProviderClientConfig['credentials']) => {
    const client = new CognitoIdentityProviderClient({ region: 'us-east-1', endpoint: signed.url, ...credentials !== undefined && { credentials } })
    t.teardown(() => { client.destroy() })
    return client.send(new GetUserPoolMfaConfigCommand({ UserPoolId: 'us-east-1_EXAMPLE11' }))
  }
  await create(await awsCredentials(await hold(token())))
  t.strictSame(signed.signers(), scene.given.map(({ AccessKeyId, SessionToken }) => [AccessKeyId, SessionToken]))
  await t.rejects(create(awsCredentialsProvider(await hold(pool.access()))), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 })
})

t.test('several pools and apps of one process have nothing in common', async t => {
  const one = await setUpPool(t)
  const pool = await startPool(t, { userPoolId: 'us-east-1_EXAMPLE22' })
  const scene = await startIdentityService(t, { providerName: `cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}` })
  const other = cognito(pool.options({ tokenUse: 'id' }))
  identityPool({ identityPoolId: IDENTITY_POOL_ID, userPool: other, endpoint: scene.service.url })
  const elsewhere = await setUpPool(t)
  const both = await openApp(t, { jwtProvider: [one.userPool, other] }, declare)
  const third = await openApp(t, { jwtProvider: { ...elsewhere.userPool, name: 'wrapped' } }, declare)
  for (const [app, token] of [[both, one.pool.id()], [both, pool.id()], [third, elsewhere.pool.id()]] as const) {
    t.match((await app.inject({ url: '/keys', headers: bearer(token) })).json(), first)
  }
  t.strictSame([one, { scene }, elsewhere].map(({ scene }) => scene.given.length), [1, 1, 1])
})

/** The real clients of the AWS SDK, whose requests come to this machine, and note where they were meant to go. */
function loadHere (url: string, hosts: string[]): () => Promise<IdentitySdk> {
  const { hostname, port } = new URL(url)
  class LocalClient extends sdk.CognitoIdentityClient {
    constructor (config: sdk.CognitoIdentityClientConfig) {
      super(config)
      this.middlewareStack.add(next => async function redirect (args) {
        const request = args.request as { hostname: string, protocol: string, port?: number }
        hosts.push(`${request.protocol}//${request.hostname}`)
        Object.assign(request, { hostname, port: Number(port), protocol: 'http:' })
        return await next(args)
      }, { step: 'finalizeRequest', priority: 'low' })
    }
  }
  return async () => ({ ...sdk, CognitoIdentityClient: LocalClient }) as unknown as IdentitySdk
}

const PLACES: ReadonlyArray<readonly [userPoolId: string, region: string, providerName: string, host: string]> = [
  ['us-east-1_EXAMPLE11', 'us-east-1', 'cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE11', 'https://cognito-identity.us-east-1.amazonaws.com'],
  ['us-east-1_EXAMPLE11', 'eu-west-1', 'cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE11', 'https://cognito-identity.eu-west-1.amazonaws.com'],
  ['cn-north-1_EXAMPLE11', 'cn-north-1', 'cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_EXAMPLE11', 'https://cognito-identity.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1_EXAMPLE11', 'us-gov-west-1', 'cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_EXAMPLE11', 'https://cognito-identity.us-gov-west-1.amazonaws.com']
]

t.test('every partition and region has its own address, and user pools their own names, wherever the identity pool is', async t => {
  for (const [userPoolId, region, providerName, host] of PLACES) {
    const identityPoolId = `${region}:11111111-2222-3333-4444-555555555555`
    const [pool, scene, hosts] = [await startPool(t, { userPoolId }), await startIdentityService(t, { identityPoolId, providerName }), [] as string[]]
    const userPool = cognito(pool.options({ tokenUse: 'id' }))
    createIdentityPool({ identityPoolId, userPool }, loadHere(scene.service.url, hosts))
    const app = await openApp(t, { jwtProvider: userPool }, declare)
    for (const issuer of userPool.issuers) {
      const answer = await app.inject({ url: '/keys', headers: bearer(pool.id({ iss: issuer })) })
      t.equal(answer.statusCode, 200, `${userPoolId}, ${region}, ${issuer}`)
    }
    t.strictSame([...new Set(hosts)], [host])
  }
})

t.test('a user pool has one identity pool', async t => {
  const userPool = cognito({ userPoolId: 'us-east-1_EXAMPLE11', clientId: 'c' })
  identityPool({ identityPoolId: IDENTITY_POOL_ID, userPool })
  t.throws(() => identityPool({ identityPoolId: IDENTITY_POOL_ID, userPool }), { code: 'AUTH_OPTION_INVALID', message: 'identityPool.userPool has an identity pool already; each user pool has one' })
})

t.test('options that are wrong stop the boot, by name', async t => {
  const userPool = cognito({ userPoolId: 'us-east-1_EXAMPLE11', clientId: 'c' })
  const good = { identityPoolId: IDENTITY_POOL_ID, userPool }
  const wrong: ReadonlyArray<readonly [options: unknown, message: RegExp]> = [
    [undefined, /^identityPool is missing: it must be an object with options/],
    [{ ...good, identityPoolId: undefined }, /^identityPool\.identityPoolId is missing/],
    [{ ...good, identityPoolId: 'a pool' }, /^identityPool\.identityPoolId must be the id of an identity pool/],
    [{ identityPoolId: IDENTITY_POOL_ID }, /^identityPool\.userPool /],
    [{ ...good, userPool: 'us-east-1_EXAMPLE11' }, /^identityPool\.userPool must be what cognito\(…\) returned/],
    [{ ...good, userPool: null }, /^identityPool\.userPool must be what cognito\(…\) returned/],
    [{ ...good, userPool: hand.provider() }, /^identityPool\.userPool must be what cognito\(…\) returned/],
    [{ ...good, region: 'eu-west-1' }, /^identityPool\.region must be us-east-1, the region of identityPool\.identityPoolId/],
    [{ ...good, region: 'here' }, /^identityPool\.region must be an AWS region/],
    [{ ...good, identityPoolId: 'local:1' }, /^identityPool\.region must be an AWS region, like us-east-1: identityPool\.identityPoolId does not begin with one/],
    [{ ...good, endpoint: 'http://example.com' }, /^identityPool\.endpoint must be an https address/],
    [{ ...good, providerName: '' }, /^identityPool\.providerName must be/],
    [{ ...good, max: 0 }, /^identityPool\.max must be/],
    [{ ...good, timeoutMs: 60_001 }, /^identityPool\.timeoutMs must be/],
    [{ ...good, duration: 900 }, /^identityPool\.duration /]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => identityPool(options as IdentityPoolOptions), { code: 'AUTH_OPTION_INVALID', message })
  }
})

t.test('a package that is missing stops the boot, and says what to install', async t => {
  const missing = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' })
  const pool = await startPool(t)
  const userPool = cognito(pool.options())
  createIdentityPool({ identityPoolId: IDENTITY_POOL_ID, userPool }, async () => { throw missing })
  await t.rejects(openApp(t, { jwtProvider: userPool }), {
    code: 'AUTH_OPTION_INVALID',
    message: /identityPool needs a package that is not installed: npm install @aws-sdk\/client-cognito-identity$/
  })
})

t.test('an app that closes ends the connections, and another may go on with the pool', async t => {
  const { pool, scene, userPool } = await setUpPool(t)
  for (const times of [1, 2]) {
    const app = await openApp(t, { jwtProvider: userPool }, app => { app.get('/', async request => [currentUser(request).id, toShown(await awsCredentials(request))]) })
    t.equal((await app.inject({ url: '/', headers: bearer(pool.id()) })).statusCode, 200)
    await app.close()
    t.equal(scene.given.length, times)
  }
})
