import t from 'tap'

import { ACTION_NAMES, CALLS, SECRETS } from '../fixtures/action-calls.js'
import { AwsFailure } from '../fixtures/aws-json-service.js'
import { openActions, toChallenge } from '../fixtures/open-actions.js'
import { setEnv } from '../fixtures/set-env.js'
import { cognitoActions } from '../../lib/providers/cognito/admin/index.js'

import type { ServerResponse } from 'node:http'
import type { ActionName } from '../fixtures/action-calls.js'

const { refreshToken, session, username } = SECRETS
const OUTAGE = 'Amazon Cognito did not do what was asked of it; who asked gets 503'

const OUTAGES: ReadonlyArray<readonly [type: string, message?: string, status?: number]> = [
  ['ResourceNotFoundException', 'User pool client does not exist.'], ['InternalErrorException', 'no', 500], ['WhoKnowsException', 'no', 418], ['AccessDeniedException'],
  ['UnsupportedUserStateException'], ['InvalidUserPoolConfigurationException'], ['OperationNotEnabledException'], ['ConcurrentModificationException'],
  ['NotAuthorizedException', 'Client 1example23456789 is configured with secret but SECRET_HASH was not received']
]

t.test('everything else is 503, noted once by its name alone', async t => {
  const { pool, actions, context, log } = await openActions(t)
  for (const [type, message = 'no', status] of OUTAGES) {
    pool.before = () => { throw new AwsFailure(type, `${message} ${Object.values(SECRETS).join()}`, status) }
    log.clear()
    await Promise.all(ACTION_NAMES.map(name => t.rejects(CALLS[name][1](actions, context), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503, cause: { reason: 'provider_failed' } }, `${name}: ${type}`)))
    t.equal(log.lines.length, ACTION_NAMES.length)
    for (const line of log.lines) t.match(line, { level: 50, provider: 'cognitoActions', operation: /^[A-Z]/, reason: 'provider_failed', error: { name: type, code: null }, msg: OUTAGE })
    for (const secret of Object.values(SECRETS)) t.notOk(log.text().includes(secret))
  }
})

