import t from 'tap'

import { AwsFailure } from '../fixtures/aws-json-service.js'
import { ALICE, OWN_PAGE, cookieOf, openAccountRoutes, refusalOf } from '../fixtures/open-account-routes.js'

import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { RoutesScene, RoutesSetUp } from '../fixtures/open-account-routes.js'

const ACCESS = '__Host-access_token'
const REFRESH = '__Host-refresh_token'
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax'
const GONE = { value: '', attributes: `${FLAGS}; Max-Age=0` }

/** An app that keeps tokens in cookies, and a browser with a page of the app's own. */
async function open (t: Test, setUp: RoutesSetUp = {}) {
  const scene = await openAccountRoutes(t, { ...setUp, routes: { tokens: 'cookies', ...setUp.routes } })
  const jar = new Map<string, string>()

  function keep (response: LightMyRequestResponse): LightMyRequestResponse {
    for (const name of [ACCESS, REFRESH]) {
      const cookie = cookieOf(response, name)
      if (cookie !== null) cookie.value === '' ? jar.delete(name) : jar.set(name, cookie.value)
    }
    return response
  }

  return {
    ...scene,
    jar,
    browse: async (url: string, body?: unknown, headers: Readonly<Record<string, string>> = OWN_PAGE) => keep(await scene.post(url, body, { headers: { ...headers, cookie: toHeader(jar) } })),
    see: async (url: string) => keep(await scene.get(url, { headers: { cookie: toHeader(jar) } }))
  }
}

function toHeader (jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
}

/** What both cookies of an answer are. */
function cookiesOf (response: LightMyRequestResponse) {
  return [cookieOf(response, ACCESS), cookieOf(response, REFRESH)]
}

/** Whether an answer has a token of the pool's in its body. */
function isTokenless ({ body }: LightMyRequestResponse, { pool }: Pick<RoutesScene, 'pool'>): boolean {
  return !/accessToken|idToken|refreshToken|eyJ/.test(body) && pool.service.calls.length > 0
}

t.test('a page logs in, is somebody, refreshes and logs out, and never sees a token', async t => {
  const scene = await open(t, { pool: { clientSecret: 'secretoftheclient' }, routes: { refreshTokenSeconds: 86_400 } })
  const { browse, jar, pool, see } = scene
  const login = await browse('/login', ALICE)
  t.strictSame([login.statusCode, login.json()], [200, { kind: 'tokens', expiresInSeconds: 3600, tokenType: 'Bearer', username: 'alice' }])
  t.match(cookieOf(login, ACCESS), { value: /^eyJ/, attributes: `${FLAGS}; Max-Age=3600` })
  t.match(cookieOf(login, REFRESH), { attributes: `${FLAGS}; Max-Age=86400` })
  t.equal((await see('/mine')).body, pool.users.get('alice').sub)
  const me = await see('/me')
  t.match(me.json(), { username: 'alice' })
  const [access, refresh] = [jar.get(ACCESS), jar.get(REFRESH)]
  const fresh = await browse('/refresh')
  t.strictSame([fresh.statusCode, fresh.json()], [200, { kind: 'tokens', expiresInSeconds: 3600, tokenType: 'Bearer', username: 'alice' }], 'the name for the secret hash is in the cookie')
  t.not(jar.get(ACCESS), access)
  t.equal(cookieOf(fresh, REFRESH), null, 'the old one goes on')
  const out = await browse('/logout')
  t.equal(out.statusCode, 204)
  t.strictSame(cookiesOf(out), [GONE, GONE])
  t.ok([login, me, fresh, out].every(response => isTokenless(response, scene)))
  jar.set(REFRESH, refresh as string)
  const over = await browse('/refresh')
  t.strictSame(refusalOf(over), [401, 'AUTH_TOKEN_INVALID'])
  t.strictSame(cookiesOf(over), [GONE, GONE])
})

t.test('refresh tokens that rotate are kept', async t => {
  const { browse, jar } = await open(t, { pool: { rotatesRefreshTokens: true }, actions: { refreshTokenRotation: true } })
  await browse('/login', ALICE)
  const before = jar.get(REFRESH)
  t.match(cookieOf(await browse('/refresh'), REFRESH), { attributes: `${FLAGS}; Max-Age=2592000` })
  t.not(jar.get(REFRESH), before)
  t.equal((await browse('/refresh')).statusCode, 200)
})

