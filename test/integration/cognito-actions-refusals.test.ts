import t from 'tap'

import { ACTION_NAMES, BY_SESSION, CALLS, SECRETS } from '../fixtures/action-calls.js'
import { AwsFailure } from '../fixtures/aws-json-service.js'
import { openActions } from '../fixtures/open-actions.js'

import type { ActionName } from '../fixtures/action-calls.js'

type Case = readonly [action: ActionName | 'bySession', type: string, code: string, message?: string]

const UNFIT = (member: string) => `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern`

const REFUSED: readonly Case[] = [
  ['logIn', 'NotAuthorizedException', 'AUTH_PASSWORD_REJECTED', 'Incorrect username or password.'],
  ['logIn', 'NotAuthorizedException', 'AUTH_PASSWORD_REJECTED', 'User is disabled.'],
  ['logIn', 'UserNotFoundException', 'AUTH_PASSWORD_REJECTED'],
  ['logIn', 'InvalidParameterException', 'AUTH_PASSWORD_REJECTED', UNFIT('username')],
  ['logIn', 'InvalidParameterException', 'AUTH_PASSWORD_REJECTED', '2 validation errors detected'],
  ['respondToChallenge', 'CodeMismatchException', 'AUTH_CHALLENGE_REJECTED'],
  ['respondToChallenge', 'ExpiredCodeException', 'AUTH_CHALLENGE_REJECTED'],
  ['respondToChallenge', 'NotAuthorizedException', 'AUTH_CHALLENGE_REJECTED', 'Invalid session for the user, session is expired.'],
  ['respondToChallenge', 'UserNotFoundException', 'AUTH_CHALLENGE_REJECTED'],
  ['respondToChallenge', 'InvalidParameterException', 'AUTH_CHALLENGE_REJECTED', 'Missing required parameter NEW_PASSWORD'],
  ['respondToChallenge', 'AliasExistsException', 'AUTH_CHALLENGE_REJECTED'],
  ['respondToChallenge', 'InvalidPasswordException', 'AUTH_PASSWORD_UNSUITABLE'],
  ['respondToChallenge', 'PasswordHistoryPolicyViolationException', 'AUTH_PASSWORD_UNSUITABLE'],
  ['respondToChallenge', 'SoftwareTokenMFANotFoundException', 'AUTH_MFA_UNAVAILABLE'],
  ['respondToChallenge', 'MFAMethodNotFoundException', 'AUTH_MFA_UNAVAILABLE'],
  ['refresh', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'Refresh Token has been revoked'],
  ['refresh', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'SecretHash does not match for the client: 1example23456789'],
  ['refresh', 'RefreshTokenReuseException', 'AUTH_TOKEN_INVALID'],
  ['refresh', 'UserNotFoundException', 'AUTH_TOKEN_INVALID'],
  ['refresh', 'InvalidParameterException', 'AUTH_TOKEN_INVALID', UNFIT('refreshToken')],
  ['logOut', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'Access Token has expired'],
  ['logOut', 'InvalidParameterException', 'AUTH_TOKEN_INVALID', UNFIT('accessToken')],
  ['revokeToken', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID'],
  ['revokeToken', 'InvalidParameterException', 'AUTH_TOKEN_INVALID', 'Invalid token'],
  ['revokeToken', 'UnsupportedTokenTypeException', 'AUTH_TOKEN_INVALID'],
  ['fetchUser', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'Access Token does not have required scopes'],
  ['fetchUser', 'UserNotFoundException', 'AUTH_TOKEN_INVALID'],
  ['changePassword', 'NotAuthorizedException', 'AUTH_PASSWORD_REJECTED', 'Incorrect username or password.'],
  ['changePassword', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'Access Token has been revoked'],
  ['changePassword', 'UserNotFoundException', 'AUTH_TOKEN_INVALID'],
  ['changePassword', 'InvalidPasswordException', 'AUTH_PASSWORD_UNSUITABLE'],
  ['changePassword', 'PasswordHistoryPolicyViolationException', 'AUTH_PASSWORD_UNSUITABLE'],
  ['changePassword', 'InvalidParameterException', 'AUTH_PASSWORD_UNSUITABLE', UNFIT('proposedPassword')],
  ['changePassword', 'InvalidParameterException', 'AUTH_PASSWORD_REJECTED', UNFIT('previousPassword')],
  ['changePassword', 'InvalidParameterException', 'AUTH_TOKEN_INVALID', UNFIT('accessToken')],
  ['resetPassword', 'CodeMismatchException', 'AUTH_CODE_REJECTED'],
  ['resetPassword', 'ExpiredCodeException', 'AUTH_CODE_REJECTED'],
  ['resetPassword', 'NotAuthorizedException', 'AUTH_CODE_REJECTED', 'User is disabled.'],
  ['resetPassword', 'UserNotFoundException', 'AUTH_CODE_REJECTED'],
  ['resetPassword', 'UserNotConfirmedException', 'AUTH_CODE_REJECTED'],
  ['resetPassword', 'PasswordResetRequiredException', 'AUTH_CODE_REJECTED'],
  ['resetPassword', 'InvalidParameterException', 'AUTH_CODE_REJECTED', 'Cannot reset password for the user'],
  ['resetPassword', 'InvalidParameterException', 'AUTH_CODE_REJECTED', UNFIT('confirmationCode')],
  ['resetPassword', 'InvalidParameterException', 'AUTH_PASSWORD_UNSUITABLE', UNFIT('password')],
  ['resetPassword', 'InvalidPasswordException', 'AUTH_PASSWORD_UNSUITABLE'],
  ['resetPassword', 'PasswordHistoryPolicyViolationException', 'AUTH_PASSWORD_UNSUITABLE'],
  ['setUpTotp', 'SoftwareTokenMFANotFoundException', 'AUTH_MFA_UNAVAILABLE'],
  ['setUpTotp', 'InvalidParameterException', 'AUTH_MFA_UNAVAILABLE', 'not for this pool'],
  ['setUpTotp', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'Access Token has expired'],
  ['setUpTotp', 'InvalidParameterException', 'AUTH_TOKEN_INVALID', UNFIT('accessToken')],
  ['verifyTotp', 'CodeMismatchException', 'AUTH_CODE_REJECTED'],
  ['verifyTotp', 'ExpiredCodeException', 'AUTH_CODE_REJECTED'],
  ['verifyTotp', 'EnableSoftwareTokenMFAException', 'AUTH_CODE_REJECTED'],
  ['verifyTotp', 'InvalidParameterException', 'AUTH_CODE_REJECTED', UNFIT('userCode')],
  ['verifyTotp', 'InvalidParameterException', 'AUTH_MFA_UNAVAILABLE', UNFIT('friendlyDeviceName')],
  ['verifyTotp', 'NotAuthorizedException', 'AUTH_TOKEN_INVALID', 'Access Token has expired'],
  ['bySession', 'NotAuthorizedException', 'AUTH_CHALLENGE_REJECTED', 'Invalid session for the user.'],
  ['bySession', 'UserNotFoundException', 'AUTH_CHALLENGE_REJECTED'],
  ['bySession', 'InvalidParameterException', 'AUTH_CHALLENGE_REJECTED', UNFIT('session')],
  ['bySession', 'InvalidParameterException', 'AUTH_CODE_REJECTED', UNFIT('userCode')],
  ['bySession', 'PasswordResetRequiredException', 'AUTH_PASSWORD_RESET_REQUIRED'],
  ['disableTotp', 'EnableSoftwareTokenMFAException', 'AUTH_CODE_REJECTED'],
  ['disableTotp', 'SoftwareTokenMFANotFoundException', 'AUTH_MFA_UNAVAILABLE']
]

t.test('a refusal of Amazon Cognito is a coded error, and tells nothing of the user', async t => {
  const { pool, actions, context, log } = await openActions(t)
  for (const [action, type, expected, message = 'no'] of REFUSED) {
    const [operation, call] = action === 'bySession' ? BY_SESSION : CALLS[action]
    pool.before = asked => { if (asked === operation) throw new AwsFailure(type, `${message} ${Object.values(SECRETS).join()}`) }
    const error = await call(actions, context).catch((error: unknown) => error) as { readonly code: string, readonly cause: object }
    t.equal(error.code, expected, `${action}: ${type}, ${message}`)
    t.strictSame(Object.keys(error.cause), expected === 'AUTH_MFA_UNAVAILABLE' ? ['reason', 'error'] : ['reason'])
  }
  t.strictSame(log.lines, [], 'what callers did wrong is no outage')
})

const COMMON: ReadonlyArray<readonly [type: string, code: string, cause: object, except: readonly ActionName[]]> = [
  ['PasswordResetRequiredException', 'AUTH_PASSWORD_RESET_REQUIRED', { reason: 'password_reset' }, ['resetPassword', 'forgotPassword']],
  ['UserNotConfirmedException', 'AUTH_USER_UNCONFIRMED', { reason: 'unconfirmed' }, ['resetPassword', 'forgotPassword']],
  ['UserLambdaValidationException', 'AUTH_LOGIN_DENIED', { reason: 'login_denied', error: { name: 'UserLambdaValidationException', code: null } }, ['forgotPassword']],
  ['ForbiddenException', 'AUTH_LOGIN_DENIED', { reason: 'login_denied', error: { name: 'ForbiddenException', code: null } }, []],
  ['TooManyRequestsException', 'AUTH_TOO_MANY_REQUESTS', { reason: 'requests', error: { name: 'TooManyRequestsException', code: null } }, []],
  ['LimitExceededException', 'AUTH_TOO_MANY_REQUESTS', { reason: 'requests', error: { name: 'LimitExceededException', code: null }, retryAfterSeconds: 60 }, ['forgotPassword']],
  ['TooManyFailedAttemptsException', 'AUTH_TOO_MANY_FAILURES', { reason: 'failures', retryAfterSeconds: 60 }, ['forgotPassword']]
]

t.test('what every action may be refused with', async t => {
  const { pool, actions, context } = await openActions(t)
  for (const [type, expected, cause, except] of COMMON) {
    pool.before = () => { throw new AwsFailure(type, 'no') }
    await Promise.all(ACTION_NAMES.filter(name => !except.includes(name)).map(async name => {
      const error = await CALLS[name][1](actions, context).catch((error: unknown) => error) as { readonly code: string, readonly cause: object }
      t.strictSame([error.code, error.cause], [expected, cause], `${name}: ${type}`)
    }))
  }
})

t.test('nobody learns from a forgotten password whether there is such a user', async t => {
  const { pool, actions, context, log } = await openActions(t)
  pool.users.add('jane')
  pool.users.add('gone', { isEnabled: false })
  pool.users.add('invited', { state: 'FORCE_CHANGE_PASSWORD' })
  pool.users.add('unreachable', { attributes: {} })
  const expected = await actions.forgotPassword({ username: 'jane' }, context)
  t.strictSame(log.lines, [])
  for (const username of ['nobody', 'gone', 'invited', 'unreachable', 'a username that cannot be']) {
    t.strictSame(await actions.forgotPassword({ username }, context), expected, username)
    t.match(log.lines.at(-1), { level: 40, provider: 'cognitoActions', operation: 'ForgotPassword' })
    t.notOk(log.text().includes(username))
  }
  for (const [type, level] of [['LimitExceededException', 40], ['UserLambdaValidationException', 40], ['PasswordResetRequiredException', 40], ['UserNotConfirmedException', 40], ['CodeDeliveryFailureException', 50], ['InvalidEmailRoleAccessPolicyException', 50], ['UnexpectedLambdaException', 50]] as const) {
    pool.before = () => { throw new AwsFailure(type, 'jane') }
    t.strictSame(await actions.forgotPassword({ username: 'jane' }, context), expected, type)
    t.strictSame(await actions.forgotPassword({ username: 'jane' }), expected, 'and without a log')
    t.match(log.lines.at(-1), { level, error: { name: type } })
  }
})

t.test('where Amazon Cognito makes things up itself, its words are passed on', async t => {
  const { pool, actions } = await openActions(t, { existenceErrors: 'ENABLED' }, { preventUserExistenceErrors: true })
  pool.users.add('jane')
  t.strictSame(await actions.forgotPassword({ username: 'jane' }), { medium: 'EMAIL', destination: 'j***@e***' })
  t.strictSame(await actions.forgotPassword({ username: 'nobody' }), { medium: 'EMAIL', destination: 'n***@e***' })
  pool.change = () => ({})
  t.strictSame(await actions.forgotPassword({ username: 'jane' }), { medium: 'EMAIL', destination: null })
  pool.change = () => ({ CodeDeliveryDetails: { DeliveryMedium: 'SMS' } })
  t.strictSame(await actions.forgotPassword({ username: 'jane' }), { medium: 'SMS', destination: null })
})

t.test('a code that is not right is refused, whatever the status of the answer', async t => {
  const { pool, actions } = await openActions(t)
  pool.service.misbehave = response => { response.end('{"Status":"ERROR"}') }
  await t.rejects(CALLS.verifyTotp[1](actions), { code: 'AUTH_CODE_REJECTED', cause: { reason: 'code' } })
  await t.rejects(CALLS.disableTotp[1](actions), { code: 'AUTH_CODE_REJECTED' })
  t.notOk(pool.operations().includes('SetUserMFAPreference'))
})

t.test('a pool that demands a second factor cannot be without, and one that has none cannot have it', async t => {
  const { pool, actions } = await openActions(t)
  pool.service.misbehave = (response, { operation }) => {
    operation === 'VerifySoftwareToken' ? response.end('{"Status":"SUCCESS"}') : response.writeHead(400, { 'x-amzn-errortype': 'InvalidParameterException' }).end('{"message":"not for this pool"}')
  }
  await t.rejects(CALLS.verifyTotp[1](actions), { code: 'AUTH_MFA_UNAVAILABLE', cause: { reason: 'mfa', error: { name: 'InvalidParameterException' } } })
  await t.rejects(CALLS.disableTotp[1](actions), { code: 'AUTH_MFA_UNAVAILABLE' })
})
