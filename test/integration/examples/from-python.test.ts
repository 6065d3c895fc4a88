import t from 'tap'
import { oidc } from 'fastify-gatekeeper/oidc'
import { testIssuer } from 'fastify-gatekeeper/testing'

import { build } from '../../../examples/from-python.js'
import { setEnv } from '../../fixtures/set-env.js'

const issuer = await testIssuer()
const app = await build(oidc({ issuer: issuer.url, audience: 'api' }))
t.teardown(() => app.close())
t.teardown(() => issuer.close())

/** What each of them gets, in this order. */
const claims = {
  alice: { name: 'Alice', email: 'alice@example.com', roles: ['manager'] },
  mod: { groups: ['moderator'] },
  root: { groups: ['admin'], permissions: ['user.create'] }
}

const answers: ReadonlyArray<readonly ['GET' | 'POST', string, ...number[]]> = [
  ['GET', '/', 200, 200, 200, 200],
  ['GET', '/protected', 401, 200, 200, 200],
  ['GET', '/profile', 401, 200, 200, 200],
  ['GET', '/admin', 401, 403, 200, 200],
  ['GET', '/reports', 401, 200, 403, 403],
  ['POST', '/admin/users', 401, 403, 403, 201]
]

async function signIn (name: keyof typeof claims): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await issuer.token({ sub: name, aud: 'api', ...claims[name] })}` }
}

const headers = [{}, await signIn('alice'), await signIn('mod'), await signIn('root')]

for (const [method, url, ...expected] of answers) {
  t.test(`${method} ${url}: a stranger, alice, a moderator, root`, async t => {
    const responses = await Promise.all(headers.map(each => app.inject({ method, url, headers: each })))
    t.strictSame(responses.map(({ statusCode }) => statusCode), expected)
  })
}

t.test('the handlers see the user', async t => {
  const [stranger, alice] = await Promise.all(headers.slice(0, 2).map(each => app.inject({ url: '/', headers: each })))
  t.strictSame([stranger?.json(), alice?.json()], [{ hello: 'stranger' }, { hello: 'Alice' }])
  const profile = await app.inject({ url: '/profile', headers: await signIn('alice') })
  t.strictSame(profile.json(), { id: 'alice', name: 'Alice', email: 'alice@example.com', groups: [] })
})

t.test('a refusal says what the reference says', async t => {
  const [missing, denied] = await Promise.all(headers.slice(0, 2).map(each => app.inject({ url: '/admin', headers: each })))
  t.match(missing?.json(), { message: 'Authentication required' })
  t.match(denied?.json(), { message: 'Operation not allowed' })
})

t.test('takes issuer and audience from the environment', async t => {
  setEnv(t, { AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'api' })
  const app = await build()
  t.teardown(() => app.close())
  t.equal((await app.inject({ url: '/protected', headers: await signIn('alice') })).statusCode, 200)
})