t.test('where a token does not say whose it is, the name for the secret hash stays as it was', async t => {
  const { browse, jar, pool } = await open(t, { pool: { rotatesRefreshTokens: true }, actions: { refreshTokenRotation: true } })
  const nameIn = () => Buffer.from((jar.get(REFRESH) ?? '').split('~')[0] as string, 'base64url').toString()
  await browse('/login', ALICE)
  const opaque = (_operation: string, answer: Readonly<Record<string, unknown>>) => ({ ...answer, AuthenticationResult: { ...answer['AuthenticationResult'] as object, AccessToken: 'opaque' } })
  pool.change = opaque
  t.match((await browse('/refresh')).json(), { username: null })
  t.equal(nameIn(), 'alice')
  await browse('/login', ALICE)
  t.equal(nameIn(), '')
  t.equal((await browse('/refresh')).statusCode, 200)
  t.equal(nameIn(), '')
})

t.test('a refresh token that cannot be used any more is taken away', async t => {
  const { browse, jar, pool } = await open(t, { pool: { clientSecret: 'secretoftheclient' } })
  jar.set(REFRESH, '~token-of-nobody')
  const refused = await browse('/refresh')
  t.strictSame([...refusalOf(refused), ...cookiesOf(refused)], [401, 'AUTH_TOKEN_INVALID', GONE, GONE])
  t.equal(pool.service.calls.length, 0)
  await browse('/login', ALICE)
  jar.set(REFRESH, (jar.get(REFRESH) as string).replace(/^[^~]*/, ''))
  const ended = await browse('/revoke')
  t.equal(ended.statusCode, 204, 'it can be ended all the same')
})

t.test('a second factor, and what is asked before there are tokens', async t => {
  const scene = await open(t, { pool: { mfa: 'ON' } })
  const { browse, jar, pool } = scene
  jar.set(ACCESS, 'of.somebody.else').set(REFRESH, '~of-somebody-else')
  const first = await browse('/login', ALICE)
  t.strictSame(cookiesOf(first), [GONE, GONE], 'whoever was signed in before is so no more')
  const { session } = first.json()
  const started = (await browse('/totp/setup', { session })).json()
  const verified = (await browse('/totp/verify', { session: started.session, code: pool.users.codeOf('alice') })).json()
  const done = await browse('/challenge', { challenge: 'MFA_SETUP', session: verified.session, username: 'alice' })
  t.match(done.json(), { kind: 'tokens' })
  t.ok(isTokenless(done, scene))
  t.equal((await scene.see('/me')).statusCode, 200)
})

t.test('one login can be ended with its refresh token alone', async t => {
  const { browse, jar } = await open(t)
  await browse('/login', ALICE)
  const refresh = jar.get(REFRESH) as string
  jar.delete(ACCESS)
  const ended = await browse('/revoke')
  t.equal(ended.statusCode, 204)
  t.strictSame(cookiesOf(ended), [GONE, GONE])
  jar.set(REFRESH, refresh)
  t.strictSame(refusalOf(await browse('/refresh')), [401, 'AUTH_TOKEN_INVALID'])
})

t.test('a login without a refresh token leaves none of somebody else', async t => {
  const { browse, jar, pool } = await open(t)
  jar.set(REFRESH, '~of-somebody-else')
  pool.change = (_operation, answer) => {
    const { RefreshToken: _, ...result } = answer['AuthenticationResult'] as Record<string, unknown>
    return { ...answer, AuthenticationResult: result }
  }
  const login = await browse('/login', ALICE)
  t.equal(login.statusCode, 200)
  t.strictSame(cookieOf(login, REFRESH), GONE)
})

t.test('nobody else gets a browser to do anything, to log in neither', async t => {
  const { browse, jar, pool } = await open(t, { routes: { trustedOrigins: ['https://shop.example.com'] }, gate: { csrf: { trustedOrigins: ['https://shop.example.com'] } } })
  await browse('/login', ALICE)
  const [before, cookies] = [pool.service.calls.length, jar.size]
  const urls = ['/login', '/challenge', '/refresh', '/logout', '/revoke', '/password/change', '/password/forgot', '/password/reset', '/totp/setup', '/totp/verify', '/totp/disable']
  const others: ReadonlyArray<Record<string, string>> = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }, {}]
  for (const headers of others) {
    for (const url of urls) {
      const refused = await browse(url, ALICE, headers)
      t.strictSame([...refusalOf(refused), ...cookiesOf(refused)], [403, 'AUTH_ORIGIN_REFUSED', null, null], `${url} ${JSON.stringify(headers)}`)
    }
  }
  t.strictSame([pool.service.calls.length, jar.size], [before, cookies], 'nothing has come of it')
  const trusted = { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example.com' }
  t.equal((await browse('/refresh', undefined, trusted)).statusCode, 200)
  t.equal((await browse('/logout', undefined, trusted)).statusCode, 204)
  t.equal((await browse('/login', ALICE, { origin: 'http://localhost:80', host: 'localhost:80' })).statusCode, 200, 'by its own origin')
})

