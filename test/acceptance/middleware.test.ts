// What those who come from Python's auth-middleware count on, or have to know that it differs: lines A1 to A7 of docs/from-python.md.
import t from 'tap'

import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { setEnv } from '../fixtures/set-env.js'

import type { Test } from 'tap'
import type { AuthPluginOptions, AuthUser } from '../../lib/index.js'

const issuer = handIssuer()

/** An app as there: it runs requests without a token, and keeps the users it has seen. */
async function open (t: Test, options: AuthPluginOptions = { jwtProvider: issuer.provider() }) {
  const seen: Array<AuthUser | null> = []
  const app = await openApp(t, { mode: 'optional', ...options }, app => app.get('/', async function note (request) {
    seen.push(request.user)
    return 'ok'
  }))
  async function ask (headers: Record<string, string> = {}): Promise<string> {
    const response = await app.inject({ url: '/', headers })
    return response.statusCode === 200 ? '200' : `${response.statusCode} ${response.json().code}`
  }
  return { app, ask, seen }
}

t.test('A1: without a token the handler runs with nobody; with a good one it has the user; once each', async t => {
  const { ask, seen } = await open(t)
  t.equal(await ask(), '200')
  t.strictSame(seen, [null])
  t.equal(await ask(bearer(issuer.token({ sub: 'alice' }))), '200')
  t.strictSame(seen.map(user => user?.id), [undefined, 'alice'])
})

t.test('A2: a bad token is 401 and no handler runs; the next good request works', async t => {
  const { ask, seen } = await open(t)
  t.equal(await ask(bearer(handIssuer().token())), '401 AUTH_TOKEN_INVALID')
  t.equal(seen.length, 0)
  t.equal(await ask(bearer(issuer.token())), '200')
  t.equal(seen.length, 1)
})

t.test('A3: an unexpected error of a provider is 503 there where it was 500, without its text, and no handler runs', async t => {
  const jwtProvider = issuer.provider({ verify () { throw new Error('text of somebody') } })
  const { app, seen } = await open(t, { jwtProvider })
  const response = await app.inject({ url: '/', headers: bearer(issuer.token()) })
  t.strictSame([response.statusCode, response.json().code], [503, 'AUTH_PROVIDER_UNAVAILABLE'])
  t.notMatch(response.body, 'text of somebody')
  t.equal(seen.length, 0)
})

t.test('A4: switched off, everybody is the synthetic user, with a token or without', async t => {
  setEnv(t, { AUTH_MIDDLEWARE_DISABLED: 'true', NODE_ENV: 'test' })
  const { ask, seen } = await open(t)
  t.equal(await ask(), '200')
  t.equal(await ask(bearer('no token')), '200')
  for (const user of seen) {
    t.match(user, { id: 'synthetic', name: 'synthetic', email: 'synthetic@email.com' })
    t.strictSame(await Promise.all([user?.groups(), user?.roles(), user?.permissions()]), [[], [], []])
  }
})

t.test('A4: switched off, other words in the variable stop the boot, as there', async t => {
  setEnv(t, { AUTH_MIDDLEWARE_DISABLED: 'perhaps' })
  await t.rejects(open(t), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A5: what is no token is 401', async t => {
  const { ask, seen } = await open(t)
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['Bearer', 'AUTH_CREDENTIALS_MALFORMED'],
    ['Bearer ', 'AUTH_CREDENTIALS_MALFORMED'],
    ['Bearer nodots', 'AUTH_TOKEN_INVALID'],
    ['Bearer not.a.token', 'AUTH_TOKEN_INVALID'],
    ['Bearer ..', 'AUTH_TOKEN_INVALID'],
    [bearer(`${issuer.token()}x`).authorization, 'AUTH_TOKEN_INVALID']
  ]
  for (const [authorization, code] of rows) {
    t.equal(await ask({ authorization }), `401 ${code}`, authorization.slice(0, 20))
  }
  t.equal(seen.length, 0)
})

t.test('A5: claims of any shape arrive as they were sent', async t => {
  const { ask, seen } = await open(t)
  const claims = { address: { city: 'Oxford', lines: ['1', null] }, flags: [true, 2, { deep: [] }], text: 'ü' }
  t.equal(await ask(bearer(issuer.token(claims))), '200')
  t.strictSame(JSON.parse(JSON.stringify(seen[0]?.claims)), JSON.parse(JSON.stringify({ ...seen[0]?.claims, ...claims })))
})

t.test('A6: the scheme may be written in any case; there it may not', async t => {
  const { ask, seen } = await open(t)
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
    t.equal(await ask({ authorization: `${scheme} ${issuer.token()}` }), '200', scheme)
  }
  t.strictSame(seen.map(user => user?.id), ['alice', 'alice', 'alice', 'alice'])
})

t.test('A7: another scheme is as if nothing was sent; there it is 500', async t => {
  const { ask, seen } = await open(t)
  t.equal(await ask({ authorization: 'Basic YWxpY2U6cGFzc3dvcmQ=' }), '200')
  t.strictSame(seen, [null])
  const strict = await open(t, { jwtProvider: issuer.provider(), mode: 'required' })
  t.equal(await strict.ask({ authorization: 'Basic YWxpY2U6cGFzc3dvcmQ=' }), '401 AUTH_CREDENTIALS_MISSING')
})
