import t from 'tap'

import { KEYS_UNAVAILABLE, KID_UNKNOWN, outcomeOf } from '../../../fixtures/outcome-of.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { setUpRemote } from '../../../fixtures/set-up-remote.js'

const COOLDOWN = 10

/** Ten thousand tokens, each with a key name that nobody has. */
function toFlood (token: string): string[] {
  return Array.from({ length: 10_000 }, function toUnknown (_, index) {
    return token.replace(/^[^.]+/, Buffer.from(JSON.stringify({ alg: 'ES256', kid: `random-${index}` })).toString('base64url'))
  })
}

t.test('fetches once for a hundred cold callers', async t => {
  const { issuer, provider } = await setUpRemote(t)
  const token = issuer.token()
  const outcomes = await Promise.all(Array.from({ length: 100 }, async () => await outcomeOf(provider, token)))
  t.same(new Set(outcomes), new Set(['alice']))
  t.equal(issuer.fetches, 1)
  t.equal(issuer.others, 0)
})

t.test('fetches once for a hundred cold callers when the issuer is out of order, and tells all of them 503', async t => {
  const { issuer, provider } = await setUpRemote(t)
  issuer.behaviour = 'fail'
  const token = issuer.token()
  const outcomes = await Promise.all(Array.from({ length: 100 }, async () => await outcomeOf(provider, token)))
  t.same(new Set(outcomes), new Set([KEYS_UNAVAILABLE]))
  t.equal(issuer.fetches, 1)
})

t.test('fetches at most once per cool-down for 10,000 unknown keys while the issuer is well', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  const flood = toFlood(issuer.token())
  const inside = await Promise.all(flood.map(async token => await outcomeOf(provider, token)))
  t.same(new Set(inside), new Set([KID_UNKNOWN]))
  t.equal(issuer.fetches, 1, 'the cool-down runs')
  clock.advance(COOLDOWN)
  const after = await Promise.all(flood.map(async token => await outcomeOf(provider, token)))
  t.same(new Set(after), new Set([KID_UNKNOWN]))
  t.equal(issuer.fetches, 2, 'one more after it')
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})

t.test('fetches at most once per cool-down for 10,000 unknown keys while the issuer fails', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  issuer.behaviour = 'fail'
  clock.advance(COOLDOWN)
  const flood = toFlood(issuer.token())
  t.same(new Set(await Promise.all(flood.map(async token => await outcomeOf(provider, token)))), new Set([KEYS_UNAVAILABLE]))
  t.same(new Set(await Promise.all(flood.map(async token => await outcomeOf(provider, token)))), new Set([KEYS_UNAVAILABLE]))
  t.equal(issuer.fetches, 2)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice', 'good tokens are not harmed')
})

t.test('says when to try again', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  issuer.behaviour = 'fail'
  await t.rejects(async () => await provider.verify(issuer.token(), createContext()), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503, cause: { retryAfterSeconds: COOLDOWN } })
  clock.advance(3.5)
  await t.rejects(async () => await provider.verify(issuer.token(), createContext()), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503, cause: { retryAfterSeconds: 7 } })
  t.equal(issuer.fetches, 1)
})

t.test('fetches again after so many verified tokens, made-up ones not counted', async t => {
  const { issuer, clock, provider } = await setUpRemote(t, { jwksMaxUses: 3 })
  const bad = issuer.token().replace(/[^.]+$/, 'AAAA')
  for (let uses = 0; uses < 3; uses += 1) {
    t.equal(await outcomeOf(provider, issuer.token()), 'alice')
    t.equal(await outcomeOf(provider, bad), '401 AUTH_TOKEN_INVALID signature')
  }
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 1, 'not before the cool-down is over')
  clock.advance(COOLDOWN)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  await issuer.untilFetched(2)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN)
  t.equal(issuer.fetches, 2)
})
