// Line A36 of docs/from-python.md, call by call.
import { createHmac } from 'node:crypto'
import t from 'tap'

import { AwsFailure } from '../fixtures/aws-json-service.js'
import { openActions, toChallenge, toTokens } from '../fixtures/open-actions.js'

import type { UserPoolScene } from '../fixtures/user-pool-service.js'

/** What is refused with, for the exceptions given. */
async function refusalsOf (pool: UserPoolScene, types: readonly string[], act: () => Promise<unknown>): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const type of types) {
    pool.before = () => { throw new AwsFailure(type) }
    const { statusCode, message } = await act().catch((error: unknown) => error) as { readonly statusCode: number, readonly message: string }
    answers.push([statusCode, message])
  }
  pool.before = () => {}
  return answers
}

t.test('A36: a login gives tokens or a challenge; wrong ones are 401, a reset password says so', async t => {
  const { pool, actions } = await openActions(t)
  const { password } = pool.users.add('jane')
  const tokens = toTokens(await actions.logIn({ username: 'jane', password }))
  t.match(tokens, { accessToken: /./, idToken: /./, refreshToken: /./, expiresInSeconds: 3600, tokenType: 'Bearer' })
  t.match(pool.service.calls[0], { target: 'AWSCognitoIdentityProviderService.InitiateAuth', body: { AuthFlow: 'USER_PASSWORD_AUTH' } })
  t.strictSame(await refusalsOf(pool, ['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException'], () => actions.logIn({ username: 'jane', password })), [
    [401, 'Wrong username or password'], [401, 'Wrong username or password'], [401, 'Password reset required']
  ])
})

t.test('A36: a challenge is answered under Cognito\'s own name; the next may follow', async t => {
  const { pool, actions } = await openActions(t)
  const user = pool.users.add('jane', { state: 'FORCE_CHANGE_PASSWORD', factors: ['SOFTWARE_TOKEN_MFA'] })
  const first = toChallenge(await actions.logIn({ username: 'jane', password: user.password }))
  const nested = toChallenge(await actions.respondToChallenge({ ...first, answer: 'Another-password-2' }))
  t.strictSame([first.challenge, nested.challenge], ['NEW_PASSWORD_REQUIRED', 'SOFTWARE_TOKEN_MFA'])
  t.equal((await actions.respondToChallenge({ ...nested, answer: pool.users.codeOf('jane') })).kind, 'tokens')
  t.strictSame(await refusalsOf(pool, ['CodeMismatchException', 'ExpiredCodeException', 'NotAuthorizedException', 'InvalidPasswordException'], () => actions.respondToChallenge({ ...nested, answer: '000000' })), [
    [400, 'Invalid or expired challenge'], [400, 'Invalid or expired challenge'], [400, 'Invalid or expired challenge'], [400, 'Password does not meet the policy']
  ])
})

t.test('A36: a challenge of any other name is no error; there it is 500', async t => {
  const { pool, actions } = await openActions(t)
  for (const name of ['MFA_SETUP', 'EMAIL_OTP', 'SELECT_MFA_TYPE', 'CUSTOM_CHALLENGE']) {
    pool.users.add('jane', { password: 'Password-of-jane-1', challenge: { name, parameters: {}, answer: 'x' } })
    t.equal(toChallenge(await actions.logIn({ username: 'jane', password: 'Password-of-jane-1' })).challenge, name)
  }
})

t.test('A36: a refresh gives tokens, with the secret hash where there is a secret; there it is never sent', async t => {
  const secret = 'secretOfTheAppClient'
  for (const [settings, expected] of [[{}, undefined], [{ clientSecret: secret }, createHmac('sha256', secret).update('jane1example23456789').digest('base64')]] as const) {
    const { pool, actions, signIn } = await openActions(t, settings)
    const { refreshToken, username } = await signIn('jane')
    const refresh = { refreshToken: refreshToken as string, username: username as string }
    t.match(await actions.refresh(refresh), { kind: 'tokens', refreshToken: null })
    const parameters = pool.service.calls.map(({ body }) => body['AuthParameters'] as Readonly<Record<string, string>>)
    t.strictSame(parameters.map(sent => sent['SECRET_HASH']), [expected, expected])
    t.strictSame(await refusalsOf(pool, ['NotAuthorizedException'], () => actions.refresh(refresh)), [[401, 'Invalid token']])
  }
})

t.test('A36: signing out ends all logins', async t => {
  const { pool, actions, signIn } = await openActions(t)
  const { accessToken, refreshToken } = await signIn('jane')
  await actions.logOut({ accessToken })
  t.equal(pool.operations().at(-1), 'GlobalSignOut')
  await t.rejects(actions.logOut({ accessToken }), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 })
  await t.rejects(actions.refresh({ refreshToken: refreshToken as string }), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 })
})

