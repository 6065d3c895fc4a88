import t from 'tap'

import { oidcFromEnv } from '../../../../lib/providers/oidc/index.js'
import { stopClock } from '../../../fixtures/clock.js'
import { startIssuer } from '../../../fixtures/counting-issuer.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { setEnv } from '../../../fixtures/set-env.js'

const base = { AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'api' }

t.test('takes issuer, audience and tolerance from the environment', async t => {
  const issuer = await startIssuer(t)
  stopClock(t)
  const provider = oidcFromEnv({ AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'api', AUTH_CLOCK_TOLERANCE_SECONDS: '60' })
  t.teardown(async function closeProvider () { await provider.close?.() })
  const now = Date.now() / 1000
  t.equal(await outcomeOf(provider, issuer.token({ exp: now - 59 })), 'alice')
  t.equal(await outcomeOf(provider, issuer.token({ exp: now - 60 })), '401 AUTH_TOKEN_EXPIRED expired')
  t.equal(await outcomeOf(provider, issuer.token({ aud: 'other' })), '401 AUTH_TOKEN_INVALID audience')
})

t.test('names the variable that is missing or wrong', async t => {
  const refused: Array<[Record<string, string | undefined>, RegExp]> = [
    [{}, /^AUTH_ISSUER is missing/],
    [{ ...base, AUTH_AUDIENCE: '' }, /^AUTH_AUDIENCE is missing/],
    [{ ...base, AUTH_ISSUER: 'http://issuer.example' }, /^AUTH_ISSUER must be an https address/],
    [{ ...base, AUTH_CLOCK_TOLERANCE_SECONDS: '301' }, /^AUTH_CLOCK_TOLERANCE_SECONDS must be a whole number of seconds, 0 to 300/],
    [{ ...base, AUTH_CLOCK_TOLERANCE_SECONDS: '1e1' }, /^AUTH_CLOCK_TOLERANCE_SECONDS must be a whole number/],
    [{ ...base, AUTH_CLOCK_TOLERANCE_SECONDS: '-1' }, /^AUTH_CLOCK_TOLERANCE_SECONDS must be a whole number/]
  ]
  for (const [env, message] of refused) {
    t.throws(() => oidcFromEnv(env), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
})

t.test('prefers what the code says', async t => {
  const provider = oidcFromEnv({}, { issuer: 'https://other.example', audience: null })
  t.same(provider.issuers, ['https://other.example'])
})

t.test('reads the environment of the process when given none', async t => {
  setEnv(t, base)
  t.same(oidcFromEnv().issuers, ['https://issuer.example'])
})
