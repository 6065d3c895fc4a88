import t from 'tap'

import { fakeUser } from '../../../lib/testing/index.js'

import type { FakeUserOptions } from '../../../lib/testing/index.js'

t.test('a fake user is a person without any rights', async t => {
  const user = fakeUser()
  t.match(user, {
    id: 'test-user',
    kind: 'human',
    issuer: 'urn:fastify-gatekeeper:test',
    name: null,
    email: null,
    emailVerified: null,
    clientId: null,
    scopes: [],
    claims: {},
    authenticator: 'bearerAuth',
    expiresAt: null
  })
  t.strictSame([await user.groups(), await user.roles(), await user.permissions()], [[], [], []])
  t.strictSame(Object.keys(await user.profile()), [])
})

t.test('a fake user is what the options say', async t => {
  const options = {
    id: 'alice',
    kind: 'machine',
    issuer: 'https://issuer.example',
    name: 'Alice',
    email: 'alice@example.com',
    emailVerified: true,
    clientId: 'books',
    scopes: ['read'],
    claims: { tenant: 'acme' },
    authenticator: 'cookieAuth',
    expiresAt: 4_102_444_800
  } as const
  const user = fakeUser({ ...options, groups: ['staff'], roles: ['librarian'], permissions: ['book.delete'], profile: { shelf: 7 } })
  t.match(user, options)
  t.strictSame([await user.groups(), await user.roles(), await user.permissions()], [['staff'], ['librarian'], ['book.delete']])
  t.match(await user.profile(), { shelf: 7 })
  t.strictSame(JSON.parse(JSON.stringify(user)), {
    id: 'alice', kind: 'machine', issuer: 'https://issuer.example', name: 'Alice', email: 'alice@example.com', clientId: 'books'
  })
})

t.test('a fake user is as frozen as a real one, and leaves the options alone', async t => {
  const options = { claims: { nested: { deep: true } }, scopes: ['read'], roles: ['librarian'], profile: { address: { city: 'Rome' } } }
  const user = fakeUser(options)
  const { nested } = user.claims as { nested: object }
  const { address } = await user.profile() as { address: object }
  t.ok([user, user.claims, nested, user.scopes, await user.roles(), address].every(Object.isFrozen))
  t.equal(Object.getPrototypeOf(user.claims), null)
  t.notOk([options, options.claims, options.claims.nested, options.scopes, options.roles].some(Object.isFrozen))
  t.equal(fakeUser({ name: ' ', email: '' }).name, null)
})

t.test('names that cannot be loaded are 503, every time', async t => {
  const user = fakeUser({ groups: 'unknown', roles: 'unknown', permissions: ['book.delete'] })
  await t.rejects(user.groups(), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  await t.rejects(user.groups(), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  await t.rejects(user.roles(), { code: 'AUTH_ENTITLEMENTS_UNAVAILABLE', statusCode: 503 })
  t.strictSame(await user.permissions(), ['book.delete'])
})

t.test('names that nobody mentions are none', async t => {
  t.strictSame(await fakeUser({ groups: null }).groups(), [])
})

t.test('a user whom no app could see is refused', async t => {
  const refused: readonly object[] = [
    { id: '' }, { id: 7 }, { id: 'x'.repeat(256) }, { kind: 'robot' }, { issuer: 7 }, { issuer: undefined }, { name: 7 }, { emailVerified: 'yes' },
    { scopes: 'read' }, { groups: 'staff' }, { roles: [7] }, { permissions: {} }, { claims: [] }, { expiresAt: Infinity },
    { authenticator: null }, { profile: null }, { profile: ['shelf'] }
  ]
  for (const options of refused) {
    t.throws(() => fakeUser(options as FakeUserOptions), { code: 'AUTH_OPTION_INVALID' }, JSON.stringify(options))
  }
})

t.test('a misspelt option is refused by name', async t => {
  t.throws(() => fakeUser({ rolse: ['librarian'] } as FakeUserOptions), { code: 'AUTH_OPTION_INVALID', message: /rolse/ })
  t.throws(() => fakeUser({ toString: 'alice' } as FakeUserOptions), { code: 'AUTH_OPTION_INVALID', message: /toString/ })
})
