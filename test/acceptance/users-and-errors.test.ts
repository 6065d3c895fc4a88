// Lines A40 and A41 of docs/from-python.md.
import t from 'tap'

import * as gatekeeper from '../../lib/index.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { goodToken, setUpStatic } from '../fixtures/set-up-static.js'
import { stopClock } from '../fixtures/clock.js'
import { setEnv } from '../fixtures/set-env.js'

import type { Test } from 'tap'

const { AUTH_CREDENTIALS_MISSING, AUTH_ROLE_MISSING, AUTH_TOKEN_INVALID } = gatekeeper

/** The user as a handler sees him, or the answer to the request. */
async function signIn (t: Test, claims: object) {
  stopClock(t)
  const { provider } = setUpStatic()
  const app = await openApp(t, { jwtProvider: provider }, app => app.get('/', async ({ user }) => user))
  const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${goodToken(claims)}` } })
  return { statusCode: response.statusCode, ...response.json() }
}

t.test('A40: what a token does not say is null', async t => {
  t.strictSame(await signIn(t, {}), { statusCode: 200, id: 'alice', kind: 'unknown', issuer: 'https://issuer.example', name: null, email: null, clientId: null })
})

t.test('A40: an id has at most 255 characters, names and addresses have no limit; there all have 500', async t => {
  t.equal((await signIn(t, { sub: 'a'.repeat(255) })).statusCode, 200)
  t.match(await signIn(t, { sub: 'a'.repeat(256) }), { statusCode: 401, code: 'AUTH_TOKEN_INVALID' })
  const long = 'n'.repeat(1_000)
  t.match(await signIn(t, { name: long, email: long }), { statusCode: 200, name: long, email: long })
})

t.test('A40: a blank address is null', async t => {
  for (const email of ['', ' ', '\t']) {
    t.match(await signIn(t, { email }), { statusCode: 200, email: null })
  }
})

t.test('A40: an unusual address is kept and keeps nobody out; there it is refused', async t => {
  for (const email of ['nobody', 'a@b', 'postmaster@[192.0.2.1]', 'пример@example.com']) {
    t.match(await signIn(t, { email }), { statusCode: 200, email })
  }
})

t.test('A40: a machine is serialised with its kind and its client, and a person may have a client too', async t => {
  t.match(await signIn(t, { sub: 'job', client_id: 'job' }), { id: 'job', kind: 'machine', clientId: 'job' })
  t.match(await signIn(t, { given_name: 'Alice', azp: 'web' }), { id: 'alice', kind: 'human', clientId: 'web' })
})

t.test('A41: errors carry status, code and message, and refusals a challenge', async t => {
  t.match(new AUTH_CREDENTIALS_MISSING(), { statusCode: 401, code: 'AUTH_CREDENTIALS_MISSING', message: 'Authentication required' })
  t.match(new AUTH_ROLE_MISSING(), { statusCode: 403, code: 'AUTH_ROLE_MISSING', message: 'Operation not allowed' })
  t.match(new AUTH_TOKEN_INVALID(), { statusCode: 401, code: 'AUTH_TOKEN_INVALID', message: 'Invalid token' })
  const issuer = handIssuer()
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => app.get('/', async () => true))
  t.equal((await app.inject('/')).headers['www-authenticate'], 'Bearer realm="api"')
})

t.test('A41: our errors are known from all others', async t => {
  const { isAuthError } = gatekeeper
  t.ok(isAuthError(new AUTH_ROLE_MISSING()))
  t.notOk(isAuthError(Object.assign(new Error('else'), { code: 'AUTH_ROLE_MISSING', statusCode: 403 })))
})

t.test('A41: the level of the log is the only setting; lines have the names of pino and the id of the request', async t => {
  setEnv(t, { AUTH_MIDDLEWARE_LOG_LEVEL: 'INFO', AUTH_MIDDLEWARE_LOG_FORMAT: '{message}' })
  const log = collectLog()
  const issuer = handIssuer()
  const app = await openApp(t, { jwtProvider: issuer.provider() }, app => app.get('/', async () => true), { logger: log.logger })
  log.clear()
  await Promise.all(['first', 'second'].map(() => app.inject({ url: '/', headers: bearer(handIssuer().token()) })))
  const lines = log.lines.filter(line => line['code'] === 'AUTH_TOKEN_INVALID')
  t.strictSame(lines.map(({ level }) => level), [30, 30])
  t.strictSame(new Set(lines.map(line => line['reqId'])).size, 2, 'each line belongs to its request')
})

t.test('A41: a level that nobody knows stops the boot; there nothing reads it', async t => {
  setEnv(t, { AUTH_MIDDLEWARE_LOG_LEVEL: 'LOUD' })
  await t.rejects(openApp(t, { jwtProvider: handIssuer().provider() }), { code: 'AUTH_OPTION_INVALID' })
})