t.test('so is what only the app can be to blame for', async t => {
  for (const [settings, options, username] of [[{ clientSecret: 'right' }, { clientSecret: 'wrong' }, 'jane'], [{ allowsPasswords: false }, {}, 'jane']] as const) {
    const { pool, actions, context, log } = await openActions(t, settings, options)
    const { password } = pool.users.add(username)
    await t.rejects(actions.logIn({ username, password }, context), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
    t.equal(log.lines.length, 1)
  }
  const { actions } = await openActions(t, { clientSecret: 'right' }, { clientSecret: 'wrong', refreshTokenRotation: true })
  await t.rejects(actions.refresh({ refreshToken }), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  await t.rejects(actions.revokeToken({ refreshToken }), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  await t.rejects(actions.forgotPassword({ username }), { code: 'AUTH_PROVIDER_UNAVAILABLE' }, 'a wrong secret is no user who does not exist')
})

const RESULT = { AccessToken: 'access-of-an-answer', IdToken: 'id-of-an-answer', ExpiresIn: 60, TokenType: 'Bearer', RefreshToken: 'refresh-of-an-answer' }
const GROUP = { GroupName: 'group-of-an-answer' }
const USER = { Username: 'user-of-an-answer', UserAttributes: [{ Name: 'sub', Value: 'sub-of-an-answer' }] }

const MALFORMED: ReadonlyArray<readonly [action: ActionName, operation: string, answers: ReadonlyArray<Readonly<Record<string, unknown>>>]> = [
  ['logIn', 'InitiateAuth', [
    {}, { AuthenticationResult: null }, { AuthenticationResult: {} }, { ChallengeName: '' }, { ChallengeName: 'SMS_MFA', AuthenticationResult: RESULT },
    { AuthenticationResult: { ...RESULT, AccessToken: '' } }, { AuthenticationResult: { ...RESULT, IdToken: undefined } }, { AuthenticationResult: { ...RESULT, ExpiresIn: 0 } },
    { AuthenticationResult: { ...RESULT, ExpiresIn: 1.5 } }, { AuthenticationResult: { ...RESULT, TokenType: 'DPoP' } }, { AuthenticationResult: { ...RESULT, RefreshToken: '' } },
    { ChallengeName: 'SMS_MFA', Session: '' }
  ]],
  ['respondToChallenge', 'RespondToAuthChallenge', [{}, { AuthenticationResult: {} }]],
  ['refresh', 'InitiateAuth', [{}, { ChallengeName: 'SMS_MFA', Session: session }, { ChallengeName: 'SMS_MFA', AuthenticationResult: RESULT }]],
  ['fetchUser', 'GetUser', [{}, { Username: 'jane' }, { ...USER, Username: '' }, { ...USER, UserAttributes: [] }, { ...USER, UserAttributes: [...USER.UserAttributes, { Name: 'email_verified', Value: 'yes' }] }]],
  ['fetchUser', 'AdminListGroupsForUser', [{}, { Groups: null }, { Groups: [{}] }, { Groups: [GROUP, { GroupName: '' }] }, { Groups: [GROUP], NextToken: '' }, { Groups: [GROUP], NextToken: 'the same again' }]],
  ['setUpTotp', 'AssociateSoftwareToken', [{}, { SecretCode: '' }, { SecretCode: 'SECRETOFANANSWER', Session: '' }]],
  ['verifyTotp', 'VerifySoftwareToken', [{}, { Status: 'PERHAPS' }, { Status: 'SUCCESS', Session: '' }]],
  ['disableTotp', 'VerifySoftwareToken', [{}, { Status: 'success' }]]
]

t.test('an answer that makes no sense is 503, and is never quoted', async t => {
  const { pool, actions, context, log } = await openActions(t)
  pool.service.misbehave = (response, { operation }) => { response.end(JSON.stringify(answers[operation] ?? {})) }
  let answers: Readonly<Record<string, unknown>> = {}
  for (const [action, operation, malformed] of MALFORMED) {
    for (const answer of malformed) {
      answers = { GetUser: USER, VerifySoftwareToken: { Status: 'SUCCESS' }, [operation]: answer }
      await t.rejects(CALLS[action][1](actions, context), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'provider_answer' } }, `${action}: ${JSON.stringify(answer)}`)
      t.match(log.lines.at(-1), { level: 50, operation, reason: 'provider_answer', error: null, msg: OUTAGE })
    }
  }
  t.notMatch(log.text(), /of-an-answer|OFANANSWER/)
})

t.test('what an answer leaves out is what Amazon says it means', async t => {
  const { pool, actions } = await openActions(t)
  pool.change = () => ({ AuthenticationResult: { AccessToken: 'opaque', IdToken: 'opaque' } })
  const { password } = pool.users.add('jane')
  t.strictSame(await actions.logIn({ username: 'jane', password }), { kind: 'tokens', accessToken: 'opaque', idToken: 'opaque', refreshToken: null, expiresInSeconds: 3600, tokenType: 'Bearer', username: null })
  pool.change = () => ({ ChallengeName: 'CUSTOM_CHALLENGE' })
  const challenge = await actions.logIn({ username: 'jane', password })
  t.match(challenge, { kind: 'challenge', session: null, username: 'jane' })
  t.throws(() => toChallenge(challenge))
})

t.test('groups that cannot be listed to the last are 503, never fewer', async t => {
  const { pool, actions, context, log, signIn } = await openActions(t)
  pool.users.add('jane', { groups: ['a', 'b', 'c'] })
  const tokens = await signIn('jane')
  for (const type of ['AccessDeniedException', 'NotAuthorizedException', 'UserNotFoundException', 'InvalidParameterException', 'ForbiddenException']) {
    pool.before = (operation, { body }) => { if (operation === 'AdminListGroupsForUser' && 'NextToken' in body) throw new AwsFailure(type) }
    await t.rejects(actions.fetchUser(tokens, context), { code: 'AUTH_PROVIDER_UNAVAILABLE' }, type)
    t.match(log.lines.at(-1), { operation: 'AdminListGroupsForUser', error: { name: type } })
  }
  pool.before = operation => { if (operation === 'AdminListGroupsForUser') throw new AwsFailure('TooManyRequestsException') }
  await t.rejects(actions.fetchUser(tokens), { code: 'AUTH_TOO_MANY_REQUESTS', statusCode: 429 })
  pool.before = () => {}
  let pages = 0
  pool.service.misbehave = (response, { operation }) => operation === 'AdminListGroupsForUser' ? response.end(JSON.stringify({ Groups: [], NextToken: `page-${++pages}` })) : false
  await t.rejects(actions.fetchUser(tokens), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'provider_answer' } })
  t.equal(pages, 100, 'there is an end to it')
})

