import t from 'tap'

import { cognitoFromEnv } from '../../../../lib/providers/cognito/index.js'
import { stopClock } from '../../../fixtures/clock.js'
import { startPool } from '../../../fixtures/cognito-pool.js'
import { now } from '../../../fixtures/hand-issuer.js'
import { outcomeOf } from '../../../fixtures/outcome-of.js'
import { setEnv } from '../../../fixtures/set-env.js'

import type { Test } from 'tap'
import type { CognitoPool } from '../../../fixtures/cognito-pool.js'
import type { CognitoOptions } from '../../../../lib/providers/cognito/index.js'
import type { JwtProvider } from '../../../../types/providers.js'

type Variables = Record<string, string | undefined>

const base = { USER_POOL_ID: 'us-east-1_EXAMPLE11', USER_POOL_CLIENT_ID: 'app' }
const PERSON = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'

function fromEnv (t: Test, pool: CognitoPool, variables: Variables = {}, overrides: Partial<CognitoOptions> = {}): JwtProvider {
  const provider = cognitoFromEnv({ USER_POOL_ID: pool.userPoolId, USER_POOL_CLIENT_ID: pool.clientId, ...variables }, { fetch: pool.fetch, ...overrides })
  t.teardown(() => provider.close?.())
  return provider
}

t.test('takes the pool, its region and its client from the environment', async t => {
  const pool = await startPool(t)
  const provider = fromEnv(t, pool, { USER_POOL_REGION: 'us-east-1' })
  t.equal(await outcomeOf(provider, pool.access()), PERSON)
  t.equal(await outcomeOf(provider, pool.access({ client_id: 'other' })), '401 AUTH_TOKEN_INVALID audience')
  t.strictSame(pool.fetched, [`${pool.issuer}/.well-known/jwks.json`])
})

t.test('takes a tolerance in seconds', async t => {
  const pool = await startPool(t)
  stopClock(t)
  const provider = fromEnv(t, pool, { JWT_LEEWAY: '60' })
  t.equal(await outcomeOf(provider, pool.access({ exp: now() - 59 })), PERSON)
  t.equal(await outcomeOf(provider, pool.access({ exp: now() - 60 })), '401 AUTH_TOKEN_EXPIRED expired')
})

t.test('takes how long keys are good, in minutes and in uses', async t => {
  async function fetchesWith (variables: Variables, minutes: number, uses: number): Promise<number> {
    const pool = await startPool(t)
    const clock = stopClock(t)
    const provider = fromEnv(t, pool, variables)
    const token = pool.access({ exp: now() + 86_400 })
    for (let times = 0; times < uses; times++) await outcomeOf(provider, token)
    clock.advance(minutes * 60)
    await outcomeOf(provider, token)
    return pool.fetched.length
  }
  t.equal(await fetchesWith({}, 10, 1), 1)
  t.equal(await fetchesWith({ JWKS_CACHE_INTERVAL: '10' }, 10, 1), 2)
  t.equal(await fetchesWith({ JWKS_CACHE_INTERVAL: '0' }, 10, 1), 1, '0 is 20 minutes')
  t.equal(await fetchesWith({ JWKS_CACHE_INTERVAL: '0' }, 20, 1), 2)
  t.equal(await fetchesWith({ JWKS_CACHE_USAGES: '3' }, 1, 3), 2)
  t.equal(await fetchesWith({ JWKS_CACHE_USAGES: '0' }, 1, 999), 1, '0 is 1,000 uses')
  t.equal(await fetchesWith({ JWKS_CACHE_USAGES: '0' }, 1, 1_000), 2)
  t.equal(await fetchesWith({}, 1, 1_000), 1, 'uses are not counted by themselves')
})

