import t from 'tap'

import { AwsFailure } from '../fixtures/aws-json-service.js'
import { ALICE, openAccountRoutes, refusalOf } from '../fixtures/open-account-routes.js'
import { memoryStore } from '../../lib/sources/cache/index.js'

import type { LightMyRequestResponse } from 'fastify'
import type { RoutesScene } from '../fixtures/open-account-routes.js'

const SESSION = 'a'.repeat(20)
const FULL = [429, 'AUTH_TOO_MANY_FAILURES']
const limited = { routes: { failureLimit: { max: 2 } } }

async function codes (count: number, send: () => Promise<LightMyRequestResponse>): Promise<unknown[]> {
  const seen: unknown[] = []
  for (let index = 0; index < count; index++) seen.push(refusalOf(await send())[1] ?? null)
  return seen
}

function logIn ({ post }: RoutesScene, from = '192.0.2.1', username = 'alice', password = 'wrong') {
  return post('/login', { username, password }, { from })
}

t.test('wrong passwords of one address are counted, and nobody elsewhere is locked out', async t => {
  const scene = await openAccountRoutes(t, limited)
  t.strictSame(await codes(3, () => logIn(scene)), ['AUTH_PASSWORD_REJECTED', 'AUTH_PASSWORD_REJECTED', FULL[1]])
  const asked = scene.pool.service.calls.length
  const full = await logIn(scene, '192.0.2.1', 'alice', ALICE.password)
  t.strictSame(refusalOf(full), FULL, 'the right one neither')
  t.match(full.headers['retry-after'], /^(?:299|300)$/)
  t.strictSame(refusalOf(await logIn(scene, '192.0.2.1', 'bob')), FULL, 'nor another account')
  t.equal(scene.pool.service.calls.length, asked, 'nobody is asked any more')
  t.equal((await logIn(scene, '192.0.2.2', 'alice', ALICE.password)).statusCode, 200)
})

t.test('codes cannot be guessed, wherever they are asked for', async t => {
  const set = await openAccountRoutes(t, { pool: { mfa: 'ON' } })
  const { session } = (await set.post('/login', ALICE)).json()
  const started = (await set.post('/totp/setup', { session })).json()
  const guesses: Readonly<Record<string, readonly [string, object, unknown]>> = {
    challenge: ['/challenge', { challenge: 'SMS_MFA', session: SESSION, username: 'alice', answer: '000000' }, 'AUTH_CHALLENGE_REJECTED'],
    reset: ['/password/reset', { username: 'alice', code: '000000', password: 'Another-password-1' }, 'AUTH_CODE_REJECTED'],
    'set-up': ['/totp/verify', { session: started.session, code: '000000' }, 'AUTH_CODE_REJECTED'],
    'a session': ['/totp/setup', { session: SESSION }, 'AUTH_CHALLENGE_REJECTED']
  }
  for (const [index, [name, [url, body, code]]] of Object.entries(guesses).entries()) {
    const seen = await codes(11, () => set.post(url, body, { from: `198.51.100.${index}` }))
    t.strictSame(seen, [...Array(10).fill(code), FULL[1]], name)
  }
})

t.test('whoever is signed in cannot guess either', async t => {
  const { pool, post } = await openAccountRoutes(t, limited)
  const { accessToken: token } = (await post('/login', ALICE)).json()
  await post('/totp/setup', undefined, { token })
  await post('/totp/verify', { code: pool.users.codeOf('alice') }, { token })
  const change = { previousPassword: 'wrong', proposedPassword: 'Another-password-1' }
  t.strictSame(await codes(3, () => post('/password/change', change, { token, from: '192.0.2.1' })), ['AUTH_PASSWORD_REJECTED', 'AUTH_PASSWORD_REJECTED', FULL[1]])
  t.strictSame(await codes(3, () => post('/totp/disable', { code: '000000' }, { token, from: '192.0.2.2' })), ['AUTH_CODE_REJECTED', 'AUTH_CODE_REJECTED', FULL[1]])
  t.strictSame(await codes(3, () => post('/totp/verify', { code: '000000' }, { token, from: '192.0.2.3' })), ['AUTH_CODE_REJECTED', 'AUTH_CODE_REJECTED', FULL[1]])
})

t.test('every request for a code counts: somebody gets mail by it', async t => {
  const scene = await openAccountRoutes(t, limited)
  const forget = (username: string, from: string) => scene.post('/password/forgot', { username }, { from })
  t.strictSame([(await forget('alice', '192.0.2.1')).statusCode, (await forget('nobody', '192.0.2.1')).statusCode, (await forget('alice', '192.0.2.1')).statusCode], [202, 202, 429])
  t.equal(scene.pool.service.calls.length, 2)
  t.equal((await forget('alice', '192.0.2.2')).statusCode, 202)
  const stored = await openAccountRoutes(t, { routes: { failureLimit: { max: 1, store: memoryStore() } } })
  t.strictSame([(await stored.post('/password/forgot', { username: 'alice' })).statusCode, (await stored.post('/password/forgot', { username: 'alice' })).statusCode], [202, 429])
})

