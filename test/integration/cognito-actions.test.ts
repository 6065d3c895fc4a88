import { createHmac } from 'node:crypto'
import t from 'tap'

import { openActions, toChallenge, toTokens } from '../fixtures/open-actions.js'
import { cognito } from '../../lib/providers/cognito/index.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { currentUser } from '../../lib/index.js'

import type { ActionsScene } from '../fixtures/open-actions.js'
import type { ChallengeAnswer } from '../../lib/providers/cognito/admin/index.js'

const SECRET = 'secretOfTheAppClient0123456789'

function hashOf (username: string): string {
  return createHmac('sha256', SECRET).update(`${username}1example23456789`).digest('base64')
}

function lastCall ({ pool }: ActionsScene) {
  return pool.service.calls.at(-1)?.body as Readonly<Record<string, Record<string, unknown>>>
}

t.test('a password gives tokens, which the pool\'s provider verifies', async t => {
  const { pool, actions, context } = await openActions(t)
  const { password, sub } = pool.users.add('jane', { groups: ['staff'] })
  const tokens = toTokens(await actions.logIn({ username: 'jane', password }, context))
  t.match(tokens, { kind: 'tokens', accessToken: /^ey/, idToken: /^ey/, refreshToken: /./, expiresInSeconds: 3600, tokenType: 'Bearer', username: 'jane' })
  t.ok(Object.isFrozen(tokens))
  const { userPoolId, clientId } = pool.options()
  const app = await openApp(t, { jwtProvider: cognito({ userPoolId, clientId, issuer: pool.issuer.url }) }, app => {
    app.get('/', async request => [currentUser(request).id, await currentUser(request).groups()])
  })
  t.strictSame((await app.inject({ url: '/', headers: bearer(tokens.accessToken) })).json(), [sub, ['staff']])
})

t.test('the call is Amazon\'s own, unsigned, with what is needed and no more', async t => {
  const scene = await openActions(t)
  const { password } = scene.pool.users.add('jane')
  await scene.actions.logIn({ username: 'jane', password }, scene.context)
  t.strictSame(lastCall(scene), { ClientId: '1example23456789', AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'jane', PASSWORD: password }, UserContextData: { IpAddress: '192.0.2.7' } })
  await scene.actions.logIn({ username: 'jane', password })
  t.notOk('UserContextData' in lastCall(scene), 'nobody said where the caller is')
})

t.test('a client with a secret proves it in every call that asks for it', async t => {
  const scene = await openActions(t, { clientSecret: SECRET })
  const { pool, actions } = scene
  const user = pool.users.add('jane', { factors: ['EMAIL_OTP'] })
  const first = toChallenge(await actions.logIn({ username: 'jane@example.com', password: user.password }))
  t.equal(lastCall(scene)['AuthParameters']?.['SECRET_HASH'], hashOf('jane@example.com'), 'what was typed')
  const { username } = first
  const tokens = toTokens(await actions.respondToChallenge({ ...first, answer: user.sentCode as string }))
  t.equal(lastCall(scene)['ChallengeResponses']?.['SECRET_HASH'], hashOf('jane'), 'what the challenge came with')
  t.equal(username, 'jane')
  const renewed = await actions.refresh({ refreshToken: tokens.refreshToken as string, username: tokens.username as string })
  t.equal(lastCall(scene)['AuthParameters']?.['SECRET_HASH'], hashOf('jane'))
  t.equal(renewed.refreshToken, null, 'the old one goes on')
  await actions.forgotPassword({ username: 'jane' })
  t.equal(lastCall(scene)['SecretHash'], hashOf('jane'))
  await actions.resetPassword({ username: 'jane', code: user.resetCode as string, password: 'Another-password-2' })
  t.equal(lastCall(scene)['SecretHash'], hashOf('jane'))
  await actions.revokeToken({ refreshToken: tokens.refreshToken as string })
  t.equal(lastCall(scene)['ClientSecret'], SECRET)
})

t.test('a client without one sends none', async t => {
  const scene = await openActions(t)
  const { pool, actions } = scene
  const user = pool.users.add('jane', { factors: ['EMAIL_OTP'] })
  const challenge = toChallenge(await actions.logIn({ username: 'jane', password: user.password }))
  const { refreshToken } = toTokens(await actions.respondToChallenge({ ...challenge, answer: user.sentCode as string }))
  await actions.refresh({ refreshToken: refreshToken as string })
  await actions.forgotPassword({ username: 'jane' })
  await actions.resetPassword({ username: 'jane', code: user.resetCode as string, password: 'Another-password-2' })
  await actions.revokeToken({ refreshToken: refreshToken as string })
  t.equal(pool.service.calls.length, 6)
  t.notMatch(JSON.stringify(pool.service.calls.map(({ body }) => body)), /secret/i)
})

