import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { basicHeader } from '../fixtures/basic-header.js'
import { collectLog } from '../fixtures/collect-log.js'
import { ARGON2_RECORD, fakeArgon2, RIGHT_PASSWORD } from '../fixtures/fake-argon2.js'
import { openApp } from '../fixtures/open-app.js'
import { requireGroups } from '../../lib/index.js'
import { basic, jsonCredentials } from '../../lib/providers/basic/index.js'

import type { FastifyInstance } from 'fastify'

const repository = { findByUsername: async (username: string) => username === 'alice' ? { id: '7', name: 'Alice', passwordHash: ARGON2_RECORD, groups: ['staff'] } : null }

function declareMe (app: FastifyInstance): void {
  app.get('/me', async ({ user }) => ({ id: user?.id, issuer: user?.issuer, kind: user?.kind, authenticator: user?.authenticator, groups: await user?.groups() }))
  app.get('/staff', { preHandler: requireGroups('staff') }, async () => 'in')
  app.get('/root', { preHandler: requireGroups('root') }, async () => 'in')
}

t.test('whoever has the password is signed in with what is stored of him', async t => {
  fakeArgon2(t)
  const app = await openApp(t, { authenticators: [basic(repository)] }, declareMe)
  const headers = basicHeader('alice', RIGHT_PASSWORD)
  const { statusCode, body } = await app.inject({ url: '/me', headers })
  t.equal(statusCode, 200)
  t.strictSame(JSON.parse(body), { id: '7', issuer: 'urn:fastify-gatekeeper:basicAuth', kind: 'human', authenticator: 'basicAuth', groups: ['staff'] })
  t.equal((await app.inject({ url: '/staff', headers })).statusCode, 200)
  t.match((await app.inject({ url: '/root', headers })).json(), { code: 'AUTH_GROUP_MISSING' })
})

t.test('everybody else is asked for a password, in one and the same way', async t => {
  fakeArgon2(t)
  const log = collectLog()
  const app = await openApp(t, { authenticators: [basic(repository, { realm: 'books' })] }, declareMe, { logger: log.logger })
  for (const [headers, code] of [
    [{}, 'AUTH_CREDENTIALS_MISSING'], [{ authorization: 'Digest x' }, 'AUTH_CREDENTIALS_MISSING'], [basicHeader('alice', 'wrong-password'), 'AUTH_PASSWORD_REJECTED'],
    [{ authorization: 'Basic =' }, 'AUTH_CREDENTIALS_MALFORMED']
  ] as const) {
    const { statusCode, headers: answered, body } = await app.inject({ url: '/me', headers })
    t.match({ statusCode, challenge: answered['www-authenticate'], body: JSON.parse(body) }, { statusCode: 401, challenge: 'Basic realm="books", charset="UTF-8"', body: { code } })
  }
  t.notMatch(log.text(), 'wrong-password')
  t.notMatch(log.text(), 'alice')
})

t.test('a file that changes while the server runs counts from then on', async t => {
  fakeArgon2(t)
  const file = join(t.testdir({ 'users.json': JSON.stringify({ alice: { passwordHash: ARGON2_RECORD } }) }), 'users.json')
  let now = 0
  t.intercept(performance, 'now', { value: () => now })
  const app = await openApp(t, { authenticators: [basic(jsonCredentials(file))] }, declareMe)
  const statusOf = async (username: string) => {
    now += 1_001
    return (await app.inject({ url: '/me', headers: basicHeader(username, RIGHT_PASSWORD) })).statusCode
  }
  t.strictSame([await statusOf('alice'), await statusOf('bob')], [200, 401])
  writeFileSync(`${file}.new`, JSON.stringify({ bob: { passwordHash: ARGON2_RECORD } }))
  renameSync(`${file}.new`, file)
  t.strictSame([await statusOf('alice'), await statusOf('bob')], [401, 200], 'also for whom was remembered')
})

t.test('a flood of wrong passwords from one address keeps nobody else waiting', async t => {
  const argon2 = fakeArgon2(t)
  const app = await openApp(t, { authenticators: [basic(repository)], failureLimit: null, providerTimeoutMs: 600_000 }, declareMe)
  const send = (password: string, remoteAddress: string) => app.inject({ url: '/me', headers: basicHeader('alice', password), remoteAddress })
  argon2.hold()
  const flood = Array.from({ length: 500 }, (_, index) => send(`wrong ${index}`, '192.0.2.1'))
  while (argon2.asked.length < 2) await tick()
  const alice = send(RIGHT_PASSWORD, '198.51.100.7')
  // What is known to be right waits for nobody; this is not yet.
  for (let ended = 0; ended < 3; ended++) {
    for (let turn = 0; turn < 50; turn++) await tick()
    argon2.release('first')
  }
  for (let turn = 0; turn < 50; turn++) await tick()
  t.ok(argon2.asked.indexOf(RIGHT_PASSWORD) < 6, `has its turn as number ${argon2.asked.indexOf(RIGHT_PASSWORD)}, among 500`)
  while (argon2.asked.length < 8) {
    argon2.release('first')
    await tick()
  }
  t.equal((await alice).statusCode, 200, 'while hundreds wait')
  t.ok(argon2.asked.length < 20)
  t.equal((await send(RIGHT_PASSWORD, '198.51.100.7')).statusCode, 200, 'and what is remembered is not hashed at all')
  argon2.release('all')
  t.strictSame(new Set((await Promise.all(flood)).map(({ statusCode }) => statusCode)), new Set([401]))
  t.equal(argon2.most, 2, 'two at once, whatever comes')
})

t.test('more than wait can be answered is 503 for whoever sends it', async t => {
  const argon2 = fakeArgon2(t)
  const app = await openApp(t, { authenticators: [basic(repository)], failureLimit: null, providerTimeoutMs: 600_000 }, declareMe)
  argon2.hold()
  const flood = Array.from({ length: 1_010 }, (_, index) => app.inject({ url: '/me', headers: basicHeader('alice', `wrong ${index}`), remoteAddress: '192.0.2.1' }))
  const overloaded = await Promise.any(flood.map(async answer => {
    const { statusCode, headers } = await answer
    return statusCode === 503 ? headers['retry-after'] : await Promise.reject(new Error('in turn'))
  }))
  t.equal(String(overloaded), '5')
  argon2.release('all')
  const counts = new Map<number, number>()
  for (const { statusCode } of await Promise.all(flood)) counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1)
  t.strictSame([...counts].sort(), [[401, 1_002], [503, 8]])
})

t.test('challenge: false asks as no browser understands, and the header is read all the same', async t => {
  fakeArgon2(t)
  const app = await openApp(t, { authenticators: [basic(repository, { challenge: false })] }, declareMe)
  t.equal((await app.inject('/me')).headers['www-authenticate'], 'xBasic realm="api", charset="UTF-8"')
  t.equal((await app.inject({ url: '/me', headers: basicHeader('alice', RIGHT_PASSWORD) })).statusCode, 200)
  t.equal((await app.inject({ url: '/me', headers: { authorization: basicHeader('alice', RIGHT_PASSWORD).authorization.replace('Basic', 'xBasic') } })).statusCode, 401)
})

async function tick (): Promise<void> {
  await new Promise(resolve => { setImmediate(resolve) })
}