t.test('what nobody can guess does not count, nor what nobody tried, nor an outage', async t => {
  const { pool, post } = await openAccountRoutes(t, limited)
  const { accessToken: token } = (await post('/login', ALICE)).json()
  t.strictSame(await codes(4, () => post('/refresh', { refreshToken: 'over' })), Array(4).fill('AUTH_TOKEN_INVALID'))
  t.strictSame(await codes(4, () => post('/password/change', { previousPassword: ALICE.password, proposedPassword: 'short' }, { token })), Array(4).fill('AUTH_PASSWORD_UNSUITABLE'))
  t.strictSame(await codes(4, () => post('/login', { username: 'alice' })), Array(4).fill('FST_ERR_VALIDATION'))
  pool.before = () => { throw new AwsFailure('InternalErrorException', 'no', 500) }
  t.strictSame(await codes(4, () => post('/login', ALICE)), Array(4).fill('AUTH_PROVIDER_UNAVAILABLE'))
  pool.before = () => {}
  t.equal((await post('/login', ALICE)).statusCode, 200)
})

t.test('a hundred at once get no more tries than a hundred in turn', async t => {
  const scene = await openAccountRoutes(t, limited)
  const seen = await Promise.all(Array.from({ length: 100 }, () => logIn(scene)))
  t.equal(seen.filter(response => response.statusCode === 401).length, 2)
  t.equal(seen.filter(response => response.statusCode === 429).length, 98)
})

t.test('registrations share nothing, in one store neither, but those for one app client', async t => {
  const store = memoryStore()
  const set = { routes: { failureLimit: { max: 1, store } } }
  const [first, second] = [await openAccountRoutes(t, set), await openAccountRoutes(t, set)]
  const other = await openAccountRoutes(t, { ...set, pool: { clientId: '2example23456789' } })
  t.equal((await logIn(first)).statusCode, 401)
  t.equal((await logIn(second)).statusCode, 429)
  t.equal((await logIn(other)).statusCode, 401)
})

t.test('a store that fails is an outage, and nobody is let in', async t => {
  const down = async () => { throw new Error('Password-of-alice-1') }
  const scene = await openAccountRoutes(t, { routes: { failureLimit: { store: { get: down, set: down, delete: down, clear: down } } } })
  t.strictSame(refusalOf(await scene.post('/login', ALICE)), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  t.strictSame(refusalOf(await scene.post('/password/forgot', { username: 'alice' })), [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  t.equal(scene.pool.service.calls.length, 0)
  t.notMatch(scene.log.text(), 'Password-of-alice-1')
  t.match(scene.log.of('an action on an account failed')[0], { level: 50, error: { name: 'Error' } })
})

t.test('bodies are taken as they are meant, or not at all', async t => {
  const { app, pool, post } = await openAccountRoutes(t, { server: { ajv: { customOptions: { verbose: true, allErrors: true, removeAdditional: true } } } })
  const challenge = { challenge: 'SMS_MFA', session: SESSION, username: 'alice', answer: '1' }
  const bodies: ReadonlyArray<readonly [string, unknown, string]> = [
    ['/login', undefined, 'body must have the member username'],
    ['/login', [], 'body must be an object'],
    ['/login', { username: 'alice' }, 'body must have the member password'],
    ['/login', { ...ALICE, isAdmin: 'SECRET' }, 'body must have no other members than username, password'],
    ['/login', { ...ALICE, SECRET: 1 }, 'body must have no other members than username, password'],
    ['/login', { ...ALICE, password: 7 }, 'body/password must be a text of 1 to 256 characters'],
    ['/login', { ...ALICE, password: '' }, 'body/password must be a text of 1 to 256 characters'],
    ['/login', { ...ALICE, password: 'SECRET'.repeat(43) }, 'body/password must be a text of 1 to 256 characters'],
    ['/login', { ...ALICE, password: 'SECRET'.repeat(1_000) }, 'body/password must be a text of 1 to 256 characters'],
    ['/login', { ...ALICE, username: 'SECRET name' }, 'body/username must be a text of 1 to 128 characters, matching ^[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+$'],
    ['/challenge', { ...challenge, session: 'SECRET' }, 'body/session must be a text of 20 to 2,048 characters'],
    ['/challenge', { ...challenge, session: 7 }, 'body/session must be a text of 20 to 2,048 characters'],
    ['/totp/setup', { session: null }, 'body/session must be a text of 20 to 2,048 characters'],
    ['/challenge', { ...challenge, answers: 'SECRET' }, 'body/answers must be an object of at most 32 texts'],
    ['/challenge', { ...challenge, answers: { 'SE CRET': 'x' } }, 'body/answers must be an object of at most 32 texts'],
    ['/challenge', { ...challenge, answers: { code: 1 } }, 'body/answers must be an object of at most 32 texts'],
    ['/challenge', { ...challenge, answers: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`a${index}`, 'SECRET'])) }, 'body/answers must be an object of at most 32 texts'],
    ['/totp/verify', { session: SESSION, code: 'SECRET' }, 'body/code must be a text of 6 to 6 characters, matching ^[0-9]{6}$'],
    ['/refresh', { refreshToken: 'SECRET!' }, 'body/refreshToken must be a text of 1 to 8,192 characters, matching ^[A-Za-z0-9_=.-]+$'],
    ['/refresh', undefined, 'body must have the member refreshToken']
  ]
  for (const [url, body, message] of bodies) {
    const refused = await post(url, body)
    t.strictSame(refused.json(), { statusCode: 400, code: 'FST_ERR_VALIDATION', error: 'Bad Request', message }, `${url} ${JSON.stringify(body)?.slice(0, 80)}`)
  }
  const raw = (payload: string, type = 'application/json') => app.inject({ method: 'POST', url: '/auth/login', payload, headers: { 'content-type': type } })
  t.match((await raw('{"username":"alice","password":SECRET}')).json(), { statusCode: 400, code: 'FST_ERR_CTP_INVALID_JSON_BODY', message: 'Body is not valid JSON' })
  t.equal((await raw('{"username":"alice","password":"Password-of-alice-1","__proto__":{}}')).statusCode, 400)
  t.equal((await raw('', 'application/json')).statusCode, 400)
  t.equal((await raw('username=alice&password=SECRET', 'application/x-www-form-urlencoded')).statusCode, 415)
  t.equal((await raw('SECRET', 'text/plain')).statusCode, 415)
  t.equal((await raw(JSON.stringify({ ...ALICE, more: 'x'.repeat(200_000) }))).statusCode, 413)
  t.equal(pool.service.calls.length, 0, 'nobody was asked')
  t.equal((await post('/login', { username: 'alice', password: '😀'.repeat(256) })).statusCode, 401, 'characters count, not their halves')
})