const BROKEN: ReadonlyArray<readonly [what: string, misbehave: (response: ServerResponse) => void]> = [
  ['no JSON', response => { response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('<html>') }],
  ['a connection that ends', response => { response.destroy() }],
  ['an answer of a proxy', response => { response.writeHead(502).end('bad gateway') }]
]

t.test('a broken answer is 503, and one that does not come in time', async t => {
  const { pool, actions, context, log } = await openActions(t)
  for (const [what, misbehave] of BROKEN) {
    pool.service.misbehave = misbehave
    await t.rejects(CALLS.logIn[1](actions, context), { code: 'AUTH_PROVIDER_UNAVAILABLE' }, what)
  }
  const hasty = cognitoActions(pool.options({ timeoutMs: 200 }))
  t.teardown(() => { hasty.close() })
  pool.service.misbehave = (response, { operation }) => operation === 'GetUser' ? response.end(JSON.stringify(USER)) : undefined
  for (const [action, operation] of [['logIn', 'InitiateAuth'], ['fetchUser', 'AdminListGroupsForUser']] as const) {
    await t.rejects(CALLS[action][1](hasty, context), { code: 'AUTH_PROVIDER_UNAVAILABLE', cause: { reason: 'provider_timeout' } })
    t.match(log.lines.at(-1), { operation, reason: 'provider_timeout' })
  }
  const waiting = cognitoActions(pool.options({ timeoutMs: 200, credentials: async () => await new Promise(() => {}) }))
  await t.rejects(CALLS.fetchUser[1](waiting), { cause: { reason: 'provider_timeout' } }, 'credentials that never come count')
  waiting.close()
})

t.test('a short outage is tried once more', async t => {
  const { pool, actions } = await openActions(t)
  const { password } = pool.users.add('jane')
  let failures = 1
  pool.before = () => { if (failures-- > 0) throw new AwsFailure('InternalErrorException', 'no', 500) }
  t.equal((await actions.logIn({ username: 'jane', password })).kind, 'tokens')
  failures = 2
  await t.rejects(actions.logIn({ username: 'jane', password }), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  t.equal(pool.service.calls.length, 4)
})

t.test('only groups need credentials of the app', async t => {
  setEnv(t, { AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials', AWS_CONFIG_FILE: '/nowhere/config', AWS_EC2_METADATA_DISABLED: 'true' })
  const { pool, log, context } = await openActions(t)
  const { credentials: _none, ...options } = pool.options()
  const actions = cognitoActions(options)
  t.teardown(() => { actions.close() })
  const { password } = pool.users.add('jane')
  const { accessToken } = await actions.logIn({ username: 'jane', password }) as { readonly accessToken: string }
  await actions.setUpTotp({ accessToken })
  await actions.forgotPassword({ username: 'jane' })
  t.strictSame(pool.service.calls.map(({ headers }) => headers.authorization), [undefined, undefined, undefined])
  await t.rejects(actions.fetchUser({ accessToken }, context), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  t.match(log.lines.at(-1), { operation: 'AdminListGroupsForUser', error: { name: 'CredentialsProviderError' } })
})
