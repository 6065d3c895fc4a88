// Lines A33 to A35 of docs/from-python.md.
import { join } from 'node:path'
import t from 'tap'

import { basicHeader } from '../fixtures/basic-header.js'
import { ARGON2_RECORD, fakeArgon2, RIGHT_PASSWORD } from '../fixtures/fake-argon2.js'
import { openApp } from '../fixtures/open-app.js'
import { setEnv } from '../fixtures/set-env.js'
import { basic, hashPassword, jsonCredentials } from '../../lib/providers/basic/index.js'

import type { Test } from 'tap'
import type { AuthPluginOptions } from '../../lib/index.js'
import type { BasicOptions, StoredCredentials } from '../../lib/providers/basic/index.js'

const PBKDF2 = 'pbkdf2_sha256$1000$000102030405060708090a0b0c0d0e0f$04c33ed9d0a11c9d3c8ef673234d5cbbe461513009a831e060915fc779fbb79b'
const SHA256 = '41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb'

/** What becomes of requests to an app whose users these are. */
async function openUsers (t: Test, users: Readonly<Record<string, StoredCredentials>>, options: BasicOptions = {}, plugin: AuthPluginOptions = {}) {
  const authenticators = [basic({ findByUsername: async username => users[username] ?? null }, options)]
  const app = await openApp(t, { authenticators, failureLimit: null, ...plugin }, app => app.get('/', async ({ user }) => ({ id: user?.id, groups: await user?.groups() })))
  return async (authorization?: string) => {
    const { statusCode, body } = await app.inject({ url: '/', headers: { ...authorization !== undefined && { authorization } } })
    return statusCode === 200 ? JSON.parse(body) : `${statusCode} ${JSON.parse(body).code}`
  }
}

const encode = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`

t.test('A33: a JSON store loads; unknown users are null; optional fields may be left out; groups are kept', async t => {
  const folder = t.testdir({ 'users.json': JSON.stringify({ alice: { name: 'Alice', hashed_pwd: 'x', groups: ['staff'], email: 'a@example.com' }, bob: { name: 'Bob', hashed_pwd: 'x' } }), 'bad.json': '{' })
  const store = jsonCredentials(join(folder, 'users.json'))
  t.strictSame(await store.findByUsername('alice'), { id: 'alice', name: 'Alice', groups: ['staff'], email: 'a@example.com', passwordHash: 'x' })
  t.strictSame(await store.findByUsername('bob'), { id: 'bob', name: 'Bob', passwordHash: 'x' })
  t.equal(await store.findByUsername('carol'), null)
  t.throws(() => jsonCredentials(join(folder, 'missing.json')), { code: 'AUTH_OPTION_INVALID' })
  t.throws(() => jsonCredentials(join(folder, 'bad.json')), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A34: valid credentials of both formats, and groups carried over', async t => {
  for (const passwordHash of [PBKDF2, SHA256]) {
    const ask = await openUsers(t, { alice: { id: '7', passwordHash, groups: ['staff'] } }, { unsaltedSha256: 'legacy' })
    t.strictSame(await ask(encode('alice:open sesame')), { id: '7', groups: ['staff'] })
    t.equal(await ask(encode('alice:open sesam')), '401 AUTH_PASSWORD_REJECTED')
    t.equal(await ask(encode('bob:open sesame')), '401 AUTH_PASSWORD_REJECTED')
  }
})

t.test('A34: wrong scheme, bad base64, no colon, empty', async t => {
  fakeArgon2(t)
  const ask = await openUsers(t, { alice: { id: '7', passwordHash: ARGON2_RECORD } })
  t.equal(await ask(), '401 AUTH_CREDENTIALS_MISSING')
  t.equal(await ask('Bearer abc'), '401 AUTH_CREDENTIALS_MISSING')
  for (const header of ['Basic !!!!', encode('alice'), 'Basic', 'Basic ', encode(''), encode(':'), encode(Buffer.from([0x61, 0x3a, 0xff]))]) t.equal(await ask(header), '401 AUTH_CREDENTIALS_MALFORMED', header)
})

t.test('A34: special characters, Unicode, several colons, the scheme in any case', async t => {
  for (const [username, password] of [['o\'neil "x" & <y>', '!@#$%^&*()'], ['Zoë', 'пароль💶'], ['alice', 'a:b::c:']] as const) {
    const ask = await openUsers(t, { [username]: { id: '7', passwordHash: await hashPassword(password) } })
    for (const scheme of ['Basic', 'basic', 'BASIC', 'bAsIc']) t.match(await ask(encode(`${username}:${password}`).replace('Basic', scheme)), { id: '7' })
  }
})

t.test('A34: an error of the repository is 503, and shows nothing of it', async t => {
  const authenticators = [basic({ findByUsername: async () => { throw new Error('postgres://user:secret@db') } })]
  const app = await openApp(t, { authenticators }, app => app.get('/', async () => 'in'))
  const { statusCode, body } = await app.inject({ url: '/', headers: basicHeader('alice', RIGHT_PASSWORD) })
  t.equal(statusCode, 503)
  t.notMatch(body, 'secret')
})

t.test('A34: while the plugin is disabled everybody is the synthetic user', async t => {
  setEnv(t, { NODE_ENV: 'test' })
  const ask = await openUsers(t, {}, {}, { disabled: true })
  t.equal(typeof (await ask()).id, 'string')
})

t.test('A35: a hash describes itself, is salted, and nobody hashes an empty password', async t => {
  const [one, other] = await Promise.all([hashPassword('x'), hashPassword('x')])
  t.equal(one.split('$').length, 5)
  t.not(one, other)
  await t.rejects(hashPassword(''), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A35: the stored count is honoured, and a malformed record is 503', async t => {
  for (const [passwordHash, answer] of [[PBKDF2.replace('1000', '999'), '401 AUTH_PASSWORD_REJECTED'], [PBKDF2.replace('1000', '0'), '503 AUTH_PROVIDER_UNAVAILABLE'], ['pbkdf2_sha256$x$y$z', '503 AUTH_PROVIDER_UNAVAILABLE'], ['é', '503 AUTH_PROVIDER_UNAVAILABLE']] as const) {
    const ask = await openUsers(t, { alice: { id: '7', passwordHash } }, { unsaltedSha256: 'legacy' })
    t.equal(await ask(encode('alice:open sesame')), answer, passwordHash)
  }
})

t.test('A35: unsalted SHA-256 counts only where it was asked for', async t => {
  const ask = await openUsers(t, { alice: { id: '7', passwordHash: SHA256 } })
  t.equal(await ask(encode('alice:open sesame')), '503 AUTH_PROVIDER_UNAVAILABLE')
})
