import t from 'tap'

import { createIssuerKey } from '../../../fixtures/counting-issuer.js'
import { KID_UNKNOWN, outcomeOf } from '../../../fixtures/outcome-of.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { setUpRemote } from '../../../fixtures/set-up-remote.js'

const MAX_AGE = 1_200
const COOLDOWN = 10

t.test('accepts a new key at its first token once the cool-down is over', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  const before = provider.keyGeneration
  clock.advance(COOLDOWN)
  issuer.rotate()
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 2)
  t.equal(provider.keyGeneration, before, 'a key that is added changes nothing for tokens that were verified')
})

t.test('accepts a key that was published before it signs without asking again', async t => {
  const { issuer, provider } = await setUpRemote(t)
  const next = createIssuerKey('second')
  issuer.published = [issuer.key.jwk, next.jwk]
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  issuer.key = next
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(issuer.fetches, 1)
})

t.test('stops verifying with a key that was withdrawn, and says so by its generation', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  const old = issuer.token()
  t.equal(await outcomeOf(provider, old), 'alice')
  const generation = provider.keyGeneration ?? 0
  issuer.rotate({ replace: true })
  clock.advance(COOLDOWN)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(provider.keyGeneration, generation + 1)
  t.equal(await outcomeOf(provider, old), KID_UNKNOWN)
})

t.test('notices that a key was exchanged under its old name', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  const old = issuer.token()
  t.equal(await outcomeOf(provider, old), 'alice')
  const generation = provider.keyGeneration ?? 0
  issuer.rotate({ replace: true, kid: 'first' })
  clock.advance(MAX_AGE * 0.8)
  await issuer.untilFetched(2)
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' })), KID_UNKNOWN)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  t.equal(await outcomeOf(provider, old), '401 AUTH_TOKEN_INVALID signature')
  t.equal(provider.keyGeneration, generation + 1)
})

t.test('takes an empty key set as the withdrawal of all keys', async t => {
  const { issuer, clock, provider } = await setUpRemote(t)
  t.equal(await outcomeOf(provider, issuer.token()), 'alice')
  const generation = provider.keyGeneration ?? 0
  issuer.behaviour = 'empty'
  clock.advance(MAX_AGE * 0.8)
  await issuer.untilFetched(2)
  const context = createContext()
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' }), context), KID_UNKNOWN)
  t.equal(await outcomeOf(provider, issuer.token(), context), KID_UNKNOWN)
  t.equal(provider.keyGeneration, generation + 1)
  t.match(context.lines, [{ level: 'warn', members: { provider: 'jwt', usable: 0 } }])
})

t.test('does without the keys that cannot be trusted, and says so once', async t => {
  const { issuer, provider } = await setUpRemote(t)
  const context = createContext()
  issuer.published = [null, 'key', 7, { kty: 'oct', k: 'AAAA', kid: 'first' }, { ...issuer.key.jwk, use: 'enc' }, ...issuer.published]
  t.equal(await outcomeOf(provider, issuer.token(), context), 'alice')
  t.equal(await outcomeOf(provider, issuer.token({}, { kid: 'unknown' }), context), KID_UNKNOWN)
  t.match(context.lines, [{ level: 'warn', members: { usable: 1, problems: ['malformed', 'malformed', 'malformed', 'secret'] } }])
})

t.test('refuses a token whose key name is used twice', async t => {
  const { issuer, provider } = await setUpRemote(t)
  issuer.published = [issuer.key.jwk, createIssuerKey('first').jwk]
  t.equal(await outcomeOf(provider, issuer.token()), '401 AUTH_TOKEN_INVALID key_ambiguous')
})