t.test('cookies that are missing, doubled or nonsense are refused, and tokens in bodies too', async t => {
  const { browse, jar, pool, post } = await open(t)
  const missing = await browse('/refresh')
  t.strictSame(refusalOf(missing), [401, 'AUTH_CREDENTIALS_MISSING'])
  t.equal(missing.headers['www-authenticate'], 'Bearer realm="api"')
  t.strictSame(refusalOf(await browse('/revoke')), [401, 'AUTH_CREDENTIALS_MISSING'])
  for (const value of ['token', '~', 'a~b~c', '%20', '%C3~x', '?~x', 'YQ~b c']) {
    jar.set(REFRESH, value)
    const refused = await browse('/refresh')
    t.strictSame(refusalOf(refused), [401, 'AUTH_CREDENTIALS_MALFORMED'], value)
    t.strictSame(cookiesOf(refused), [GONE, GONE])
  }
  for (const url of ['/refresh', '/revoke']) {
    const twice = await post(url, undefined, { headers: { ...OWN_PAGE, cookie: `${REFRESH}=~a; ${REFRESH}=~a` } })
    t.strictSame(refusalOf(twice), [400, 'AUTH_CREDENTIALS_AMBIGUOUS'])
    jar.set(REFRESH, '~a')
    t.strictSame(refusalOf(await browse(url, { refreshToken: 'a' })), [400, 'FST_ERR_VALIDATION'])
    t.strictSame(refusalOf(await browse(url, { username: 'alice' })), [400, 'FST_ERR_VALIDATION'])
  }
  t.equal(pool.service.calls.length, 0)
  t.strictSame(refusalOf(await browse('/refresh', {})), [401, 'AUTH_TOKEN_INVALID'], 'a body that says nothing is none')
})

t.test('whoever wants to be gone is gone from the browser, whatever Amazon Cognito says', async t => {
  const { browse, jar, log, pool, see } = await open(t, { routes: { revocations: undefined } })
  for (const [url, type, status, code] of [
    ['/logout', 'InternalErrorException', 500, 'AUTH_PROVIDER_UNAVAILABLE'],
    ['/logout', 'TooManyRequestsException', 400, 'AUTH_TOO_MANY_REQUESTS'],
    ['/logout', 'NotAuthorizedException', 400, 'AUTH_TOKEN_INVALID'],
    ['/revoke', 'InternalErrorException', 500, 'AUTH_PROVIDER_UNAVAILABLE']
  ] as const) {
    pool.before = () => {}
    await browse('/login', ALICE)
    pool.before = () => { throw new AwsFailure(type, 'Invalid Access Token', status) }
    const failed = await browse(url)
    t.equal(refusalOf(failed)[1], code)
    t.strictSame(cookiesOf(failed), [GONE, GONE], `${url} ${type}`)
    t.strictSame([jar.size, (await see('/mine')).statusCode], [0, 401])
  }
  jar.set(ACCESS, 'over.and.out').set(REFRESH, '~token')
  const expired = await browse('/logout')
  t.strictSame([expired.statusCode, ...cookiesOf(expired)], [401, GONE, GONE], 'refused by the gate')
  jar.set(REFRESH, '~token')
  const down = await browse('/refresh')
  t.strictSame([down.statusCode, ...cookiesOf(down)], [503, null, null], 'an outage ends no login')
  t.notMatch(log.text(), '~token')
})

t.test('what browsers would drop is not given to them', async t => {
  const { browse, jar, log, pool } = await open(t)
  await browse('/login', ALICE)
  const before = [...jar.values()]
  const swell = (name: string, value: string) => (_operation: string, answer: Readonly<Record<string, unknown>>) => {
    return { ...answer, AuthenticationResult: { ...answer['AuthenticationResult'] as object, [name]: value } }
  }
  const tokens: ReadonlyArray<readonly [string, string]> = [['AccessToken', 'a'.repeat(4_096)], ['RefreshToken', 'b'.repeat(4_050)], ['RefreshToken', 'of=it=self']]
  for (const [name, value] of tokens) {
    pool.change = swell(name, value)
    for (const [url, body] of [['/login', ALICE], ['/refresh', undefined]] as const) {
      const refused = await browse(url, body)
      t.strictSame([...refusalOf(refused), ...cookiesOf(refused)], [503, 'AUTH_PROVIDER_UNAVAILABLE', null, null], `${name} ${url}`)
      t.notMatch(log.text(), value)
    }
  }
  t.strictSame([...jar.values()], before)
  t.match(log.lines.find(line => line['cookie'] === ACCESS), { level: 50, maxBytes: 4_096, bytes: Number })
})
