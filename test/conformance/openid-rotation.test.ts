import t from 'tap'
import { oidc } from '../../lib/providers/oidc/index.js'
import { ACCEPTED, openApi, refused } from '../fixtures/openid-api.js'
import { fetchMachineToken } from '../fixtures/openid-client.js'
import { createSigningKey } from '../fixtures/openid-keys.js'
import { startOpenIdProvider } from '../fixtures/openid-provider.js'

import type { Test } from 'tap'
import type { Api } from '../fixtures/openid-api.js'
import type { OpenIdProvider } from '../fixtures/openid-provider.js'

const RESOURCE = 'https://rs256.api.example'
const MAX_AGE_SECONDS = 60
const COOLDOWN_SECONDS = 10

const previous = createSigningKey('RS256', '2024')
const next = createSigningKey('RS256', '2025')

interface Scene {
  readonly provider: OpenIdProvider
  readonly api: Api
  /** Seconds that everybody's clock goes on. */
  pass (seconds: number): void
  /** A new access token, signed with the key that signs now. */
  issue (): Promise<string>
  /** How often the keys were asked for. */
  fetches (): number
}

/** A provider with its first key, and an API that has fetched it. */
async function open (t: Test): Promise<Scene> {
  let nowMs = Date.now()
  t.intercept(Date, 'now', { value: () => nowMs })
  const provider = await startOpenIdProvider({ published: [previous] })
  t.teardown(() => provider.close())
  const jwtProvider = oidc({ issuer: provider.issuer, audience: RESOURCE, jwksMaxAgeSeconds: MAX_AGE_SECONDS, jwksCooldownSeconds: COOLDOWN_SECONDS })
  const api = await openApi(t, { jwtProvider })
  return {
    provider,
    api,
    pass: seconds => { nowMs += seconds * 1000 },
    issue: async () => (await fetchMachineToken(provider.issuer, { resource: RESOURCE, scope: 'reports:read' })).access_token,
    fetches: () => provider.count('/jwks')
  }
}

t.test('a key that is published before it signs costs no token a 401, and is fetched once', async t => {
  const { provider, api, pass, issue, fetches } = await open(t)
  const old = await issue()
  t.strictSame(await api.ask(old), ACCEPTED)

  provider.useKeys({ published: [previous, next], signing: [previous] })
  pass(MAX_AGE_SECONDS)
  t.strictSame(await api.ask(await issue()), ACCEPTED, 'a token of the old key, while the keys are fetched in the background')

  provider.useKeys({ published: [previous, next], signing: [next] })
  t.strictSame(await api.ask(await issue()), ACCEPTED, 'the first token of the new key')
  t.strictSame(await api.ask(old), ACCEPTED, 'a token of the old key')
  t.equal(fetches(), 2)
})

t.test('a key that signs as soon as it is published costs no token a 401 once the cool-down is over', async t => {
  const { provider, api, pass, issue, fetches } = await open(t)
  const old = await issue()
  provider.useKeys({ published: [previous, next], signing: [next] })
  pass(COOLDOWN_SECONDS)
  const tokens = await Promise.all(Array.from({ length: 20 }, issue))
  const answers = await Promise.all(tokens.map(async token => (await api.app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })).statusCode))
  t.strictSame(answers, tokens.map(() => 200), 'twenty tokens of the new key at the same time')
  t.strictSame(await api.ask(old), ACCEPTED, 'a token of the old key')
  t.equal(fetches(), 2)
})

t.test('while the cool-down runs, a key that nobody knows yet is refused without a fetch', async t => {
  const { provider, api, pass, issue, fetches } = await open(t)
  provider.useKeys({ published: [previous, next], signing: [next] })
  const token = await issue()
  t.strictSame(await api.ask(token), refused('kid_unknown'))
  t.equal(fetches(), 1)
  pass(COOLDOWN_SECONDS)
  t.strictSame(await api.ask(token), ACCEPTED, 'and accepted after it')
})

t.test('a withdrawn key verifies nothing more, not even what was verified before', async t => {
  const { provider, api, pass, issue } = await open(t)
  const [remembered, fresh] = [await issue(), await issue()]
  t.strictSame(await api.ask(remembered), ACCEPTED)

  provider.useKeys({ published: [next] })
  pass(COOLDOWN_SECONDS)
  t.strictSame(await api.ask(await issue()), ACCEPTED, 'a token of the new key, for which the keys are fetched')
  t.strictSame(await api.ask(remembered), refused('kid_unknown'), 'a token that is in the cache')
  t.strictSame(await api.ask(fresh), refused('kid_unknown'), 'a token that is not')
})

t.test('a withdrawn key is noticed without any token of a new one, once its set is too old', async t => {
  const { provider, api, pass, issue } = await open(t)
  const [remembered, fresh] = [await issue(), await issue()]
  t.strictSame(await api.ask(remembered), ACCEPTED)

  provider.useKeys({ published: [next] })
  pass(MAX_AGE_SECONDS)
  t.strictSame(await api.ask(fresh), ACCEPTED, 'the request that finds it too old does not wait')
  t.strictSame(await api.ask(previous.token({ iss: provider.issuer }, { kid: 'nobody' })), refused('kid_unknown'), 'one that must wait, does')
  t.strictSame(await api.ask(remembered), refused('kid_unknown'))
})

t.test('while the provider is away, the keys that are known serve', async t => {
  const { provider, api, pass, issue } = await open(t)
  const [remembered, fresh] = [await issue(), await issue()]
  t.strictSame(await api.ask(remembered), ACCEPTED)
  await provider.close()
  pass(MAX_AGE_SECONDS)
  t.strictSame(await api.ask(fresh), ACCEPTED)
  t.strictSame(await api.ask(remembered), ACCEPTED)
})
