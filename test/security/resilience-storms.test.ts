import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import t from 'tap'

import { memoryRevocations } from '../../lib/index.js'
import { ISSUER } from './forge.js'
import { withToken } from './harness.js'
import { BAD, createStorm, good, jwtProvider, promising } from './storm.js'
import { turns, watchStrays } from './strays.js'

import type { FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { AuthPluginOptions, Identity, JwtProvider } from '../../lib/index.js'

const many = (count: number, make: (number: number) => string): readonly string[] => Array.from({ length: count }, (_, number) => make(number))
const users = (count: number): readonly string[] => many(count, number => `200 user-${number}`)

t.test('20,000 tokens, good and bad by turns: each gets what it is worth, and no more are remembered than was said', async t => {
  const kinds = Object.values(BAD)
  const { send, verified, witness } = await createStorm(t, { tokenCache: { max: 200 } })
  const tokens = many(10_000, good)
  const bad = many(10_000, number => kinds[number % kinds.length]?.(number) ?? '')
  const answers = await send(tokens.flatMap((token, number) => [token, bad[number] ?? '']))
  t.strictSame(answers, users(10_000).flatMap(answer => [answer, '401']))
  const asked = verified()
  await send(tokens.slice(-200))
  t.equal(verified(), asked, 'the last are remembered')
  await send(tokens.slice(-3_200, -200))
  t.equal(verified(), asked + 3_000, 'and none of the others')
  t.strictSame(witness.breaches, [])
})

for (const [name, make] of Object.entries(BAD)) {
  t.test(`a storm of bad tokens (${name}) makes nobody forgotten`, async t => {
    const { send, verified } = await createStorm(t, { tokenCache: { max: 50 } })
    const tokens = many(50, good)
    await send(tokens)
    t.strictSame(new Set(await send(many(2_000, make))), new Set(['401']))
    const asked = verified()
    t.strictSame(await send(tokens), users(50))
    t.equal(verified(), asked)
  })
}

t.test('what is remembered is bounded in bytes, too', async t => {
  const { send, verified } = await createStorm(t, { tokenCache: { max: 10_000, maxBytes: 1_048_576 } })
  const tokens = many(500, number => good(number, { padding: 'x'.repeat(8_000) }))
  t.strictSame(await send(tokens), users(500))
  const asked = verified()
  for (const token of tokens.toReversed()) {
    await send([token])
  }
  const remembered = asked + 500 - verified()
  t.ok(remembered > 5 && remembered * 8_000 < 1_048_576, `${remembered} of 500 are remembered`)
})

t.test('tokens with one and the same end: one place for all, and each is himself', async t => {
  const { send, verified } = await createStorm(t)
  const tokens = many(500, number => `${good(number).slice(0, -40)}${'A'.repeat(40)}`)
  t.strictSame(await send(tokens), users(500))
  t.strictSame(await send(tokens), users(500))
  t.equal(verified(), 1_000)
})

t.test('revocations are bounded: the oldest are forgotten first, as documented', async t => {
  const revocation = memoryRevocations({ max: 100 })
  const { send } = await createStorm(t, { revocation })
  for (let number = 0; number < 20_000; number++) {
    revocation.revokeToken(ISSUER, `jti-${number}`)
    revocation.revokeUser(ISSUER, `other-${number}`)
  }
  t.strictSame(await send([good(1, { jti: 'jti-19999' }), good(2, { jti: 'jti-19900' }), good(3, { jti: 'jti-19899' }), good(4, { sub: 'other-19950' })]), ['401', '401', '200 user-3', '401'])
})

t.test('2,000 who wait at once: each gets his own answer, and no timer is left', async t => {
  const strays = watchStrays(t)
  let open = (): void => {}
  const gate = new Promise<void>(resolve => { open = resolve })
  const waiting: JwtProvider = { ...jwtProvider, verify: async (...question) => await gate.then(() => jwtProvider.verify(...question)) }
  const { app } = await createStorm(t, { jwtProvider: waiting })
  const before = timers()
  const replies = many(2_000, good).map(token => app.inject(withToken(token, { url: '/id' })))
  await turns(3)
  open()
  t.strictSame((await Promise.all(replies)).map(({ body }) => body), Array.from({ length: 2_000 }, (_, number) => `user-${number}`))
  t.ok(timers() <= before, 'no timer is left')
  await strays.assertNone()
})

t.test('1,000 who wait for what never comes: each is told so, and no timer is left', async t => {
  const strays = watchStrays(t)
  const before = timers()
  const { send, witness } = await createStorm(t, { providerTimeoutMs: 20, jwtProvider: { ...jwtProvider, verify: () => new Promise(() => {}) } })
  t.strictSame(new Set(await send(many(1_000, good))), new Set(['503']))
  t.ok(timers() <= before)
  t.equal(witness.runs, 0)
  await strays.assertNone()
})

/** Requests and users of a storm, held so that they can be collected. */
async function countKept (t: Test, options: Partial<AuthPluginOptions>, tokens: readonly string[], url?: string): Promise<number> {
  const kept: Array<WeakRef<object>> = []
  async function note (request: FastifyRequest): Promise<void> {
    kept.push(new WeakRef(request), new WeakRef(request.user ?? request))
  }
  const { send } = await createStorm(t, options, app => { app.addHook('onResponse', note) })
  await send(tokens, url)
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 5; round++) {
    await turns(5)
    collect()
  }
  t.equal(kept.length, tokens.length * 2)
  return kept.filter(reference => reference.deref() !== undefined).length
}

