// The variables that Python's auth-middleware reads, set together: docs/from-python.md has what each of them is here.
import { join } from 'node:path'
import t from 'tap'

import { basicHeader } from '../fixtures/basic-header.js'
import { stopClock } from '../fixtures/clock.js'
import { startPool } from '../fixtures/cognito-pool.js'
import { collectLog } from '../fixtures/collect-log.js'
import { API, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { setEnv } from '../fixtures/set-env.js'
import { basic, hashPassword, jsonCredentials } from '../../lib/providers/basic/index.js'
import { cognitoFromEnv } from '../../lib/providers/cognito/index.js'
import { entraFromEnv } from '../../lib/providers/entra/index.js'
import { oidcFromEnv } from '../../lib/providers/oidc/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Clock } from '../fixtures/clock.js'
import type { CognitoPool } from '../fixtures/cognito-pool.js'
import type { CollectedLog } from '../fixtures/collect-log.js'
import type { EntraDirectory } from '../fixtures/entra-directory.js'

const ENTRA = 'AUTH_PROVIDER_AZURE_ENTRA_ID'
const OTHER_API = '22223333-cccc-4444-dddd-5555eeee6666'
const PASSWORD = 'a password of some length'
const stored = await hashPassword(PASSWORD)

interface Scene {
  readonly app: FastifyInstance
  readonly pool: CognitoPool
  readonly directory: EntraDirectory
  readonly log: CollectedLog
  readonly clock: Clock
  /** When everything began, in seconds since 1970. */
  readonly start: number
  status (token: string | null): Promise<number>
}

/** The path of a file with one user, who has the password. */
function writeUsers (t: Test, username: 'alice' | 'bob'): string {
  const toFile = (name: string) => [`${name}.json`, JSON.stringify({ [name]: { passwordHash: stored } })]
  return join(t.testdir(Object.fromEntries(['alice', 'bob'].map(toFile))), `${username}.json`)
}

/** An app of which everything that the environment may say is said by it; `change` is said in place of the rest. */
async function boot (t: Test, change: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const [pool, directory, log, clock, start] = [await startPool(t), await startDirectory(t), collectLog(), stopClock(t, Date.now()), Math.floor(Date.now() / 1000)]
  setEnv(t, {
    NODE_ENV: 'test',
    AUTH_MIDDLEWARE_DISABLED: 'false',
    AUTH_MIDDLEWARE_LOG_LEVEL: 'WARNING',
    AUTH_MIDDLEWARE_LOG_FORMAT: '{time} {message}',
    AUTH_MIDDLEWARE_JSON_REPOSITORY_PATH: writeUsers(t, 'alice'),
    USER_POOL_ID: pool.userPoolId,
    USER_POOL_REGION: pool.region,
    USER_POOL_CLIENT_ID: pool.clientId,
    JWKS_URL_TEMPLATE: 'https://cognito-idp.{}.amazonaws.com/{}/.well-known/jwks.json',
    JWKS_CACHE_INTERVAL: '10',
    JWKS_CACHE_USAGES: '3',
    JWT_LEEWAY: '60',
    JWT_TOKEN_VERIFICATION_DISABLED: 'false',
    [`${ENTRA}_TENANT_ID`]: TENANT,
    [`${ENTRA}_AUDIENCE_ID`]: API,
    [`${ENTRA}_LEEWAY`]: '60',
    [`${ENTRA}_JWKS_URL_TEMPLATE`]: 'https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration',
    ...change
  })
  const jwtProvider = [cognitoFromEnv(process.env, { fetch: pool.fetch }), entraFromEnv(process.env, { fetch: directory.fetch })]
  const authenticators = [basic(jsonCredentials(String(process.env['AUTH_MIDDLEWARE_JSON_REPOSITORY_PATH'])))]
  const app = await openApp(t, { jwtProvider, authenticators }, app => app.get('/', async ({ user }) => user), { logger: log.logger, disableRequestLogging: true })
  return {
    ...{ app, pool, directory, log, clock, start },
    status: async token => (await app.inject({ url: '/', headers: token === null ? {} : bearer(token) })).statusCode
  }
}

t.test('set together, they make an app that obeys all of them', async t => {
  const { app, pool, directory, log, start, status } = await boot(t)
  t.equal(await status(null), 401)
  t.equal(await status(pool.access()), 200)
  t.equal(await status(directory.userToken()), 200)
  t.equal(await status(directory.userTokenV1()), 200)
  t.equal((await app.inject({ url: '/', headers: basicHeader('alice', PASSWORD) })).json().id, 'alice')
  for (const token of [pool.access({ client_id: 'other' }), pool.id(), directory.userToken({}, { tenantId: OTHER_TENANT }), directory.idToken()]) t.equal(await status(token), 401)
  for (const exp of [start - 59, start - 61]) {
    const expected = exp > start - 60 ? 200 : 401
    t.equal(await status(pool.access({ exp })), expected)
    t.equal(await status(directory.userToken({ exp, iat: start - 600, nbf: start - 600 })), expected)
  }
  t.strictSame(log.of('request refused'), [], 'nothing below a warning is logged')
})

t.test('switched off, nobody is asked', async t => {
  t.equal(await (await boot(t, { AUTH_MIDDLEWARE_DISABLED: 'true' })).status(null), 200)
  await t.rejects(boot(t, { AUTH_MIDDLEWARE_DISABLED: 'true', NODE_ENV: 'production' }), { code: 'AUTH_DISABLED_IN_PRODUCTION' })
})

t.test('at another level, refusals are logged', async t => {
  const { log, status } = await boot(t, { AUTH_MIDDLEWARE_LOG_LEVEL: 'INFO' })
  t.equal(await status(null), 401)
  t.equal(log.of('request refused').length, 1)
})

t.test('a format of lines changes nothing, neither here nor there', async t => {
  const { log, status } = await boot(t, { AUTH_MIDDLEWARE_LOG_LEVEL: 'INFO', AUTH_MIDDLEWARE_LOG_FORMAT: 'secret' })
  t.equal(await status(null), 401)
  t.notMatch(log.text(), 'secret')
})

t.test('another file has other users', async t => {
  const { app } = await boot(t, { AUTH_MIDDLEWARE_JSON_REPOSITORY_PATH: writeUsers(t, 'bob') })
  const statusOf = async (username: string) => (await app.inject({ url: '/', headers: basicHeader(username, PASSWORD) })).statusCode
  t.strictSame([await statusOf('alice'), await statusOf('bob')], [401, 200])
})

t.test('another pool, or another client, is another answer', async t => {
  const elsewhere = await boot(t, { USER_POOL_ID: 'us-east-1_EXAMPLE22' })
  t.equal(await elsewhere.status(elsewhere.pool.access()), 401)
  const other = await boot(t, { USER_POOL_CLIENT_ID: 'other' })
  t.strictSame([await other.status(other.pool.access()), await other.status(other.pool.access({ client_id: 'other' }))], [401, 200])
})

t.test('a region that is not the pool\'s stops the boot, and so does a client that is missing', async t => {
  await t.rejects(boot(t, { USER_POOL_REGION: 'eu-west-1' }), { code: 'AUTH_OPTION_INVALID', message: /^USER_POOL_REGION / })
  await t.rejects(boot(t, { USER_POOL_CLIENT_ID: '' }), { code: 'AUTH_OPTION_INVALID', message: /^USER_POOL_CLIENT_ID / })
})

t.test('keys come from where the template says', async t => {
  const { pool, status } = await boot(t, { JWKS_URL_TEMPLATE: 'https://keys.example/{}/{}' })
  t.equal(await status(pool.access()), 503)
  t.strictSame([...new Set(pool.fetched)], ['https://keys.example/us-east-1/us-east-1_EXAMPLE11'])
})

t.test('keys are fetched again when they are so old', async t => {
  for (const [minutes, fetches] of [['10', 2], ['30', 1]] as const) {
    const { pool, clock, start, status } = await boot(t, { JWKS_CACHE_INTERVAL: minutes, JWKS_CACHE_USAGES: '1000' })
    t.equal(pool.fetched.length, 1, 'at boot')
    clock.advance(10 * 60)
    t.equal(await status(pool.access({ exp: start + 3_600 })), 200)
    t.equal(pool.fetched.length, fetches, `${minutes} minutes`)
  }
})

t.test('keys are fetched again after so many uses', async t => {
  for (const [uses, fetches] of [['3', 2], ['5', 1]] as const) {
    const { pool, clock, start, status } = await boot(t, { JWKS_CACHE_USAGES: uses })
    clock.advance(30)
    for (const jti of ['1', '2', '3', '4']) t.equal(await status(pool.access({ jti, exp: start + 3_600 })), 200)
    t.equal(pool.fetched.length, fetches, `${uses} uses`)
  }
})

t.test('tolerances are those that are said, each for its own provider', async t => {
  for (const [variable, isPool] of [['JWT_LEEWAY', true], [`${ENTRA}_LEEWAY`, false]] as const) {
    const { pool, directory, start, status } = await boot(t, { [variable]: '0' })
    t.equal(await status(pool.access({ exp: start - 30 })), isPool ? 401 : 200)
    t.equal(await status(directory.userToken({ exp: start - 30 })), isPool ? 200 : 401)
  }
})

t.test('verification cannot be switched off', async t => {
  await t.rejects(boot(t, { JWT_TOKEN_VERIFICATION_DISABLED: 'true' }), { code: 'AUTH_OPTION_INVALID', message: /^JWT_TOKEN_VERIFICATION_DISABLED is set/ })
})

t.test('another tenant, or another audience, is another answer', async t => {
  const tenant = await boot(t, { [`${ENTRA}_TENANT_ID`]: OTHER_TENANT })
  t.strictSame([await tenant.status(tenant.directory.userToken()), await tenant.status(tenant.directory.userToken({}, { tenantId: OTHER_TENANT }))], [401, 200])
  const audience = await boot(t, { [`${ENTRA}_AUDIENCE_ID`]: OTHER_API })
  t.strictSame([await audience.status(audience.directory.userToken()), await audience.status(audience.directory.userToken({ aud: `api://${OTHER_API}` }))], [401, 200])
})

t.test('metadata come from where the template says, over https only', async t => {
  const template = `${ENTRA}_JWKS_URL_TEMPLATE`
  const { directory, status } = await boot(t, { [template]: 'https://login.microsoftonline.us/{tenant}/v2.0/.well-known/openid-configuration' })
  t.equal(await status(directory.userToken()), 401, 'that is another cloud')
  await t.rejects(boot(t, { [template]: 'http://login.example/{tenant}/v2.0/.well-known/openid-configuration' }), { code: 'AUTH_OPTION_INVALID', message: new RegExp(`^${template} `) })
})

t.test('variables that only its documentation has, and those without a prefix, change nothing', async t => {
  const others = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'JWT_ISSUER', 'ISSUER', 'AUDIENCE', 'ALGORITHMS', 'LOGGER_NAME', 'JWT_SECRET_KEY', 'JWT_ALGORITHM', 'JWKS_CACHE_STRATEGY']
  const families = ['AUTH_MIDDLEWARE_JWKS_CACHE_INTERVAL', 'AWS_COGNITO_USER_POOL_ID', 'AWS_COGNITO_APP_CLIENT_ID', 'ENTRA_TENANT_ID', 'ENTRA_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID']
  const { pool, directory, status } = await boot(t, Object.fromEntries([...others, ...families].map(name => [name, 'none'])))
  t.strictSame([await status(pool.access()), await status(directory.userToken()), await status(null)], [200, 200, 401])
  t.throws(() => oidcFromEnv(), { code: 'AUTH_OPTION_INVALID', message: /^AUTH_ISSUER is missing/ })
})
