import t from 'tap'

import { openVendorApp } from '../fixtures/vendor-app.js'
import { vendors } from '../fixtures/vendors.js'

import type { Test } from 'tap'

const AUDIENCE = 'https://example.com/health-api'

// The sample tokens of https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
const person = {
  sub: 'auth0|123456', aud: [AUDIENCE, 'https://my-domain.auth0.com/userinfo'], azp: 'my_client_id', scope: 'openid profile read:patients read:admin'
}
const { azp, ...withoutClient } = person
const rfcPerson = { ...withoutClient, client_id: 'my_client_id', jti: '73WakrfVbNJBaAmhQtEeDv' }

// https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow, "permissions" by
// https://auth0.com/docs/get-started/apis/enable-role-based-access-control-for-apis
const machine = {
  sub: 'OOZH6s5sgOORoVKBMNRu0xRd4I3dl5T7@clients', aud: AUDIENCE, azp: 'OOZH6s5sgOORoVKBMNRu0xRd4I3dl5T7', scope: 'read:patients', gty: 'client-credentials', permissions: ['read:patients']
}

// https://auth0.com/docs/secure/tokens/id-tokens/id-token-structure
const idToken = { sub: 'auth0|123456', aud: 'my_client_id', name: 'Jane Doe', given_name: 'Jane', family_name: 'Doe', email: 'janedoe@exampleco.com', email_verified: true }

const open = async (t: Test, options: object = {}) => await openVendorApp(t, vendors.auth0, { audience: AUDIENCE, ...options })

t.test('a person of an Auth0 tenant is one in both token profiles, whoever the client is', async t => {
  const { sign, see } = await open(t)
  const expected = {
    id: 'auth0|123456', kind: 'human', name: null, email: null, clientId: 'my_client_id', scopes: ['openid', 'profile', 'read:patients', 'read:admin'], groups: [], roles: [], permissions: []
  }
  t.strictSame(await see(sign(person)), expected)
  t.strictSame(await see(sign(rfcPerson, { typ: 'at+jwt' })), expected)
  t.match(await see(sign({ ...person, permissions: ['read:patients'] })), { permissions: ['read:patients'] })
})

t.test('an application that speaks for itself is a machine, in both token profiles', async t => {
  const { sign, see } = await open(t)
  const { azp: client, gty, ...others } = machine
  const expected = { id: machine.sub, kind: 'machine', name: null, email: null, clientId: client, scopes: ['read:patients'], groups: [], roles: [], permissions: ['read:patients'] }
  t.strictSame(await see(sign(machine)), expected)
  t.strictSame(await see(sign({ ...others, client_id: client }, { typ: 'at+jwt' })), expected)
})

t.test('who contradicts himself, or says too little, is neither', async t => {
  const { sign, see } = await open(t)
  const unclear = [
    { ...machine, azp: 'another' },
    { ...machine, sub: 'auth0|123456' },
    { ...machine, sub: 'a|b@clients', azp: 'a|b' },
    { ...person, sub: 'alice' },
    { ...person, sub: 'auth0|' },
    { ...person, sub: '|123456' }
  ]
  for (const claims of unclear) t.match(await see(sign(claims)), { kind: 'unknown' }, JSON.stringify(claims))
})

t.test('roles and groups are read from claims with a namespace, and from no others', async t => {
  const claims = { ...person, roles: ['root'], groups: ['root'], 'https://books.example.com/roles': ['editor'], 'https://books.example.com/groups': ['staff'] }
  const plain = await open(t)
  t.match(await plain.see(plain.sign(claims)), { groups: [], roles: [] })
  const mapped = await open(t, { claims: { roles: 'https://books.example.com/roles', groups: 'https://books.example.com/groups' } })
  t.match(await mapped.see(mapped.sign(claims)), { groups: ['staff'], roles: ['editor'] })
})

t.test('members of the organization come in, and nobody else', async t => {
  // https://auth0.com/docs/manage-users/organizations/using-tokens
  const { sign, see, refusal } = await open(t, { organization: ['org_9ybsU1dN2dKfDkBi', 'org_2'] })
  t.match(await see(sign({ ...person, org_id: 'org_9ybsU1dN2dKfDkBi' })), { id: person.sub })
  for (const organization of ['org_other', 'ORG_2', undefined, ['org_2'], null]) t.equal(await refusal(sign({ ...person, org_id: organization })), '401 organization', String(organization))
})

t.test('what is no access token for this API is refused', async t => {
  const { sign, forge, refusal } = await open(t)
  t.equal(await refusal(sign({ ...idToken, aud: AUDIENCE })), '401 token_use', 'an ID token without a nonce, even where one client is page and API')
  t.equal(await refusal(sign({ ...person, nonce: 'n' })), '401 token_use', 'an ID token that names its client')
  t.equal(await refusal(sign(idToken)), '401 token_use')
  t.equal(await refusal(sign({ ...person, azp: '' })), '401 token_use')
  t.equal(await refusal(sign(person, { typ: 'rt+jwt' })), '401 token_use', 'a refresh token')
  t.equal(await refusal(sign({ ...person, aud: 'https://other.example.com' })), '401 audience')
  t.equal(await refusal(sign({ ...person, iss: 'https://other.eu.auth0.com/' })), '401 issuer_unknown', 'another tenant')
  t.equal(await refusal(forge(person)), '401 signature')
})

t.test('ID tokens are accepted where they are asked for', async t => {
  const { sign, see } = await open(t, { audience: 'my_client_id', tokenUse: 'id' })
  t.match(await see(sign({ ...idToken, nonce: 'n' })), { id: 'auth0|123456', kind: 'human', name: 'Jane Doe', email: 'janedoe@exampleco.com', clientId: null })
})