t.test('A36: a user has attributes and groups; groups that cannot be listed are 503, there they are none', async t => {
  const { pool, actions, signIn } = await openActions(t)
  const { sub } = pool.users.add('jane', { groups: ['staff'], attributes: { email: 'jane@example.com', email_verified: 'true', name: 'Jane', 'custom:bio': 'reads', 'custom:avatar_url': 'https://example.com/jane.png' } })
  const { accessToken } = await signIn('jane')
  const user = await actions.fetchUser({ accessToken })
  t.match(user, { id: sub, email: 'jane@example.com', emailVerified: true, name: 'Jane', groups: ['staff'] })
  t.strictSame([user.attributes['custom:bio'], user.attributes['custom:avatar_url']], ['reads', 'https://example.com/jane.png'])
  pool.before = operation => { if (operation === 'AdminListGroupsForUser') throw new AwsFailure('AccessDeniedException') }
  await t.rejects(actions.fetchUser({ accessToken }), { statusCode: 503, code: 'AUTH_PROVIDER_UNAVAILABLE' })
})

t.test('A36: a password is changed', async t => {
  const { pool, actions, signIn } = await openActions(t)
  const { accessToken } = await signIn('jane')
  const change = () => actions.changePassword({ accessToken, previousPassword: 'Password-of-jane-1', proposedPassword: 'Another-password-2' })
  t.strictSame(await refusalsOf(pool, ['NotAuthorizedException', 'InvalidPasswordException'], change), [[401, 'Wrong username or password'], [400, 'Password does not meet the policy']])
  await change()
  t.equal(pool.users.get('jane').password, 'Another-password-2')
})

t.test('A36: a forgotten password is reset; there 404 tells who does not exist', async t => {
  const { pool, actions } = await openActions(t)
  const user = pool.users.add('jane')
  const there = await actions.forgotPassword({ username: 'jane' })
  t.strictSame([there, await actions.forgotPassword({ username: 'nobody' })], [{ medium: 'EMAIL', destination: null }, there])
  const reset = { username: 'jane', code: user.resetCode as string, password: 'Another-password-2' }
  t.strictSame(await refusalsOf(pool, ['CodeMismatchException', 'ExpiredCodeException', 'UserNotFoundException', 'InvalidPasswordException'], () => actions.resetPassword(reset)), [
    [400, 'Invalid or expired code'], [400, 'Invalid or expired code'], [400, 'Invalid or expired code'], [400, 'Password does not meet the policy']
  ])
  await actions.resetPassword(reset)
  t.equal(user.password, 'Another-password-2')
})

t.test('A36: the medium is EMAIL where nothing is said, and the destination is said where Amazon Cognito makes it up for strangers', async t => {
  const { pool, actions } = await openActions(t, { existenceErrors: 'ENABLED' }, { preventUserExistenceErrors: true })
  pool.users.add('jane')
  t.strictSame(await actions.forgotPassword({ username: 'jane' }), { medium: 'EMAIL', destination: 'j***@e***' })
  pool.change = () => ({ CodeDeliveryDetails: {} })
  t.equal((await actions.forgotPassword({ username: 'jane' })).medium, 'EMAIL')
})

t.test('A36: an authenticator app has issuer and account; it is set up, and given up with one of its codes', async t => {
  const { pool, actions, signIn } = await openActions(t)
  const { accessToken } = await signIn('jane')
  const { secret, uri } = await actions.setUpTotp({ accessToken })
  t.equal(uri, `otpauth://totp/us-east-1_EXAMPLE11:jane?secret=${secret}&issuer=us-east-1_EXAMPLE11&algorithm=SHA1&digits=6&period=30`)
  await actions.verifyTotp({ accessToken, code: pool.users.codeOf('jane') })
  await actions.disableTotp({ accessToken, code: pool.users.codeOf('jane') })
  t.strictSame(pool.operations().slice(1), ['AssociateSoftwareToken', 'VerifySoftwareToken', 'SetUserMFAPreference', 'VerifySoftwareToken', 'SetUserMFAPreference'])
  t.strictSame(await refusalsOf(pool, ['CodeMismatchException', 'EnableSoftwareTokenMFAException', 'SoftwareTokenMFANotFoundException'], () => actions.verifyTotp({ accessToken, code: '000000' })), [
    [400, 'Invalid or expired code'], [400, 'Invalid or expired code'], [400, 'Multi-factor authentication cannot be set up']
  ])
})

t.test('A36: what nobody knows is 503; there it goes on as it is', async t => {
  const { pool, actions, context, log } = await openActions(t)
  const { password } = pool.users.add('jane')
  t.strictSame(await refusalsOf(pool, ['WhoKnowsException'], () => actions.logIn({ username: 'jane', password }, context)), [[503, 'Authentication is temporarily unavailable']])
  t.match(log.lines, [{ level: 50, operation: 'InitiateAuth', error: { name: 'WhoKnowsException' } }])
  t.strictSame(await refusalsOf(pool, ['UserNotConfirmedException', 'TooManyRequestsException', 'LimitExceededException'], () => actions.logIn({ username: 'jane', password })), [
    [403, 'User is not confirmed'], [429, 'Too many requests'], [429, 'Too many requests']
  ])
})