const LEFTOVERS: Readonly<Record<string, readonly [options: Partial<AuthPluginOptions>, make: (number: number) => string, url?: string]>> = {
  'of good tokens': [{ tokenCache: { max: 10 } }, good],
  'of good tokens, remembered': [{}, good],
  'of good tokens, promised': [{ jwtProvider: promising }, good],
  'of bad tokens': [{}, BAD['forged ones'] ?? good],
  'of tokens that are none': [{}, BAD['no tokens at all'] ?? good],
  'of users without the group': [{ groupsProvider: { fetchGroups: async () => [] } }, good, '/groups'],
  'of users whose groups cannot be had': [{ groupsProvider: { fetchGroups: async () => { throw new Error('no') } } }, good, '/groups'],
  'of users whose groups never come': [{ providerTimeoutMs: 10, groupsProvider: { fetchGroups: () => new Promise(() => {}) } }, good, '/groups'],
  'of URLs that nobody declared': [{}, good, '/nowhere'],
  'of bodies of our own': [{ errorBody: 'problem' }, BAD['forged ones'] ?? good]
}

for (const [name, [options, make, url]] of Object.entries(LEFTOVERS)) {
  t.test(`a storm ${name} leaves no request and no user behind`, async t => {
    const kept = await countKept(t, options, many(1_000, make), url)
    t.ok(kept < 200, `${kept} of 2,000 are still held`)
  })
}

function nested (depth: number): object {
  let value = {}
  for (let level = 0; level < depth; level++) {
    value = { value }
  }
  return value
}

/** More than anybody needs, from providers of the app's own. */
const EXCESSES: Readonly<Record<string, readonly [options: Partial<AuthPluginOptions>, answer: string]>> = {
  'a hundred thousand groups': [{ groupsProvider: { fetchGroups: () => [...many(100_000, number => `group-${number}`), 'staff'] } }, '200 user-1'],
  'a hundred thousand groups, and not the one': [{ groupsProvider: { fetchGroups: () => many(100_000, number => `staff-${number}`) } }, '403'],
  'one group of ten million characters': [{ groupsProvider: { fetchGroups: () => ['staff'.repeat(2_000_000)] } }, '403'],
  'claims nested deeper than the stack': [{ jwtProvider: { ...jwtProvider, verify: (...question) => ({ ...jwtProvider.verify(...question) as Identity, claims: { claim: nested(1_000_000) } }) } }, '503'],
  'an error with ten million characters': [{ groupsProvider: { fetchGroups () { throw new Error('x'.repeat(10_000_000)) } } }, '503'],
  'an error with a million causes': [{ groupsProvider: { fetchGroups () { throw many(1_000_000, String).reduce<Error>((cause, text) => ({ name: 'Error', message: text, cause }), new Error('first')) } } }, '503'],
  'an error that recurs without end': [{ groupsProvider: { fetchGroups: function recur (...question): string[] { return [...(recur(...question))] } } }, '503']
}

for (const [name, [options, answer]] of Object.entries(EXCESSES)) {
  t.test(`${name} are judged, or cannot be, and the next request is served`, async t => {
    const { send, witness } = await createStorm(t, options)
    t.strictSame(await send([good(1)], '/groups'), [answer])
    t.strictSame(await send([good(1, { isForged: true })]), ['401'])
    t.strictSame(witness.breaches, [])
  })
}

t.test('a hundred apps that come and go leave no listener and no timer', async t => {
  const listeners = () => process.eventNames().map(name => process.listenerCount(name)).reduce((sum, count) => sum + count, 0)
  const before = [listeners(), timers()] as const
  for (let count = 0; count < 100; count++) {
    const { app, send } = await createStorm(t, { jwtProvider: promising })
    t.strictSame(await send([good(count)]), [`200 user-${count}`])
    await app.close()
  }
  t.equal(listeners(), before[0])
  t.ok(timers() <= before[1])
})

function timers (): number {
  return process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length
}
