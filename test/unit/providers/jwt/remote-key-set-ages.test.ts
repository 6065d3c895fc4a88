import t from 'tap'

import { KEYS_UNAVAILABLE, KID_UNKNOWN, outcomeOf } from '../../../fixtures/outcome-of.js'
import { setUpRemote } from '../../../fixtures/set-up-remote.js'

const MAX_AGE = 1_200
const STALE = 43_200
const COOLDOWN = 10

t.test('fetches in the background before the keys are too old, again and again', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  for (const wanted of [2, 3, 4]) {
    clock.advance(MAX_AGE * 0.8)
    await issuer.untilFetched(wanted)
    t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN, 'waits for the fetch that is under way')
    t.equal(issuer.fetches, wanted)
  }
})

t.test('goes on fetching after a failure, once per cool-down', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  issuer.behaviour = 'fail'
  clock.advance(MAX_AGE * 0.8)
  await issuer.untilFetched(2)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KEYS_UNAVAILABLE)
  clock.advance(COOLDOWN)
  await issuer.untilFetched(3)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KEYS_UNAVAILABLE)
  issuer.behaviour = 'well'
  issuer.rotate()
  clock.advance(COOLDOWN)
  await issuer.untilFetched(4)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 4)
})

t.test('serves with keys past their age while the issuer is down, and with 503 when the stale window is over', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  const generation = provider.keyGeneration
  issuer.behaviour = 'hangUp'
  let now = 0
  for (const age of [MAX_AGE, MAX_AGE + 1, MAX_AGE + STALE / 2, MAX_AGE + STALE - 1]) {
    clock.advance(age - now)
    now = age
    t.equal(await outcomeOf(provider, issuer.token()), 'alice', `at ${age} seconds`)
    t.equal(provider.keyGeneration, generation)
  }
  clock.advance(1)
  t.not(provider.keyGeneration, generation, 'tokens that were verified are verified again')
  t.equal(await outcomeOf(provider, issuer.token()), KEYS_UNAVAILABLE)
  issuer.behaviour = 'well'
  clock.advance(COOLDOWN)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})

t.test('is not stopped by a clock that was set back', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  clock.advance(-86_400)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  issuer.rotate()
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
})
