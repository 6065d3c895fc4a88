import t from 'tap'

import { AwsFailure, startAwsService } from '../../../fixtures/aws-json-service.js'
import { createIdentity } from '../../../fixtures/create-identity.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { createCognitoProfile, cognitoProfile } from '../../../../lib/providers/cognito/profile.js'
import { cognito } from '../../../../lib/providers/cognito/cognito.js'
import { loadSdk } from '../../../../lib/providers/cognito/load-sdk.js'
import { cached } from '../../../../lib/sources/cache/index.js'

import type { ServerResponse } from 'node:http'
import type { Test } from 'tap'
import type { AwsJsonService, Operation } from '../../../fixtures/aws-json-service.js'
import type { RecordingContext } from '../../../fixtures/provider-context.js'
import type { Identity } from '../../../../lib/index.js'
import type { CognitoProfileOptions } from '../../../../lib/providers/cognito/profile-options.js'

const POOL = 'us-east-1_EXAMPLE11'
const ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`
const EMULATED = 'http://localhost:9229/local_pool'
const SUB = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const TOKEN = 'a.secret.token'
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the secret of the app' }
const ATTRIBUTES = [{ Name: 'sub', Value: SUB }, { Name: 'email', Value: 'Jane@Example.com ' }, { Name: 'email_verified', Value: 'true' }, { Name: 'custom:shelf', Value: '7' }]
const PROFILE = { sub: SUB, email: 'Jane@Example.com ', email_verified: 'true', 'custom:shelf': '7' }

// What says that these issuers are pools.
cognito({ userPoolId: POOL, clientId: 'c' })
cognito({ userPoolId: 'eu-west-1_other', clientId: 'c' })
cognito({ userPoolId: 'local_pool', clientId: 'c', issuer: EMULATED })

function jane (members: Partial<Identity> = {}): Identity {
  return createIdentity({ subject: SUB, issuer: ISSUER, claims: { sub: SUB, username: 'jane' }, ...members })
}

function context (token: string | null = TOKEN): RecordingContext {
  return { ...createContext(), token }
}

/** A service that knows one user, and answers both questions alike. */
async function startService (t: Test, answer: Operation = () => ({ Username: 'jane', UserAttributes: ATTRIBUTES })): Promise<AwsJsonService> {
  return await startAwsService(t, { GetUser: answer, AdminGetUser: answer })
}

function profileOf (t: Test, endpoint: string, options: CognitoProfileOptions = {}): ReturnType<typeof cognitoProfile> {
  const provider = cognitoProfile({ endpoint, ...options })
  t.teardown(() => provider.close?.())
  return provider
}

const ASKERS: ReadonlyArray<readonly [name: string, options: CognitoProfileOptions]> = [['the user', {}], ['the app', { userPoolId: POOL, credentials: KEYS }]]

t.test('the user asks with his own token, which no key of the app signs', async t => {
  const service = await startService(t)
  t.same(await profileOf(t, service.url).fetchProfile(jane(), context()), PROFILE)
  t.match(service.calls, [{ target: 'AWSCognitoIdentityProviderService.GetUser', body: { AccessToken: TOKEN } }])
  t.equal(service.calls[0]?.headers.authorization, undefined)
})

t.test('the app asks with its own credentials, by the pool and the name of the user in it', async t => {
  const service = await startService(t)
  const provider = profileOf(t, service.url, { userPoolId: POOL, credentials: KEYS })
  for (const claims of [{ sub: SUB, username: 'jane' }, { sub: SUB, 'cognito:username': 'jane' }, { sub: SUB }, { sub: SUB, username: 7 }]) {
    t.same(await provider.fetchProfile(jane({ claims }), context(null)), PROFILE)
  }
  t.strictSame(service.calls.map(({ body }) => body), ['jane', 'jane', SUB, SUB].map(Username => ({ UserPoolId: POOL, Username })))
  for (const { operation, headers } of service.calls) {
    t.equal(operation, 'AdminGetUser')
    t.match(headers.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/cognito-idp\//)
  }
  await t.test('whoever gives them', async t => {
    const given = profileOf(t, service.url, { userPoolId: POOL, credentials: async () => ({ ...KEYS, accessKeyId: 'AKIDOTHER', sessionToken: 'session' }) })
    await given.fetchProfile(jane({ claims: {} }), context(null))
    t.match(service.calls.at(-1), { body: { Username: SUB }, headers: { authorization: /AKIDOTHER/, 'x-amz-security-token': 'session' } })
  })
})

t.test('a user without attributes, and one who is gone, have an empty profile', async t => {
  for (const [name, options] of ASKERS) {
    for (const answer of [() => ({ Username: 'jane' }), () => ({ Username: 'jane', UserAttributes: [] }), () => { throw new AwsFailure('UserNotFoundException', 'User does not exist.') }]) {
      const service = await startService(t, answer)
      const asking = context()
      t.same(await profileOf(t, service.url, options).fetchProfile(jane(), asking), {}, name)
      t.equal(service.calls.length, 1)
      t.strictSame(asking.lines, [])
    }
  }
})

t.test('so has he whose name somebody else has by now', async t => {
  const service = await startService(t, () => ({ Username: 'jane', UserAttributes: [{ Name: 'sub', Value: 'another one' }, { Name: 'email', Value: 'new@example.com' }] }))
  t.same(await profileOf(t, service.url, { userPoolId: POOL, credentials: KEYS }).fetchProfile(jane(), context()), {})
})

t.test('attributes are as they are, frozen, whatever their names; one without a value is none', async t => {
  const service = await startService(t, () => ({ UserAttributes: [{ Name: '__proto__', Value: 'x' }, { Name: 'constructor', Value: '' }, { Name: 'name' }] }))
  const profile = await profileOf(t, service.url).fetchProfile(jane(), context())
  t.ok(Object.isFrozen(profile))
  t.strictSame(Object.entries(profile), [['__proto__', 'x'], ['constructor', '']])
  t.equal(Object.getPrototypeOf(profile), null)
})

t.test('machines, and users of other providers and other pools, cost no call', async t => {
  const service = await startService(t)
  for (const [, options] of ASKERS) {
    const provider = profileOf(t, service.url, options)
    for (const identity of [jane({ kind: 'machine' }), jane({ issuer: 'https://issuer.example' }), jane({ issuer: `https://evil.example/${POOL}` }), jane({ issuer: `${ISSUER}/other` })]) {
      t.same(provider.fetchProfile(identity, context()), {})
    }
  }
  const provider = profileOf(t, service.url, { userPoolId: POOL, credentials: KEYS })
  t.same(provider.fetchProfile(jane({ issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other' }), context()), {})
  t.equal(service.calls.length, 0)
})

t.test('every other failure is 503, with its name in the log and nothing else of it', async t => {
  const failures = ['NotAuthorizedException', 'ResourceNotFoundException', 'PasswordResetRequiredException', 'UserNotConfirmedException', 'InvalidParameterException', 'ForbiddenException', 'AccessDeniedException']
  for (const [, options] of ASKERS) {
    for (const type of failures) {
      const service = await startService(t, () => { throw new AwsFailure(type, `hidden text ${TOKEN}`) })
      const asking = context()
      await t.rejects(async () => await profileOf(t, service.url, options).fetchProfile(jane(), asking), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 }, type)
      t.equal(service.calls.length, 1, 'and is not tried again')
      t.match(asking.lines, [{ level: 'error', members: { provider: 'cognitoProfile', error: { name: type } } }])
      t.notMatch(JSON.stringify(asking.lines), /hidden|secret/)
    }
  }
})

t.test('a service that fails is tried twice', async t => {
  const service = await startService(t, () => { throw new AwsFailure('InternalErrorException', 'no', 500) })
  await t.rejects(async () => await profileOf(t, service.url).fetchProfile(jane(), context()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  t.equal(service.calls.length, 2)
})

t.test('an answer of another shape is 503', async t => {
  const answers: readonly unknown[] = [null, 'text', { UserAttributes: 'text' }, { UserAttributes: { Name: 'a', Value: 'b' } }, { UserAttributes: [null] }, { UserAttributes: [{ Value: 'x' }] }, { UserAttributes: [{ Name: 'a', Value: 7 }] }]
  for (const answer of answers) {
    const provider = cognitoProfile({ client: { send: async () => answer } })
    await t.rejects(async () => await provider.fetchProfile(jane(), context()), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 }, JSON.stringify(answer))
  }
})

t.test('without a token the user cannot ask', async t => {
  const service = await startService(t)
  await t.rejects(async () => await profileOf(t, service.url).fetchProfile(jane(), context(null)), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  t.equal(service.calls.length, 0)
})

t.test('whoever waits no longer ends the call', async t => {
  const service = await startService(t)
  let left: ServerResponse | null = null
  service.misbehave = response => { left = response }
  const control = new AbortController()
  const answer = profileOf(t, service.url).fetchProfile(jane(), { ...context(), signal: control.signal })
  await service.untilCalled(1)
  control.abort()
  await t.rejects(async () => await answer, { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })
  t.not(left, null)
})

t.test('a region has one client, which is closed with the app; another app gets another one', async t => {
  const made: Array<Readonly<Record<string, unknown>>> = []
  let closed = 0
  const sdk = await loadSdk()
  class Client {
    constructor (config: Readonly<Record<string, unknown>>) { made.push(config) }
    async send (): Promise<unknown> { return {} }
    destroy (): void { closed++ }
  }
  const provider = createCognitoProfile({}, async () => ({ ...sdk, CognitoIdentityProviderClient: Client }))
  const ask = async (issuer: string) => await provider.fetchProfile(jane({ issuer }), context())
  await provider.close?.()
  for (const issuer of [ISSUER, ISSUER, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other', EMULATED]) await ask(issuer)
  t.strictSame(made, ['us-east-1', 'eu-west-1', 'local'].map(region => ({ region, maxAttempts: 2 })))
  await provider.close?.()
  t.equal(closed, 3)
  await ask(ISSUER)
  t.equal(made.length, 4)
})

t.test('a client of the app is used as it is, and is not closed', async t => {
  const service = await startService(t)
  const { CognitoIdentityProviderClient } = await import('@aws-sdk/client-cognito-identity-provider')
  const client = new CognitoIdentityProviderClient({ region: 'sa-east-1', endpoint: service.url, credentials: KEYS })
  t.teardown(() => { client.destroy() })
  const provider = cognitoProfile({ userPoolId: POOL, client })
  t.same(await provider.fetchProfile(jane(), context(null)), PROFILE)
  await provider.close?.()
  t.same(await provider.fetchProfile(jane(), context(null)), PROFILE)
  t.match(service.calls[1]?.headers.authorization, /\/sa-east-1\/cognito-idp\//)
})

t.test('a package that is missing is named; whatever else is wrong with it goes on', async t => {
  const missing = Object.assign(new Error("Cannot find package '@aws-sdk/client-cognito-identity-provider'"), { code: 'ERR_MODULE_NOT_FOUND' })
  const provider = createCognitoProfile({}, async () => { throw missing })
  t.equal(provider.warmUpRequired, true)
  await t.rejects(async () => await provider.warmUp?.(), { code: 'AUTH_OPTION_INVALID', message: 'cognitoProfile needs a package that is not installed: npm install @aws-sdk/client-cognito-identity-provider' })
  const asking = context()
  await t.rejects(async () => await provider.fetchProfile(jane(), asking), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  t.match(asking.lines, [{ members: { error: { code: 'AUTH_OPTION_INVALID' } } }])
  await t.rejects(async () => await createCognitoProfile({}, async () => { throw new SyntaxError('broken') }).warmUp?.(), { name: 'SyntaxError' })
  await t.resolves(async () => await cognitoProfile().warmUp?.())
})

t.test('what the app asks can be cached; what the user asks cannot', async t => {
  const service = await startService(t)
  t.throws(() => cached(cognitoProfile(), { name: 'profiles' }), { code: 'AUTH_OPTION_INVALID' })
  const provider = cached(profileOf(t, service.url, { userPoolId: POOL, credentials: KEYS }), { name: 'profiles' })
  for (const token of ['a', 'b']) t.same(await provider.fetchProfile(jane(), context(token)), PROFILE)
  t.equal(service.calls.length, 1)
})

t.test('options are checked', async t => {
  const client = { send: async () => ({}) }
  const refused: ReadonlyArray<readonly [options: unknown, problem: RegExp]> = [
    [null, /^cognitoProfile must be an object/],
    [{ region: 'us-east-1' }, /^cognitoProfile\.region is not an option/],
    [{ userPoolId: 'us-east-1' }, /^cognitoProfile\.userPoolId must be the id of a user pool/],
    [{ endpoint: 'http://cognito.example' }, /^cognitoProfile\.endpoint must be an https address/],
    [{ client: {} }, /^cognitoProfile\.client must be a client/],
    [{ client, endpoint: 'http://127.0.0.1' }, /^cognitoProfile\.client has credentials and an endpoint/],
    [{ userPoolId: POOL, client, credentials: KEYS }, /^cognitoProfile\.client has credentials and an endpoint/],
    [{ credentials: KEYS }, /^cognitoProfile\.credentials need userPoolId/],
    ...[{}, 'text', null, { accessKeyId: 'a' }, { accessKeyId: '', secretAccessKey: 'b' }, { ...KEYS, sessionToken: 7 }].map(credentials =>
      [{ userPoolId: POOL, credentials }, /^cognitoProfile\.credentials must be an object with accessKeyId/] as const)
  ]
  for (const [options, message] of refused) {
    t.throws(() => cognitoProfile(options as CognitoProfileOptions), { code: 'AUTH_OPTION_INVALID', message }, JSON.stringify(options))
  }
})
