import t from 'tap'

import { ALICE, openAccountRoutes, refusalOf } from '../fixtures/open-account-routes.js'

t.test('a user logs in, is somebody, refreshes and logs out', async t => {
  const { get, pool, post, log } = await openAccountRoutes(t)
  pool.users.get('alice').groups = ['staff', 'editors', 'readers']
  const login = await post('/login', ALICE)
  t.equal(login.statusCode, 200)
  const tokens = login.json()
  t.match(tokens, { kind: 'tokens', tokenType: 'Bearer', expiresInSeconds: 3600, username: 'alice' })
  t.equal((await get('/mine', { token: tokens.accessToken })).statusCode, 200)
  const me = await get('/me', { token: tokens.accessToken })
  t.match(me.json(), { username: 'alice', email: 'alice@example.com', groups: ['staff', 'editors', 'readers'] })
  const fresh = await post('/refresh', { refreshToken: tokens.refreshToken })
  t.equal(fresh.json().refreshToken, null)
  t.equal((await post('/logout', undefined, { token: tokens.accessToken })).statusCode, 204)
  t.strictSame(refusalOf(await get('/mine', { token: tokens.accessToken })), [401, 'AUTH_TOKEN_REVOKED'])
  t.strictSame(refusalOf(await post('/refresh', { refreshToken: tokens.refreshToken })), [401, 'AUTH_TOKEN_INVALID'])
  t.comment(log.lines.map(line => line.msg).join('\n'))
})
