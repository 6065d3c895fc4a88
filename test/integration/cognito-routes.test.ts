import t from 'tap'

import { AwsFailure } from '../fixtures/aws-json-service.js'
import { ALICE, openAccountRoutes, refusalOf } from '../fixtures/open-account-routes.js'
import { fromHeader } from '../../lib/index.js'

import type { LightMyRequestResponse } from 'fastify'
import type { RoutesScene, RoutesSetUp, Sent } from '../fixtures/open-account-routes.js'

const LONG_SESSION = 'a'.repeat(20)

async function logIn ({ post }: RoutesScene, login: object = ALICE) {
  return (await post('/login', login)).json()
}

t.test('a user logs in, is somebody, refreshes and logs out', async t => {
  const scene = await openAccountRoutes(t)
  const { get, pool, post } = scene
  pool.users.get('alice').groups = ['staff', 'editors', 'readers']
  const login = await post('/login', ALICE)
  t.equal(login.statusCode, 200)
  const tokens = login.json()
  t.match(tokens, { kind: 'tokens', tokenType: 'Bearer', expiresInSeconds: 3600, username: 'alice', idToken: String, refreshToken: String })
  t.equal((await get('/mine', { token: tokens.accessToken })).body, pool.users.get('alice').sub)
  const { body, ...me } = await get('/me', { token: tokens.accessToken })
  t.match(JSON.parse(body), { id: pool.users.get('alice').sub, username: 'alice', email: 'alice@example.com', emailVerified: true, name: null, groups: ['staff', 'editors', 'readers'] })
  const head = await scene.app.inject({ method: 'HEAD', url: '/auth/me', headers: { authorization: `Bearer ${tokens.accessToken}` } })
  t.strictSame([head.statusCode, head.body, head.headers['content-length'], head.headers['cache-control']], [200, '', me.headers['content-length'], 'no-store'])
  t.equal((await scene.app.inject({ method: 'HEAD', url: '/auth/me' })).statusCode, 401)

  const fresh = (await post('/refresh', { refreshToken: tokens.refreshToken })).json()
  t.match(fresh, { kind: 'tokens', refreshToken: null, username: 'alice' })
  t.equal((await post('/logout', undefined, { token: tokens.accessToken })).statusCode, 204)
  t.strictSame(refusalOf(await get('/mine', { token: fresh.accessToken })), [401, 'AUTH_TOKEN_REVOKED'], 'of all logins')
  t.strictSame(refusalOf(await post('/refresh', { refreshToken: tokens.refreshToken })), [401, 'AUTH_TOKEN_INVALID'])
})

t.test('a login can be ended alone', async t => {
  const scene = await openAccountRoutes(t)
  const [first, second] = [await logIn(scene), await logIn(scene)]
  t.equal((await scene.post('/revoke', { refreshToken: first.refreshToken })).statusCode, 204)
  t.equal((await scene.post('/revoke', { refreshToken: first.refreshToken })).statusCode, 204, 'again')
  t.strictSame(refusalOf(await scene.post('/refresh', { refreshToken: first.refreshToken })), [401, 'AUTH_TOKEN_INVALID'])
  t.equal((await scene.post('/refresh', { refreshToken: second.refreshToken })).statusCode, 200)
})

t.test('with a client secret a refresh takes the username; where refresh tokens rotate there is a new one', async t => {
  const scene = await openAccountRoutes(t, { pool: { clientSecret: 'secretoftheclient' } })
  const { refreshToken, username } = await logIn(scene)
  t.equal((await scene.post('/refresh', { refreshToken, username })).statusCode, 200)
  t.match((await scene.post('/refresh', { refreshToken })).json(), { statusCode: 400, message: 'body must have the member username' })
  t.strictSame(refusalOf(await scene.post('/refresh', { refreshToken, username: 'bob' })), [401, 'AUTH_TOKEN_INVALID'])
  const rotating = await openAccountRoutes(t, { pool: { rotatesRefreshTokens: true }, actions: { refreshTokenRotation: true } })
  const first = await logIn(rotating)
  const second = (await rotating.post('/refresh', { refreshToken: first.refreshToken })).json()
  t.not(second.refreshToken, first.refreshToken)
  t.strictSame(refusalOf(await rotating.post('/refresh', { refreshToken: first.refreshToken })), [401, 'AUTH_TOKEN_INVALID'])
})

