import t from 'tap'

import { openVendorApp } from '../fixtures/vendor-app.js'
import { vendors } from '../fixtures/vendors.js'

import type { Test } from 'tap'

// An access token as https://www.keycloak.org/docs/latest/server_admin/#_oidc_token_role_mappings and #audience-support describe it.
const person = {
  auth_time: 1_700_000_000,
  jti: 'onrtac:7c8a1c2e',
  aud: ['books-api', 'account'],
  sub: 'f6a1a4a2-6a3c-4d4f-9a53-0c2b4b7a7f10',
  typ: 'Bearer',
  azp: 'books-web',
  sid: '0b9e6c1a',
  acr: '1',
  'allowed-origins': ['https://books.example.com'],
  realm_access: { roles: ['default-roles-demo', 'editor'] },
  resource_access: { 'books-api': { roles: ['reader', 'editor'] }, account: { roles: ['manage-account'] } },
  scope: 'openid profile email',
  email_verified: true,
  name: 'John Doe',
  groups: ['/staff/editors'],
  preferred_username: 'john',
  given_name: 'John',
  family_name: 'Doe',
  email: 'john@example.com'
}

// What the client credentials grant adds: https://www.keycloak.org/docs/latest/server_admin/#_service_accounts and, for the names of the
// claims, https://www.keycloak.org/docs/latest/upgrading/ (version 25: "client_id").
const machine = {
  jti: 'trrtcc:000cdca9',
  aud: ['books-api', 'account'],
  sub: '1d2d88f8-8b68-4b6b-883f-1af68b598612',
  typ: 'Bearer',
  azp: 'Nightly-Import',
  acr: '1',
  realm_access: { roles: ['default-roles-demo'] },
  resource_access: { 'books-api': { roles: ['importer'] } },
  scope: 'email profile',
  email_verified: false,
  preferred_username: 'service-account-nightly-import',
  clientHost: '172.17.0.1',
  clientAddress: '172.17.0.1',
  client_id: 'Nightly-Import'
}

const open = async (t: Test, options: object = {}) => await openVendorApp(t, vendors.keycloak, { audience: 'books-api', ...options })

t.test('a person of a realm has its roles and groups', async t => {
  const { sign, see } = await open(t)
  t.strictSame(await see(sign(person)), {
    id: person.sub, kind: 'human', name: 'John Doe', email: 'john@example.com', clientId: 'books-web', scopes: ['openid', 'profile', 'email'], groups: ['/staff/editors'], roles: ['default-roles-demo', 'editor'], permissions: []
  })
})

t.test('a service account is a machine, in the tokens of old versions too', async t => {
  const { sign, see } = await open(t)
  t.strictSame(await see(sign(machine)), {
    id: machine.sub, kind: 'machine', name: 'service-account-nightly-import', email: null, clientId: 'Nightly-Import', scopes: ['email', 'profile'], groups: [], roles: ['default-roles-demo'], permissions: []
  })
  const { client_id: clientId, preferred_username: username, ...others } = machine
  t.match(await see(sign({ ...others, clientId, preferred_username: username })), { kind: 'machine' })
  t.match(await see(sign({ ...others, client_id: clientId })), { kind: 'machine', name: null }, 'without the scope profile')
})

t.test('a user who took the name of a service account is none', async t => {
  const { sign, see } = await open(t)
  t.match(await see(sign({ ...person, preferred_username: 'service-account-books-web' })), { kind: 'human' }, 'he signed in')
  const { auth_time: authTime, ...withoutTime } = person
  t.match(await see(sign({ ...withoutTime, preferred_username: 'service-account-books-web' })), { kind: 'unknown' })
  t.match(await see(sign(withoutTime)), { kind: 'human' }, 'who has a name, and no such user name')
})

t.test('who contradicts himself, or says too little, is neither', async t => {
  const { sign, see } = await open(t)
  const unclear = [
    { ...machine, client_id: 'another' },
    { ...machine, azp: undefined },
    { ...machine, clientHost: undefined },
    { ...machine, clientAddress: '' },
    { ...machine, preferred_username: 'service-account-another' },
    { ...machine, auth_time: 1_700_000_000 }
  ]
  for (const claims of unclear.slice(0, -1)) t.match(await see(sign(claims)), { kind: 'unknown' }, JSON.stringify(claims))
  t.match(await see(sign(unclear.at(-1) ?? {})), { kind: 'unknown' }, 'a service account that signed in')
})

t.test('roles of clients count where they are asked for, and never as those of the realm', async t => {
  const one = await open(t, { client: 'books-api' })
  t.match(await one.see(one.sign(person)), { roles: ['default-roles-demo', 'editor', 'books-api:reader', 'books-api:editor'] })
  t.strictSame((await one.see(one.sign({ ...person, realm_access: undefined }))).roles, ['books-api:reader', 'books-api:editor'])
  t.strictSame((await one.see(one.sign({ ...person, resource_access: undefined }))).roles, ['default-roles-demo', 'editor'])
  const several = await open(t, { client: ['books-api', 'account'] })
  t.strictSame((await several.see(several.sign(person))).roles, ['default-roles-demo', 'editor', 'books-api:reader', 'books-api:editor', 'account:manage-account'])
  for (const roles of ['reader', [7], null, {}]) {
    t.equal(await one.refusal(one.sign({ ...person, resource_access: { 'books-api': { roles } } })), '401 claim_type', JSON.stringify(roles))
  }
})

t.test('what is no access token for this API is refused', async t => {
  const { sign, forge, refusal } = await open(t)
  for (const typ of ['ID', 'Refresh', 'Offline', 'Logout', 'bearer', 'DPoP', undefined]) t.equal(await refusal(sign({ ...person, typ })), '401 token_use', String(typ))
  t.equal(await refusal(sign({ ...person, typ: 7 })), '401 claim_type')
  t.equal(await refusal(sign({ ...person, aud: 'account' })), '401 audience', 'no audience mapper')
  t.equal(await refusal(sign({ ...person, aud: undefined })), '401 audience')
  t.equal(await refusal(sign({ ...person, iss: 'https://login.example.com/realms/other' })), '401 issuer_unknown', 'another realm')
  t.equal(await refusal(forge(person)), '401 signature')
})

t.test('ID tokens are accepted where they are asked for, and access tokens are not', async t => {
  const { sign, see, refusal } = await open(t, { audience: 'books-web', tokenUse: 'id' })
  const idToken = { ...person, typ: 'ID', aud: 'books-web', nonce: 'n', at_hash: 'h' }
  t.match(await see(sign(idToken)), { id: person.sub, kind: 'human' })
  t.equal(await refusal(sign({ ...idToken, typ: 'Bearer' })), '401 token_use')
})
