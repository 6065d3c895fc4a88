import t from 'tap'

import { KEYS_UNAVAILABLE, outcomeOf } from '../../../fixtures/outcome-of.js'
import { RemoteKeySet } from '../../../../lib/providers/jwt/remote-key-set.js'
import { resolveSettings } from '../../../../lib/providers/jwt/resolve-settings.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { setUpRemote } from '../../../fixtures/set-up-remote.js'

import type { Behaviour } from '../../../fixtures/counting-issuer.js'

const COOLDOWN = 10

/** Everything but stalling ends at once. */
const FAILURES: readonly Behaviour[] = ['fail', 'redirect', 'endless', 'announceTooMuch', 'html', 'noType', 'malformed', 'list', 'noKeys', 'hangUp']

for (const behaviour of FAILURES) {
  t.test(`counts an issuer that answers like "${behaviour}" as unreachable, and follows it nowhere`, async t => {
    const { issuer, provider } = await setUpRemote(t)
    issuer.behaviour = behaviour
    const context = createContext()
    t.equal(await outcomeOf(provider, issuer.token(), context), KEYS_UNAVAILABLE)
    t.equal(issuer.fetches, 1)
    t.equal(issuer.others, 0)
    t.match(context.lines, [{ level: 'error', members: { provider: 'jwt', reason: 'keys_unavailable', url: issuer.jwksUri, expected: String } }])
    await outcomeOf(provider, issuer.token(), context)
    t.equal(context.lines.length, 1, 'said once')
  })
}

for (const behaviour of ['stall', 'stallInBody'] as const) {
  t.test(`gives up on an issuer that answers like "${behaviour}" when its time is over`, async t => {
    const { issuer, provider } = await setUpRemote(t, { jwksTimeoutMs: 50 })
    issuer.behaviour = behaviour
    const context = createContext()
    t.equal(await outcomeOf(provider, issuer.token(), context), KEYS_UNAVAILABLE)
    t.match(context.lines, [{ level: 'error', members: { expected: 'an answer within 50 ms' } }])
  })
}

t.test('reads no larger key set and no more keys than allowed', async t => {
  const few = await setUpRemote(t, { jwksMaxKeys: 2 })
  few.issuer.rotate()
  t.equal(await outcomeOf(few.provider, few.issuer.token()), 'alice')
  few.issuer.rotate()
  few.clock.advance(COOLDOWN)
  t.equal(await outcomeOf(few.provider, few.issuer.token()), KEYS_UNAVAILABLE)
})

t.test('fetches with the function it was given, within the same bounds', async t => {
  const urls: string[] = []
  const { issuer, provider } = await setUpRemote(t, {
    fetch: async (url, init) => {
      urls.push(url)
      return await fetch(url, { ...init, redirect: 'follow' })
    }
  })
  issuer.behaviour = 'redirect'
  t.equal(await outcomeOf(provider, issuer.token()), KEYS_UNAVAILABLE)
  t.same(urls, [issuer.jwksUri])
})

t.test('counts a fetch function that throws nonsense as an outage', async t => {
  const { issuer, provider } = await setUpRemote(t, { fetch: async () => await Promise.reject(new Error('token=abc')) })
  const context = createContext()
  t.equal(await outcomeOf(provider, issuer.token(), context), KEYS_UNAVAILABLE)
  t.notMatch(JSON.stringify(context.lines), /token=abc/)
})

t.test('counts whatever goes wrong with a fetch as an outage', async t => {
  const settings = resolveSettings({ audience: null }, { name: 'jwt', issuers: [], algorithms: ['ES256'], nameOption: path => path.join('.') })
  const keySet = new RemoteKeySet({ fetchKeys: async () => await Promise.reject(new TypeError('token=abc')) }, settings)
  t.teardown(async function closeKeySet () { await keySet.close() })
  await t.rejects(async () => await keySet.find({ algorithm: 'ES256', kid: 'first', issuer: 'https://issuer.example' }, createContext()), { code: 'AUTH_PROVIDER_UNAVAILABLE', statusCode: 503 })
})
