import t from 'tap'
import { build } from '../../../examples/cognito-login.js'
import { page } from '../../../examples/pages/login-page.js'
import { openCognitoLogin } from '../../fixtures/open-cognito-login.js'

import type { FastifyInstance, LightMyRequestResponse } from 'fastify'

/** What browsers add to requests that the app's own pages make. */
const ownPage = { 'sec-fetch-site': 'same-origin' }

function send (app: FastifyInstance, url: string, payload: object, headers: Readonly<Record<string, string>> = ownPage): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url, payload, headers })
}

/** What a browser would send next. */
function toCookie ({ cookies }: LightMyRequestResponse): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}

function codeOf (response: LightMyRequestResponse): string | number {
  return response.statusCode < 400 ? response.statusCode : response.json().code
}

t.test('a password, cookies, who it is, and out', async t => {
  const { app, pool } = await openCognitoLogin(t)
  const { sub, password } = pool.users.add('alice', { groups: ['readers', 'writers', 'admins'] })
  const login = await send(app, '/auth/login', { username: 'alice', password })
  t.equal(login.statusCode, 200)
  t.notMatch(login.body, /eyJ/, 'no token is in the body')
  const cookie = toCookie(login)
  t.strictSame((await app.inject({ url: '/me', headers: { cookie } })).json(), { id: sub, name: 'alice', groups: ['readers', 'writers', 'admins'] })
  t.match((await app.inject({ url: '/auth/me', headers: { cookie } })).json(), { id: sub, email: 'alice@example.com', groups: ['readers', 'writers', 'admins'] })

  t.equal(codeOf(await send(app, '/auth/logout', {}, { cookie, 'sec-fetch-site': 'cross-site' })), 'AUTH_ORIGIN_REFUSED')
  const out = await app.inject({ method: 'POST', url: '/auth/logout', headers: { cookie, ...ownPage } })
  t.equal(out.statusCode, 204)
  t.ok(out.cookies.every(({ value, maxAge }) => value === '' && maxAge === 0), 'the cookies are gone')
  t.equal(codeOf(await app.inject({ url: '/me', headers: { cookie } })), 'AUTH_TOKEN_REVOKED', 'and a copy of them does no good')
  t.equal(codeOf(await app.inject('/me')), 'AUTH_CREDENTIALS_MISSING')
})

t.test('a wrong password, and a name that nobody has, are answered alike', async t => {
  const { app, pool } = await openCognitoLogin(t)
  pool.users.add('alice')
  const answers = [await send(app, '/auth/login', { username: 'alice', password: 'wrong-password' }), await send(app, '/auth/login', { username: 'mallory', password: 'wrong-password' })]
  t.strictSame(answers.map(codeOf), ['AUTH_PASSWORD_REJECTED', 'AUTH_PASSWORD_REJECTED'])
  t.equal(answers[0]?.body, answers[1]?.body)
  t.ok(answers.every(({ headers }) => !('set-cookie' in headers)))
})

t.test('the page works under a policy that allows nothing inline', async t => {
  const { app } = await openCognitoLogin(t)
  for (const [url, type] of [['/', 'text/html'], ['/login.css', 'text/css'], ['/login.js', 'text/javascript']]) {
    const { statusCode, headers } = await app.inject(url as string)
    t.strictSame([statusCode, headers['content-type']], [200, `${type}; charset=utf-8`])
    t.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; (?!.*unsafe)/)
  }
  t.notMatch(page, / on\w+=| style=|<style|<script(?! type="module" src=)/)
})

t.test('does not start without a pool or a client', async t => {
  await t.rejects(build({}), { code: 'AUTH_OPTION_INVALID', message: /USER_POOL_ID/ })
  await t.rejects(build({ USER_POOL_ID: 'us-east-1_EXAMPLE11' }), { code: 'AUTH_OPTION_INVALID', message: /USER_POOL_CLIENT_ID/ })
})