t.test('challenges: a code, a new password, an authenticator app that has to be set up', async t => {
  const scene = await openAccountRoutes(t, { pool: { mfa: 'ON', requiredAttributes: ['given_name'] } })
  const { pool, post } = scene
  pool.users.add('bob', { factors: ['SOFTWARE_TOKEN_MFA'] })
  pool.users.add('carol', { state: 'FORCE_CHANGE_PASSWORD', factors: ['SOFTWARE_TOKEN_MFA'] })

  const asked = await logIn(scene, { username: 'bob', password: 'Password-of-bob-1' })
  t.match(asked, { kind: 'challenge', challenge: 'SOFTWARE_TOKEN_MFA', username: 'bob', session: String })
  const answer = { challenge: asked.challenge, session: asked.session, username: asked.username }
  t.strictSame(refusalOf(await post('/challenge', { ...answer, answer: '000000' })), [400, 'AUTH_CHALLENGE_REJECTED'])
  t.match((await post('/challenge', { ...answer, answer: pool.users.codeOf('bob') })).json(), { kind: 'tokens', username: 'bob' })
  t.not((await post('/challenge', { ...answer, session: null, answer: '000000' })).json().code, 'FST_ERR_VALIDATION', 'there are challenges without one')

  const first = await logIn(scene, { username: 'carol', password: 'Password-of-carol-1' })
  t.match(first, { challenge: 'NEW_PASSWORD_REQUIRED' })
  const { challenge, session, username } = first
  t.strictSame(refusalOf(await post('/challenge', { challenge, session, username, answer: 'short', answers: { 'userAttributes.given_name': 'Carol' } })), [400, 'AUTH_PASSWORD_UNSUITABLE'])
  const next = (await post('/challenge', { challenge, session, username, answer: 'Password-of-her-own-1', answers: { 'userAttributes.given_name': 'Carol' } })).json()
  t.match(next, { challenge: 'SOFTWARE_TOKEN_MFA' })

  const setUp = await logIn(scene)
  t.match(setUp, { challenge: 'MFA_SETUP', username: 'alice' })
  const started = (await post('/totp/setup', { session: setUp.session, account: 'alice@example.com' })).json()
  t.match(started, { secret: String, uri: /^otpauth:\/\/totp\//, session: String })
  t.strictSame(refusalOf(await post('/totp/setup', { session: LONG_SESSION })), [400, 'AUTH_CHALLENGE_REJECTED'])
  const verified = (await post('/totp/verify', { session: started.session, code: pool.users.codeOf('alice'), deviceName: 'phone' })).json()
  t.match((await post('/challenge', { challenge: 'MFA_SETUP', session: verified.session, username: 'alice' })).json(), { kind: 'tokens' })
})

t.test('passwords are changed, forgotten and reset', async t => {
  const scene = await openAccountRoutes(t)
  const { get, pool, post } = scene
  const { accessToken: token } = await logIn(scene)
  const [previousPassword, proposedPassword] = [ALICE.password, 'Another-password-1']
  const wrong = await post('/password/change', { previousPassword: 'wrong', proposedPassword }, { token })
  t.strictSame(refusalOf(wrong), [401, 'AUTH_PASSWORD_REJECTED'])
  t.equal(wrong.headers['www-authenticate'], 'Bearer realm="api"', 'nothing is wrong with the token')
  t.strictSame(refusalOf(await post('/password/change', { previousPassword, proposedPassword: 'short' }, { token })), [400, 'AUTH_PASSWORD_UNSUITABLE'])
  t.equal((await get('/mine', { token })).statusCode, 200, 'only what has succeeded ends tokens')
  t.equal((await post('/password/change', { previousPassword, proposedPassword }, { token })).statusCode, 204)
  t.strictSame(refusalOf(await get('/mine', { token })), [401, 'AUTH_TOKEN_REVOKED'])
  t.equal((await post('/login', { username: 'alice', password: proposedPassword })).statusCode, 200)

  const known = await post('/password/forgot', { username: 'alice' })
  t.equal(known.statusCode, 202)
  t.strictSame((await post('/password/forgot', { username: 'nobody' })).json(), known.json(), 'nobody learns who there is')
  const code = pool.users.get('alice').resetCode
  t.strictSame(refusalOf(await post('/password/reset', { username: 'alice', code: 'wrong', password: 'Third-password-1' })), [400, 'AUTH_CODE_REJECTED'])
  t.equal((await post('/password/reset', { username: 'alice', code, password: 'Third-password-1' })).statusCode, 204)
  t.equal((await post('/login', { username: 'alice', password: 'Third-password-1' })).statusCode, 200)
})

t.test('somebody who is signed in sets an authenticator app up, and takes it away with a code of it', async t => {
  const scene = await openAccountRoutes(t)
  const { pool, post } = scene
  const { accessToken: token } = await logIn(scene)
  const started = await post('/totp/setup', undefined, { token })
  t.match(started.json(), { secret: String, session: null })
  t.strictSame(refusalOf(await post('/totp/verify', { code: '000000' }, { token })), [400, 'AUTH_CODE_REJECTED'])
  t.strictSame((await post('/totp/verify', { code: pool.users.codeOf('alice') }, { token })).json(), { session: null })
  t.match(await logIn(scene), { challenge: 'SOFTWARE_TOKEN_MFA' })
  const refused = await post('/totp/disable', { code: '000000' }, { token })
  t.strictSame(refusalOf(refused), [400, 'AUTH_CODE_REJECTED'])
  t.equal(refused.headers['www-authenticate'], undefined)
  t.equal((await post('/totp/disable', { code: pool.users.codeOf('alice') }, { token })).statusCode, 204)
  t.match(await logIn(scene), { kind: 'tokens' })
})

t.test('only an access token of this app client travels to Amazon Cognito', async t => {
  const scene = await openAccountRoutes(t, { gate: { tokenSources: [fromHeader()] } })
  const { pool, get, post } = scene
  const { idToken, accessToken } = await logIn(scene)
  const claims = { token_use: 'access', client_id: 'another-client', sub: 'x', username: 'x' }
  const other = await pool.issuer.token({ ...claims, aud: undefined })
  const before = pool.service.calls.length
  const routes: ReadonlyArray<(sent: Sent) => Promise<LightMyRequestResponse>> = [
    sent => get('/me', sent),
    sent => post('/logout', undefined, sent),
    sent => post('/password/change', { previousPassword: 'a', proposedPassword: 'b' }, sent),
    sent => post('/totp/setup', undefined, sent),
    sent => post('/totp/verify', { code: '123456' }, sent),
    sent => post('/totp/disable', { code: '123456' }, sent)
  ]
  for (const send of routes) {
    t.equal((await send({ token: idToken })).statusCode, 401)
    t.equal((await send({ token: other })).statusCode, 401)
    t.strictSame(refusalOf(await send({})), [401, 'AUTH_CREDENTIALS_MISSING'])
  }
  t.equal(pool.service.calls.length, before, 'nobody was asked')
  t.equal((await post('/totp/setup', { session: LONG_SESSION }, { token: accessToken })).statusCode, 400, 'with a session it is not about whoever is signed in')
})

t.test('a gate that lets more in than this app client does not widen it', async t => {
  const set: RoutesSetUp = { gate: {} }
  const { cognito } = await import('../../lib/providers/cognito/index.js')
  const { startUserPool } = await import('../fixtures/user-pool-service.js')
  const other = await startUserPool(t)
  const { userPoolId } = other.settings
  const wide = cognito({ userPoolId, clientId: null, tokenUse: null, issuer: other.issuer.url })
  const { get, post } = await openAccountRoutes(t, { ...set, gate: { jwtProvider: wide } })
  const id = await other.issuer.token({ sub: 'x', token_use: 'id', aud: other.settings.clientId, 'cognito:username': 'x' })
  const foreign = await other.issuer.token({ sub: 'x', token_use: 'access', client_id: 'another', username: 'x' })
  for (const token of [id, foreign]) {
    t.equal((await get('/mine', { token })).statusCode, 200)
    const refused = await get('/me', { token })
    t.strictSame(refusalOf(refused), [401, 'AUTH_TOKEN_INVALID'])
    t.equal(refused.headers['www-authenticate'], 'Bearer realm="api", error="invalid_token"')
    t.equal((await post('/logout', undefined, { token })).statusCode, 401)
    t.equal((await get('/mine', { token })).statusCode, 200, 'and ends nobody here')
  }
})

t.test('whatever is refused asks how to sign in, is kept by no cache, and says when to come again', async t => {
  const scene = await openAccountRoutes(t)
  const { pool, post } = scene
  const wrong = await post('/login', { ...ALICE, password: 'wrong' })
  t.strictSame(refusalOf(wrong), [401, 'AUTH_PASSWORD_REJECTED'])
  t.strictSame(refusalOf(await post('/login', { username: 'nobody', password: 'wrong' })), [401, 'AUTH_PASSWORD_REJECTED'])
  t.strictSame([wrong.headers['www-authenticate'], wrong.headers['cache-control']], ['Bearer realm="api"', 'no-store'])
  const over = await post('/refresh', { refreshToken: 'over' })
  t.strictSame([over.statusCode, over.headers['www-authenticate']], [401, 'Bearer realm="api"'], 'no bearer token was read, so none has failed')
  const ambiguous = await post('/challenge', { challenge: 'SMS_MFA', session: LONG_SESSION, username: 'alice', answer: '000000' })
  t.strictSame([ambiguous.statusCode, ambiguous.headers['www-authenticate']], [400, undefined])
  pool.before = () => { throw new AwsFailure('TooManyRequestsException') }
  const busy = await post('/login', ALICE)
  t.strictSame(refusalOf(busy), [429, 'AUTH_TOO_MANY_REQUESTS'])
  t.match(busy.headers, { 'retry-after': String, 'cache-control': 'no-store', 'www-authenticate': undefined })
  pool.before = () => { throw new AwsFailure('InternalErrorException', 'no', 500) }
  const down = await post('/login', ALICE)
  t.strictSame(refusalOf(down), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  t.match(down.headers, { 'retry-after': String, 'cache-control': 'no-store' })
  t.equal((await scene.get('/me')).headers['cache-control'], 'no-store')
  t.equal((await post('/login', {})).headers['cache-control'], 'no-store')
})

t.test('a token that has been revoked there ends nobody here', async t => {
  const scene = await openAccountRoutes(t)
  const { pool, post, get } = scene
  const { accessToken: old } = await logIn(scene)
  pool.tokens.signOut(pool.users.get('alice'))
  const { accessToken: token } = await logIn(scene)
  t.strictSame(refusalOf(await post('/logout', undefined, { token: old })), [401, 'AUTH_TOKEN_INVALID'])
  t.equal((await get('/mine', { token })).statusCode, 200)
})

t.test('who cannot be logged out there is logged out here, and told', async t => {
  const scene = await openAccountRoutes(t)
  const { get, pool, post } = scene
  const { accessToken: token } = await logIn(scene)
  pool.before = () => { throw new AwsFailure('InternalErrorException', 'no', 500) }
  t.strictSame(refusalOf(await post('/logout', undefined, { token })), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  t.strictSame(refusalOf(await get('/mine', { token })), [401, 'AUTH_TOKEN_REVOKED'])
})

for (const [name, revokeUser] of Object.entries({
  throws: () => { throw new Error('Password-of-alice-1') },
  rejects: async () => { throw new Error('Password-of-alice-1') },
  hangs: () => new Promise<void>(() => {})
})) {
  t.test(`a list of the revoked that ${name} is an outage, and hinders no logout there`, async t => {
    const scene = await openAccountRoutes(t, { routes: { revocations: { revokeUser } }, gate: name === 'hangs' ? { providerTimeoutMs: 500 } : {} })
    const { log, pool, post } = scene
    const { accessToken: token, refreshToken } = await logIn(scene)
    t.strictSame(refusalOf(await post('/logout', undefined, { token })), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
    t.strictSame(refusalOf(await post('/refresh', { refreshToken })), [401, 'AUTH_TOKEN_INVALID'])
    const { accessToken } = await logIn(scene)
    t.equal((await post('/password/change', { previousPassword: ALICE.password, proposedPassword: 'Another-password-1' }, { token: accessToken })).statusCode, 503)
    t.equal(pool.users.get('alice').password, 'Another-password-1')
    t.notMatch(log.text(), 'Password-of-alice-1')
  })
}

t.test('without a list of the revoked tokens live until they expire', async t => {
  const scene = await openAccountRoutes(t, { routes: { revocations: undefined } })
  const { accessToken: token } = await logIn(scene)
  t.equal((await scene.post('/logout', undefined, { token })).statusCode, 204)
  t.equal((await scene.get('/mine', { token })).statusCode, 200)
  t.strictSame(refusalOf(await scene.get('/me', { token })), [401, 'AUTH_TOKEN_INVALID'], 'Amazon Cognito knows')
})

t.test('Amazon Cognito is told where the caller is, as the proxy that is trusted says', async t => {
  const { pool, post } = await openAccountRoutes(t, { server: { trustProxy: true } })
  await post('/login', ALICE, { headers: { 'x-forwarded-for': '198.51.100.7' } })
  t.match(pool.service.calls[0]?.body, { UserContextData: { IpAddress: '198.51.100.7' } })
})
