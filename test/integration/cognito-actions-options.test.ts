import * as sdk from '@aws-sdk/client-cognito-identity-provider'
import t from 'tap'

import { cognitoActionsRows } from './options/cognito-actions-rows.js'
import { proveOptions } from './options/row.js'
import { openActions } from '../fixtures/open-actions.js'
import { setEnv } from '../fixtures/set-env.js'
import { startUserPool } from '../fixtures/user-pool-service.js'
import { cognitoActionsOptionsSchema } from '../../lib/providers/cognito/admin/actions-options.js'
import { createCognitoActions } from '../../lib/providers/cognito/admin/cognito-actions.js'
import { cognitoActions } from '../../lib/providers/cognito/admin/index.js'

import type { CognitoActions, CognitoActionsOptions } from '../../lib/providers/cognito/admin/index.js'
import type { PoolSdk } from '../../lib/providers/cognito/admin/pool-sdk.js'

proveOptions('cognitoActions', cognitoActionsOptionsSchema, cognitoActionsRows)

const good = { userPoolId: 'us-east-1_EXAMPLE11', clientId: '1example23456789' }

t.test('options that are wrong stop the boot, by name, and are never quoted', async t => {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' }
  const client = { send: async () => ({}) }
  const wrong: ReadonlyArray<readonly [options: unknown, message: RegExp]> = [
    [undefined, /^cognitoActions is missing: it must be an object with options/],
    [{}, /^cognitoActions\.userPoolId is missing/],
    [{ ...good, userPoolId: 'a pool' }, /^cognitoActions\.userPoolId must be the id of a user pool/],
    [{ ...good, clientId: 'a client' }, /^cognitoActions\.clientId must be the id of an app client/],
    [{ ...good, clientId: ['1example23456789'] }, /^cognitoActions\.clientId must be/],
    [{ ...good, clientSecret: '' }, /^cognitoActions\.clientSecret must be a text that is not empty$/],
    [{ ...good, region: 'eu-west-1' }, /^cognitoActions\.region must be us-east-1, the region of cognitoActions\.userPoolId$/],
    [{ ...good, region: 'here' }, /^cognitoActions\.region must be an AWS region, like us-east-1$/],
    [{ ...good, userPoolId: 'local_1' }, /^cognitoActions\.region must be an AWS region, like us-east-1: cognitoActions\.userPoolId does not begin with one$/],
    [{ ...good, endpoint: 'http://example.com' }, /^cognitoActions\.endpoint must be an https address/],
    [{ ...good, credentials: 'hidden' }, /^cognitoActions\.credentials must be an object with accessKeyId and secretAccessKey/],
    [{ ...good, credentials: { ...credentials, secretAccessKey: '' } }, /^cognitoActions\.credentials must be/],
    [{ ...good, credentials: { ...credentials, sessionToken: 7 } }, /^cognitoActions\.credentials must be/],
    [{ ...good, client: {} }, /^cognitoActions\.client must be a client of the AWS SDK: an object with the method send$/],
    [{ ...good, client: 'client' }, /^cognitoActions\.client must be/],
    [{ ...good, client, region: 'us-east-1' }, /^cognitoActions\.client has a region, credentials and an endpoint of its own/],
    [{ ...good, client, endpoint: 'https://example.com' }, /^cognitoActions\.client has/],
    [{ ...good, client, credentials }, /^cognitoActions\.client has/],
    [{ ...good, totpIssuer: 'Books: new' }, /^cognitoActions\.totpIssuer must be a text that is not empty, without a colon$/],
    [{ ...good, preventUserExistenceErrors: 'yes' }, /^cognitoActions\.preventUserExistenceErrors must be true or false$/],
    [{ ...good, refreshTokenRotation: 1 }, /^cognitoActions\.refreshTokenRotation must be true or false$/],
    [{ ...good, timeoutMs: 0 }, /^cognitoActions\.timeoutMs must be a whole number from 1 to 60,000$/],
    [{ ...good, hostedDomain: 'x' }, /^cognitoActions\.hostedDomain is not an option$/]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => cognitoActions(options as CognitoActionsOptions), { code: 'AUTH_OPTION_INVALID', message })
  }
  setEnv(t, { NODE_ENV: 'production' })
  t.throws(() => cognitoActions({ ...good, endpoint: 'http://localhost:4566' }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('options are copied, and the actions show nothing of them', async t => {
  const pool = await startUserPool(t, { clientSecret: 'hiddenSecret' })
  const options = pool.options()
  const actions = cognitoActions(options)
  t.teardown(() => { actions.close() })
  Object.assign(options, { clientSecret: 'another' })
  Object.assign(options.credentials, { accessKeyId: 'another' })
  const { password } = pool.users.add('jane', { groups: ['staff'] })
  const { accessToken } = await actions.logIn({ username: 'jane', password }) as { readonly accessToken: string }
  t.strictSame((await actions.fetchUser({ accessToken })).groups, ['staff'])
  t.ok(Object.isFrozen(actions))
  t.notMatch(JSON.stringify(actions), 'hiddenSecret')
})

type AnyAction = (given: unknown, context?: unknown) => Promise<unknown>

const TEXTS: Readonly<Record<Exclude<keyof CognitoActions, 'warmUp' | 'close'>, readonly string[]>> = {
  logIn: ['username', 'password'],
  respondToChallenge: ['challenge', 'session', 'username'],
  refresh: ['refreshToken', 'username'],
  logOut: ['accessToken'],
  revokeToken: ['refreshToken'],
  fetchUser: ['accessToken'],
  changePassword: ['accessToken', 'previousPassword', 'proposedPassword'],
  forgotPassword: ['username'],
  resetPassword: ['username', 'code', 'password'],
  setUpTotp: ['accessToken'],
  verifyTotp: ['accessToken', 'code'],
  disableTotp: ['accessToken', 'code']
}

t.test('what an action is given is checked before anybody is asked, and is never quoted', async t => {
  const { pool, actions } = await openActions(t, { clientSecret: 'secret' })
  for (const [action, names] of Object.entries(TEXTS)) {
    const act = actions[action as keyof typeof TEXTS] as AnyAction
    const texts = Object.fromEntries(names.map(name => [name, 'hidden']))
    for (const given of [undefined, null, 'hidden', ['hidden']]) await t.rejects(act(given), { name: 'TypeError', message: `${action} needs an object` })
    for (const name of names) {
      // That a challenge has no session may be said.
      for (const value of ['', 7, {}, ['hidden'], { toString: () => 'hidden' }, ...name === 'session' ? [] : [null]]) {
        await t.rejects(act({ ...texts, [name]: value }), { name: 'TypeError', message: `${name} of ${action} must be a text that is not empty` })
      }
    }
  }
  t.equal(pool.service.calls.length, 0)
})

t.test('so is what may be left out', async t => {
  const { pool, actions } = await openActions(t)
  const challenge = { challenge: 'SMS_MFA', session: 'session', username: 'jane' }
  const wrong: ReadonlyArray<readonly [action: keyof typeof TEXTS, given: unknown, message: string]> = [
    ['respondToChallenge', { ...challenge, answer: 123456 }, 'answer of respondToChallenge must be a text that is not empty'],
    ['respondToChallenge', { ...challenge, answers: 'x' }, 'answers of respondToChallenge must be an object with texts'],
    ['respondToChallenge', { ...challenge, answers: { a: 1 } }, 'answers of respondToChallenge must be an object with texts'],
    ['refresh', { refreshToken: 'token', username: '' }, 'username of refresh must be a text that is not empty'],
    ['setUpTotp', {}, 'setUpTotp needs either accessToken or session'],
    ['setUpTotp', { accessToken: 'a', session: 's' }, 'setUpTotp needs either accessToken or session'],
    ['setUpTotp', { session: 's', account: 1 }, 'account of setUpTotp must be a text that is not empty'],
    ['verifyTotp', { code: '123456' }, 'verifyTotp needs either accessToken or session'],
    ['verifyTotp', { code: '123456', accessToken: 'a', session: 's' }, 'verifyTotp needs either accessToken or session']
  ]
  for (const [action, given, message] of wrong) await t.rejects((actions[action] as AnyAction)(given), { name: 'TypeError', message })
  for (const context of [null, 'here', { ipAddress: 7 }]) await t.rejects((actions.logIn as AnyAction)({ username: 'jane', password: 'p' }, context), TypeError)
  t.equal(pool.service.calls.length, 0)
})

t.test('a client of the app\'s own is used as it is, and stays open', async t => {
  const pool = await startUserPool(t)
  const { userPoolId, clientId, endpoint, credentials } = pool.options()
  const client = new sdk.CognitoIdentityProviderClient({ region: 'us-east-1', endpoint, credentials })
  t.teardown(() => { client.destroy() })
  let isClosed = false
  const actions = cognitoActions({ userPoolId, clientId, client: { send: (command, options) => client.send(command as sdk.GetUserCommand, options), destroy: () => { isClosed = true } } })
  const { password } = pool.users.add('jane')
  t.equal((await actions.logIn({ username: 'jane', password })).kind, 'tokens')
  actions.close()
  t.notOk(isClosed)
})

t.test('errors are known by their names, whichever copy of the SDK made them, and nothing else is asked of them', async t => {
  const odd = Object.defineProperty(Object.assign(new Error('no'), { name: 'UserNotFoundException' }), 'message', { get () { throw new Error('no message') } })
  const mute = Object.assign(new Error('no'), { name: 'NotAuthorizedException', message: 7 })
  for (const [thrown, code] of [[odd, 'AUTH_PASSWORD_REJECTED'], [mute, 'AUTH_PASSWORD_REJECTED'], ['UserNotFoundException', 'AUTH_PROVIDER_UNAVAILABLE'], [null, 'AUTH_PROVIDER_UNAVAILABLE'], [{ name: 'UserNotFoundException' }, 'AUTH_PROVIDER_UNAVAILABLE']] as const) {
    const actions = cognitoActions({ ...good, client: { send: async () => { throw thrown } } })
    await t.rejects(actions.logIn({ username: 'jane', password: 'p' }), { code })
  }
})

t.test('closed actions open new connections, for whoever goes on with them', async t => {
  const { pool, actions } = await openActions(t)
  const { password } = pool.users.add('jane')
  actions.close()
  for (const username of ['jane', 'jane@example.com']) {
    t.equal((await actions.logIn({ username, password })).kind, 'tokens')
    actions.close()
  }
})

t.test('a client of its own is made once, tries twice, and logs nothing', async t => {
  const pool = await startUserPool(t)
  const configs: object[] = []
  class NotedClient extends sdk.CognitoIdentityProviderClient {
    constructor (config: sdk.CognitoIdentityProviderClientConfig) {
      super(config)
      configs.push(config)
    }
  }
  const credentials = async () => pool.options().credentials
  const actions = createCognitoActions(pool.options({ credentials }), async () => ({ ...sdk, CognitoIdentityProviderClient: NotedClient }) as unknown as PoolSdk)
  t.teardown(() => { actions.close() })
  const { password } = pool.users.add('jane')
  for (const username of ['jane', 'jane@example.com']) await actions.logIn({ username, password })
  t.strictSame(configs, [{ region: 'us-east-1', endpoint: pool.service.url, credentials, maxAttempts: 2 }])
})

t.test('the package has to be there', async t => {
  const missing = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' })
  const actions = createCognitoActions(good, async () => { throw missing })
  await t.rejects(actions.warmUp(), { code: 'AUTH_OPTION_INVALID', message: 'cognitoActions needs a package that is not installed: npm install @aws-sdk/client-cognito-identity-provider' })
  await t.rejects(actions.logIn({ username: 'jane', password: 'p' }), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { error: { code: 'AUTH_OPTION_INVALID' } } })
  t.equal(await cognitoActions(good).warmUp(), undefined)
})

t.test('and new enough for what is asked of it', async t => {
  const { GetTokensFromRefreshTokenCommand: _missing, ...old } = sdk
  const load = async (): Promise<PoolSdk> => old as unknown as PoolSdk
  await t.rejects(createCognitoActions({ ...good, refreshTokenRotation: true }, load).warmUp(), { code: 'AUTH_OPTION_INVALID', message: /^cognitoActions\.refreshTokenRotation needs a newer package: npm install / })
  t.equal(await createCognitoActions(good, load).warmUp(), undefined)
  t.equal(await cognitoActions({ ...good, refreshTokenRotation: true }).warmUp(), undefined)
})