t.test('takes where keys are from a template', async t => {
  async function fetchedWith (template: string, overrides: Partial<CognitoOptions> = {}): Promise<string | undefined> {
    const pool = await startPool(t)
    const provider = fromEnv(t, pool, { JWKS_URL_TEMPLATE: template }, { clientId: null, ...overrides })
    await provider.warmUp?.().catch(() => {})
    return pool.fetched[0]
  }
  const expected = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE11/.well-known/jwks.json'
  t.equal(await fetchedWith('https://cognito-idp.{}.amazonaws.com/{}/.well-known/jwks.json'), expected)
  t.equal(await fetchedWith('https://cognito-idp.{region}.amazonaws.com/{pool}/.well-known/jwks.json'), expected)
  t.equal(await fetchedWith('https://keys.example/{pool}'), 'https://keys.example/us-east-1_EXAMPLE11')
  t.equal(await fetchedWith('https://keys.example/{}/{}', { userPoolId: 'eu-west-1_B2' }), 'https://keys.example/eu-west-1/eu-west-1_B2')
  t.equal(await fetchedWith('https://keys.example/{}/{}', { region: ['us-east-1', 'us-west-2'] }), 'https://keys.example/us-east-1/us-east-1_EXAMPLE11')
  t.equal(await fetchedWith('nothing', { jwksUri: 'https://keys.example/' }), 'https://keys.example/', 'unless the code says where')
})

t.test('names the variable that is missing or wrong', async t => {
  const refused: ReadonlyArray<readonly [Variables, RegExp]> = [
    [{ USER_POOL_ID: undefined }, /^USER_POOL_ID is missing/],
    [{ USER_POOL_ID: 'abc' }, /^USER_POOL_ID must be the id of a user pool/],
    [{ USER_POOL_CLIENT_ID: undefined }, /^USER_POOL_CLIENT_ID is missing: it must be a text, a list of texts, or null/],
    [{ USER_POOL_CLIENT_ID: ' ' }, /^USER_POOL_CLIENT_ID is missing/],
    [{ USER_POOL_REGION: 'eu-west-1' }, /^USER_POOL_REGION must be us-east-1, the region of USER_POOL_ID/],
    [{ JWKS_CACHE_INTERVAL: 'often' }, /^JWKS_CACHE_INTERVAL must be a whole number/],
    [{ JWKS_CACHE_INTERVAL: '1.5' }, /^JWKS_CACHE_INTERVAL must be a whole number/],
    [{ JWKS_CACHE_INTERVAL: '10081' }, /^JWKS_CACHE_INTERVAL must be a whole number of minutes, 1 to 10080, or 0 for 20/],
    [{ JWKS_CACHE_USAGES: '-1' }, /^JWKS_CACHE_USAGES must be a whole number/],
    [{ JWT_LEEWAY: '301' }, /^JWT_LEEWAY must be a whole number of seconds, 0 to 300/],
    [{ JWT_LEEWAY: '1s' }, /^JWT_LEEWAY must be a whole number/],
    ...['https://keys.example/', 'https://keys.example/{}', 'https://{}/{}/{}', 'https://{}/{pool}', 'https://{region}/'].map(template => (
      [{ JWKS_URL_TEMPLATE: template }, /^JWKS_URL_TEMPLATE must have \{\} for the region/] as const
    )),
    [{ JWKS_URL_TEMPLATE: 'http://keys.example/{pool}' }, /^JWKS_URL_TEMPLATE must be an https address/],
    ...['true', 'TRUE', '1', 'yes', 'on', 'maybe'].map(text => (
      [{ JWT_TOKEN_VERIFICATION_DISABLED: text }, /^JWT_TOKEN_VERIFICATION_DISABLED is set, and there is no such switch/] as const
    ))
  ]
  for (const [variables, message] of refused) {
    t.throws(() => cognitoFromEnv({ ...base, ...variables }), { code: 'AUTH_OPTION_INVALID', message }, JSON.stringify(variables))
  }
  for (const text of ['false', 'False', '0', 'no', '']) t.doesNotThrow(() => cognitoFromEnv({ ...base, JWT_TOKEN_VERIFICATION_DISABLED: text }), text)
})

t.test('prefers what the code says, and names its options as the code does', async t => {
  const pool = await startPool(t)
  const provider = fromEnv(t, pool, { USER_POOL_CLIENT_ID: undefined, USER_POOL_ID: 'eu-west-1_OTHER' }, { clientId: null, userPoolId: pool.userPoolId })
  t.equal(await outcomeOf(provider, pool.access({ client_id: 'any' })), PERSON)
  t.throws(() => cognitoFromEnv(base, { region: 'eu-west-1' }), { message: /^cognito\.region must be us-east-1, the region of USER_POOL_ID/ })
})

t.test('reads the environment of the process when given none', async t => {
  setEnv(t, base)
  t.equal(cognitoFromEnv().issuers[0], 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE11')
})