t.test('the app has parsers, validators and serializers of its own: these routes go their own way', async t => {
  const { app, get, post } = await openAccountRoutes(t, {
    declare (app) {
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _body, done) => { done(null, ALICE) })
      app.setValidatorCompiler(({ httpPart }) => value => httpPart === 'headers' && (value as { 'x-broken'?: string })['x-broken'] !== undefined ? { error: new Error('broken header') } : { value: {} })
      app.setSerializerCompiler(() => () => '{"own":true}')
      app.addHook('onRoute', route => { route.schema = { ...route.schema, headers: { type: 'object' } } })
    }
  })
  t.match((await post('/login', ALICE)).json(), { kind: 'tokens' })
  t.equal((await app.inject({ method: 'POST', url: '/auth/login', payload: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).statusCode, 415)
  t.match((await post('/login', ALICE, { headers: { 'x-broken': '1' } })).json(), { statusCode: 400, message: 'broken header' }, 'what the app adds to schemas is for its own validator')
  t.equal((await get('/mine', {})).statusCode, 401)
})

t.test('no password, code, token or session is in the log, at any level, nor a username', async t => {
  const scene = await openAccountRoutes(t, { pool: { mfa: 'ON', clientSecret: 'SECRET-of-the-client' }, server: {}, routes: { failureLimit: { max: 100 } } })
  const { log, pool, post, get } = scene
  pool.users.add('mallory-7', { password: 'SECRET-password-1', factors: ['SOFTWARE_TOKEN_MFA'] })
  const login = { username: 'mallory-7', password: 'SECRET-password-1' }
  const { challenge, session, username } = (await post('/login', login)).json()
  const code = pool.users.codeOf('mallory-7')
  const tokens = (await post('/challenge', { challenge, session, username, answer: code })).json()
  const { accessToken: token, refreshToken, idToken } = tokens
  const started = (await post('/totp/setup', {}, { token })).json()
  const sends: ReadonlyArray<() => Promise<LightMyRequestResponse>> = [
    () => post('/login', { ...login, password: 'SECRET-wrong' }),
    () => post('/login', { ...login, more: 'SECRET-more' }),
    () => post('/login', { username: 'SECRET name', password: 'SECRET-password-1' }),
    () => post('/challenge', { challenge, session, username, answer: code }),
    () => post('/refresh', { refreshToken, username }),
    () => post('/revoke', { refreshToken: `${refreshToken}!` }),
    () => post('/password/forgot', { username: 'mallory-7' }),
    () => post('/password/reset', { username: 'mallory-7', code: 'SECRET-code', password: 'SECRET-password-2' }),
    () => post('/password/change', { previousPassword: 'SECRET-wrong', proposedPassword: 'SECRET-password-2' }, { token }),
    () => post('/totp/verify', { code: '000000' }, { token }),
    () => get('/me', { token }),
    () => post('/logout', undefined, { token })
  ]
  for (const send of sends) await send()
  pool.before = () => { throw new AwsFailure('InternalErrorException', 'SECRET-message', 500) }
  for (const send of sends) await send()
  pool.before = () => {}
  pool.change = () => ({ AuthenticationResult: 'SECRET-answer', ChallengeName: 7, Session: 'SECRET-session' })
  for (const send of sends) await send()
  const text = log.text()
  for (const secret of ['SECRET', 'mallory-7', session, code, token, refreshToken, idToken, started.secret, 'eyJ']) {
    t.notOk(text.includes(secret), secret.slice(0, 20))
  }
  t.ok(log.lines.length > 60)
})
