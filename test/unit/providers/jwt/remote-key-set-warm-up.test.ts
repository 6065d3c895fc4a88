import t from 'tap'

import { jwt } from '../../../../lib/providers/jwt/index.js'
import { KEYS_UNAVAILABLE, outcomeOf } from '../../../fixtures/outcome-of.js'
import { setUpRemote } from '../../../fixtures/set-up-remote.js'

const MAX_AGE = 1_200
const COOLDOWN = 10

t.test('warms up, and rejects when the keys are not to be had', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  issuer.behaviour = 'fail'
  await t.rejects(async () => await provider.warmUp?.(), { name: 'FetchError', message: `${issuer.jwksUri} did not give status 200` })
  issuer.behaviour = 'well'
  clock.advance(COOLDOWN)
  await provider.warmUp?.()
  const { fetches } = issuer
  await provider.warmUp?.()
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, fetches)
})

t.test('has no warm-up when told so, and one that stops the boot when told so', async t => {
  const { issuer, provider } = await setUpRemote(t, { warmUp: false })
  t.equal(provider.warmUp, undefined)
  t.equal(provider.warmUpRequired, false)
  const required = jwt({ issuer: issuer.url, audience: null, jwksUri: issuer.jwksUri, warmUp: 'required' })
  t.equal(required.warmUpRequired, true)
})

t.test('ends what is under way when it is closed, and plans nothing more', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  issuer.behaviour = 'stall'
  const pending = outcomeOf(provider, issuer.token())
  await issuer.untilFetched(1)
  await provider.close?.()
  t.equal(await pending, KEYS_UNAVAILABLE)
  clock.advance(MAX_AGE)
  t.equal(issuer.fetches, 1)
})

t.test('plans nothing more when it is closed after a fetch', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  await provider.close?.()
  clock.advance(MAX_AGE * 0.9)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 1)
})