t.test('challenges follow one another until there are tokens', async t => {
  const { pool, actions } = await openActions(t, { mfa: 'ON' })
  const user = pool.users.add('jane', { factors: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'], attributes: { phone_number: '+15550100123' }, challenge: { name: 'CUSTOM_CHALLENGE', parameters: { question: 'colour?' }, answer: 'blue' } })
  const select = toChallenge(await actions.logIn({ username: 'jane', password: user.password }))
  t.match(select, { challenge: 'SELECT_MFA_TYPE', username: 'jane', parameters: { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA"]' } })
  t.ok(Object.isFrozen(select.parameters))
  const sms = toChallenge(await actions.respondToChallenge({ ...select, answer: 'SMS_MFA' }))
  t.match(sms, { challenge: 'SMS_MFA', parameters: { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS' } })
  const custom = toChallenge(await actions.respondToChallenge({ ...sms, answer: user.sentCode as string }))
  t.match(custom, { challenge: 'CUSTOM_CHALLENGE', parameters: { question: 'colour?' } })
  t.equal(toTokens(await actions.respondToChallenge({ ...custom, answer: 'blue' })).username, 'jane')
})

t.test('an authenticator app, a first password with what else is asked for, and a challenge that nobody knows yet', async t => {
  const { pool, actions } = await openActions(t, { requiredAttributes: ['given_name'] })
  const jane = pool.users.add('jane', { factors: ['SOFTWARE_TOKEN_MFA'], challenge: { name: 'FACE_OF_TOMORROW', parameters: {}, answer: 'smile' } })
  const totp = toChallenge(await actions.logIn({ username: 'jane', password: jane.password }))
  const face = toChallenge(await actions.respondToChallenge({ ...totp, answer: pool.users.codeOf('jane') }))
  t.equal(face.challenge, 'FACE_OF_TOMORROW')
  t.equal((await actions.respondToChallenge({ ...face, answer: 'smile' })).kind, 'tokens')

  const john = pool.users.add('john', { state: 'FORCE_CHANGE_PASSWORD' })
  const first = toChallenge(await actions.logIn({ username: 'john', password: john.password }))
  t.equal(first.challenge, 'NEW_PASSWORD_REQUIRED')
  await t.rejects(actions.respondToChallenge({ ...first, answer: 'short' }), { code: 'AUTH_CHALLENGE_REJECTED' }, 'the name is missing')
  const answers = { 'userAttributes.given_name': 'John', USERNAME: 'jane', SECRET_HASH: 'of another', NEW_PASSWORD: 'Overwritten-by-the-answer-1' }
  t.equal((await actions.respondToChallenge({ ...first, answer: 'A-password-of-johns-own-1', answers })).kind, 'tokens')
  t.strictSame([john.password, john.attributes['given_name']], ['A-password-of-johns-own-1', 'John'])
})

t.test('one more name of a code, and an answer without one', async t => {
  const scene = await openActions(t)
  scene.pool.before = () => { throw new Error('only what was sent counts') }
  const asked: ChallengeAnswer = { challenge: 'SMS_OTP', session: 'x'.repeat(20), username: 'jane' }
  await t.rejects(scene.actions.respondToChallenge({ ...asked, answer: '123456' }), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  t.strictSame(lastCall(scene)['ChallengeResponses'], { SMS_OTP_CODE: '123456', USERNAME: 'jane' })
  await t.rejects(scene.actions.respondToChallenge({ ...asked, challenge: 'MFA_SETUP' }), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  t.strictSame(lastCall(scene)['ChallengeResponses'], { USERNAME: 'jane' })
  t.equal(lastCall(scene)['Session'], asked.session)
  await t.rejects(scene.actions.respondToChallenge({ ...asked, session: null }), { code: 'AUTH_PROVIDER_UNAVAILABLE' })
  t.notOk('Session' in lastCall(scene), 'where none came, none goes')
})

t.test('refresh tokens that rotate are good once, and give the next', async t => {
  const { pool, actions, signIn } = await openActions(t, { rotatesRefreshTokens: true, clientSecret: SECRET }, { refreshTokenRotation: true })
  const { refreshToken } = await signIn('jane')
  const renewed = await actions.refresh({ refreshToken: refreshToken as string })
  t.match(renewed.refreshToken, /./)
  t.not(renewed.refreshToken, refreshToken)
  await t.rejects(actions.refresh({ refreshToken: refreshToken as string, username: 'jane' }), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 })
  t.equal((await actions.refresh({ refreshToken: renewed.refreshToken as string })).username, 'jane')
  t.ok(pool.operations().includes('GetTokensFromRefreshToken'))
})

t.test('who signs out everywhere has no login left; who gives a refresh token back, one less', async t => {
  const { actions, signIn } = await openActions(t)
  const [one, other] = [await signIn('jane'), await signIn('jane')]
  t.equal(await actions.revokeToken({ refreshToken: one.refreshToken as string }), undefined)
  await t.rejects(actions.refresh({ refreshToken: one.refreshToken as string }), { code: 'AUTH_TOKEN_INVALID' })
  t.equal((await actions.refresh({ refreshToken: other.refreshToken as string })).kind, 'tokens')
  t.equal(await actions.logOut({ accessToken: other.accessToken }), undefined)
  await t.rejects(actions.refresh({ refreshToken: other.refreshToken as string }), { code: 'AUTH_TOKEN_INVALID' })
  await t.rejects(actions.logOut({ accessToken: other.accessToken }), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 })
  await t.rejects(actions.revokeToken({ refreshToken: other.accessToken }), { code: 'AUTH_TOKEN_INVALID' }, 'it is no refresh token')
})

t.test('a user comes with all his groups, page by page, asked for as the app', async t => {
  const { pool, actions, signIn } = await openActions(t)
  const groups = ['a', 'b', 'c', 'd', 'e']
  const { sub } = pool.users.add('jane', { groups, attributes: { email: 'jane@example.com', email_verified: 'true', name: 'Jane', 'custom:bio': 'reads', 'custom:avatar_url': 'https://example.com/j.png' } })
  const { accessToken } = await signIn('jane')
  const user = await actions.fetchUser({ accessToken })
  t.strictSame({ ...user, attributes: { ...user.attributes } }, {
    id: sub,
    username: 'jane',
    email: 'jane@example.com',
    emailVerified: true,
    name: 'Jane',
    groups,
    attributes: { sub, email: 'jane@example.com', email_verified: 'true', name: 'Jane', 'custom:bio': 'reads', 'custom:avatar_url': 'https://example.com/j.png' }
  })
  t.ok([user, user.groups, user.attributes].every(Object.isFrozen))
  t.strictSame(pool.operations().slice(1), ['GetUser', ...Array(3).fill('AdminListGroupsForUser')])
  t.match(pool.service.calls.at(-1)?.body, { UserPoolId: 'us-east-1_EXAMPLE11', Username: 'jane', NextToken: 'page-4' })
})

t.test('a user of whom little is known has nothing made up', async t => {
  const { pool, actions, signIn } = await openActions(t)
  pool.users.add('john', { attributes: {} })
  t.match(await actions.fetchUser(await signIn('john')), { username: 'john', email: null, emailVerified: null, name: null, groups: [] })
  pool.users.add('joan', { attributes: { email_verified: 'false' } })
  t.equal((await actions.fetchUser(await signIn('joan'))).emailVerified, false)
})

t.test('a password is changed by who knows the one before', async t => {
  const { pool, actions, signIn } = await openActions(t)
  const { accessToken } = await signIn('jane')
  const user = pool.users.get('jane')
  const change = { accessToken, previousPassword: user.password, proposedPassword: 'Another-password-2' }
  await t.rejects(actions.changePassword({ ...change, previousPassword: 'Wrong-password-1' }), { code: 'AUTH_PASSWORD_REJECTED', statusCode: 401 })
  await t.rejects(actions.changePassword({ ...change, proposedPassword: 'short' }), { code: 'AUTH_PASSWORD_UNSUITABLE', statusCode: 400 })
  t.equal(await actions.changePassword(change), undefined)
  t.equal(user.password, 'Another-password-2')
  await actions.logOut({ accessToken })
  await t.rejects(actions.changePassword(change), { code: 'AUTH_TOKEN_INVALID', statusCode: 401 }, 'the token is over')
})

t.test('a forgotten password is set anew with the code that was sent', async t => {
  const { pool, actions } = await openActions(t)
  const user = pool.users.add('jane')
  t.strictSame(await actions.forgotPassword({ username: 'jane' }), { medium: 'EMAIL', destination: null })
  const reset = { username: 'jane', code: user.resetCode as string, password: 'Another-password-2' }
  await t.rejects(actions.resetPassword({ ...reset, code: 'wrong' }), { code: 'AUTH_CODE_REJECTED', statusCode: 400 })
  await t.rejects(actions.resetPassword({ ...reset, password: 'short' }), { code: 'AUTH_PASSWORD_UNSUITABLE', statusCode: 400 })
  t.equal(await actions.resetPassword(reset), undefined)
  t.equal(user.password, 'Another-password-2')
  await t.rejects(actions.resetPassword(reset), { code: 'AUTH_CODE_REJECTED' }, 'it is good once')
})

t.test('an authenticator app is set up, asked for, and given up', async t => {
  const { pool, actions, signIn } = await openActions(t, {}, { totpIssuer: 'Book Shop' })
  const { accessToken } = await signIn('jane')
  const setup = await actions.setUpTotp({ accessToken })
  t.strictSame(setup, { secret: setup.secret, uri: `otpauth://totp/Book%20Shop:jane?secret=${setup.secret}&issuer=Book%20Shop&algorithm=SHA1&digits=6&period=30`, session: null })
  await t.rejects(actions.verifyTotp({ accessToken, code: '000000' }), { code: 'AUTH_CODE_REJECTED', statusCode: 400 })
  t.strictSame(await actions.verifyTotp({ accessToken, code: pool.users.codeOf('jane'), deviceName: 'phone' }), { session: null })
  t.match(pool.service.calls.at(-1)?.body, { SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } })
  const { password } = pool.users.get('jane')
  t.equal(toChallenge(await actions.logIn({ username: 'jane', password })).challenge, 'SOFTWARE_TOKEN_MFA')

  const calls = pool.service.calls.length
  await t.rejects(actions.disableTotp({ accessToken, code: '000000' }), { code: 'AUTH_CODE_REJECTED' })
  t.equal(pool.service.calls.length, calls + 1, 'nothing is switched off without a code')
  t.equal(await actions.disableTotp({ accessToken, code: pool.users.codeOf('jane') }), undefined)
  t.equal((await actions.logIn({ username: 'jane', password })).kind, 'tokens')
})

t.test('whoever needs an authenticator app to sign in sets it up on the way', async t => {
  const { pool, actions } = await openActions(t, { mfa: 'ON' })
  const { password } = pool.users.add('jane')
  const challenge = toChallenge(await actions.logIn({ username: 'jane', password }))
  t.equal(challenge.challenge, 'MFA_SETUP')
  const { session } = challenge
  await t.rejects(actions.verifyTotp({ session, code: '000000' }), { code: 'AUTH_MFA_UNAVAILABLE', statusCode: 400 }, 'nobody asked for a secret')
  const setup = await actions.setUpTotp({ session, account: 'jane@example.com' })
  t.match(setup.uri, /^otpauth:\/\/totp\/us-east-1_EXAMPLE11:jane%40example\.com\?/)
  t.match((await actions.setUpTotp({ session: setup.session as string })).uri, /^otpauth:\/\/totp\/us-east-1_EXAMPLE11\?secret=/)
  const again = pool.sessions.create(pool.users.get('jane'), 'MFA_SETUP', 'associated')
  await t.rejects(actions.verifyTotp({ session: again, code: '000000' }), { code: 'AUTH_CODE_REJECTED' })
  const verified = await actions.verifyTotp({ session: again, code: pool.users.codeOf('jane') })
  t.equal(pool.operations().at(-1), 'VerifySoftwareToken', 'the login itself switches it on')
  t.equal((await actions.respondToChallenge({ ...challenge, session: verified.session as string })).kind, 'tokens')
  await t.rejects(actions.setUpTotp({ session }), { code: 'AUTH_CHALLENGE_REJECTED', statusCode: 400 }, 'it is over')
  await t.rejects(actions.verifyTotp({ session: 'short', code: '000000' }), { code: 'AUTH_CHALLENGE_REJECTED', statusCode: 400 })
})

t.test('what an authenticator app shows is encoded, whatever somebody is called', async t => {
  const { actions, signIn } = await openActions(t)
  const { accessToken } = await signIn('jane')
  for (const [account, label] of [['a:b/c?d&e=f', 'a%3Ab%2Fc%3Fd%26e%3Df'], ['Zoë', 'Zo%C3%AB'], ['half \ud800', 'half%20%EF%BF%BD']] as const) {
    t.ok((await actions.setUpTotp({ accessToken, account })).uri.startsWith(`otpauth://totp/us-east-1_EXAMPLE11:${label}?`), label)
  }
})
