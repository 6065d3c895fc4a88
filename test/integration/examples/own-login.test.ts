import t from 'tap'
import { randomBytes } from 'node:crypto'

import { build, hashPassword } from '../../../examples/own-login.js'

import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'

const accounts = new Map([
  ['alice', { salt: 'one', hash: await hashPassword('wonderland', 'one'), roles: ['analyst'] }],
  ['bob', { salt: 'two', hash: await hashPassword('cratchit', 'two'), roles: [] }]
])

/** What browsers add to requests that the app's own pages make. */
const ownPage = { 'sec-fetch-site': 'same-origin' }

async function open (t: Test): Promise<FastifyInstance> {
  const app = await build(accounts, randomBytes(32))
  t.teardown(() => app.close())
  return app
}

async function logIn (app: FastifyInstance, name: string, password: string) {
  const response = await app.inject({ method: 'POST', url: '/login', payload: { name, password, as: 'text' } })
  return { authorization: `Bearer ${response.json().token}` }
}

async function logInByCookie (app: FastifyInstance) {
  const response = await app.inject({ method: 'POST', url: '/login', payload: { name: 'alice', password: 'wonderland' } })
  const [header = ''] = [response.headers['set-cookie']].flat()
  return { header, cookie: header.replace(/;.*/, '') }
}

async function codeOf (app: FastifyInstance, options: InjectOptions): Promise<string | number> {
  const response = await app.inject(options)
  return response.statusCode < 400 ? response.statusCode : response.json().code
}

t.test('as bearer: in, judged by role, out', async t => {
  const app = await open(t)
  const alice = await logIn(app, 'alice', 'wonderland')
  const bob = await logIn(app, 'bob', 'cratchit')
  t.strictSame((await app.inject({ url: '/me', headers: alice })).json(), { id: 'alice', by: 'bearerAuth' })
  t.equal(await codeOf(app, { url: '/reports', headers: alice }), 200)
  t.equal(await codeOf(app, { url: '/reports', headers: bob }), 'AUTH_ROLE_MISSING')
  t.equal(await codeOf(app, { method: 'POST', url: '/logout', headers: alice }), 204)
  t.equal(await codeOf(app, { url: '/me', headers: alice }), 'AUTH_TOKEN_REVOKED')
  t.equal(await codeOf(app, { url: '/me', headers: bob }), 200)
})

t.test('in a cookie that browsers keep to this host', async t => {
  const app = await open(t)
  const { header, cookie } = await logInByCookie(app)
  t.match(header, /^__Host-token=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600$/)
  t.strictSame((await app.inject({ url: '/me', headers: { cookie } })).json(), { id: 'alice', by: 'cookieAuth' })
  const out = await app.inject({ method: 'POST', url: '/logout', headers: { cookie, ...ownPage } })
  t.strictSame([out.statusCode, out.headers['set-cookie']], [204, '__Host-token=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'])
  t.equal(await codeOf(app, { url: '/me', headers: { cookie } }), 'AUTH_TOKEN_REVOKED')
})

t.test('a page of somebody else cannot use the cookie', async t => {
  const app = await open(t)
  const { cookie } = await logInByCookie(app)
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, {}]) {
    t.equal(await codeOf(app, { method: 'POST', url: '/logout', headers: { cookie, ...headers } }), 'AUTH_ORIGIN_REFUSED')
  }
  t.equal(await codeOf(app, { url: '/me', headers: { cookie } }), 200)
})

t.test('logging out everywhere ends every token of the user, and of nobody else', async t => {
  const app = await open(t)
  const [one, two, bob] = [await logIn(app, 'alice', 'wonderland'), await logIn(app, 'alice', 'wonderland'), await logIn(app, 'bob', 'cratchit')]
  t.equal(await codeOf(app, { method: 'POST', url: '/logout/everywhere', headers: one }), 204)
  t.equal(await codeOf(app, { url: '/me', headers: one }), 'AUTH_TOKEN_REVOKED')
  t.equal(await codeOf(app, { url: '/me', headers: two }), 'AUTH_TOKEN_REVOKED')
  t.equal(await codeOf(app, { url: '/me', headers: bob }), 200)
})

t.test('a wrong password, and a name that nobody has, are answered alike', async t => {
  const app = await open(t)
  for (const payload of [{ name: 'alice', password: 'cratchit' }, { name: 'mallory', password: 'nobody' }]) {
    const response = await app.inject({ method: 'POST', url: '/login', payload })
    t.strictSame([response.statusCode, response.json()], [401, { error: 'Unauthorized', message: 'Name or password is wrong' }])
    t.notOk('set-cookie' in response.headers)
  }
  t.equal(await codeOf(app, { url: '/me' }), 'AUTH_CREDENTIALS_MISSING')
})

t.test('a token that another app signed is refused', async t => {
  const [app, other] = [await open(t), await open(t)]
  t.equal(await codeOf(app, { url: '/me', headers: await logIn(other, 'alice', 'wonderland') }), 'AUTH_TOKEN_INVALID')
})
