import t from 'tap'
import { randomBytes } from 'node:crypto'
import { SignJWT } from 'jose/jwt/sign'

import { build } from '../../../examples/custom-provider.js'

import type { Test } from 'tap'
import type { Directory } from '../../../examples/custom-provider.js'

const secret = randomBytes(32)
const alice = { groups: ['staff'], roles: ['analyst'], permissions: ['user.*'], profile: { room: 7 } }

const directory: Directory = {
  async find (id) {
    if (id === 'outage') {
      throw new Error('the directory is down')
    }
    return id === 'alice' ? alice : null
  }
}

function sign (id: string, { key = secret, audience = 'office', expires = '5m' } = {}): Promise<string> {
  return new SignJWT({ display_name: `${id} Liddell` }).setProtectedHeader({ alg: 'HS256' })
    .setIssuer('urn:example:sessions').setAudience(audience).setSubject(id).setExpirationTime(expires).sign(key)
}

async function ask (t: Test, token: string | null, url = '/me', method: 'GET' | 'DELETE' = 'GET') {
  const app = await build(directory, secret)
  t.teardown(() => app.close())
  const response = await app.inject({ method, url, headers: token === null ? {} : { authorization: `Bearer ${token}` } })
  return [response.statusCode, response.body === '' ? null : response.json()]
}

t.test('the provider says who it is, the directory what he may do', async t => {
  const token = await sign('alice')
  t.strictSame(await ask(t, token), [200, { id: 'alice', name: 'alice Liddell', profile: { room: 7 } }])
  t.strictSame(await ask(t, token, '/office'), [200, { open: true }])
  t.strictSame(await ask(t, token, '/reports'), [200, { reports: [] }])
  t.strictSame(await ask(t, token, '/users/bob', 'DELETE'), [204, null])
})

t.test('whom the directory does not know has no groups, roles, permissions and profile', async t => {
  const token = await sign('bob')
  t.strictSame(await ask(t, token), [200, { id: 'bob', name: 'bob Liddell', profile: {} }])
  t.match(await ask(t, token, '/office'), [403, { code: 'AUTH_GROUP_MISSING' }])
  t.match(await ask(t, token, '/reports'), [403, { code: 'AUTH_ROLE_MISSING' }])
  t.match(await ask(t, token, '/users/bob', 'DELETE'), [403, { code: 'AUTH_PERMISSION_MISSING' }])
})

t.test('a directory that fails is an outage', async t => {
  t.match(await ask(t, await sign('outage'), '/office'), [503, { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' }])
})

t.test('bad tokens are refused', async t => {
  t.match(await ask(t, null), [401, { code: 'AUTH_CREDENTIALS_MISSING' }])
  t.match(await ask(t, await sign('alice', { key: randomBytes(32) })), [401, { code: 'AUTH_TOKEN_INVALID' }])
  t.match(await ask(t, await sign('alice', { audience: 'shop' })), [401, { code: 'AUTH_TOKEN_INVALID' }])
  t.match(await ask(t, await sign('alice', { expires: '-1m' })), [401, { code: 'AUTH_TOKEN_EXPIRED' }])
})

t.test('what is no fault of the token is an outage', async t => {
  const app = await build(directory, 'no key at all' as unknown as Uint8Array)
  t.teardown(() => app.close())
  const response = await app.inject({ url: '/me', headers: { authorization: `Bearer ${await sign('alice')}` } })
  t.strictSame([response.statusCode, response.json().code], [503, 'AUTH_PROVIDER_UNAVAILABLE'])
})
