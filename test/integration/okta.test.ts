import t from 'tap'

import { openVendorApp } from '../fixtures/vendor-app.js'
import { vendors } from '../fixtures/vendors.js'

import type { Test } from 'tap'

const AUDIENCE = 'https://api.example.com'

// The tokens of https://developer.okta.com/docs/reference/api/oidc/#access-token-payload and #id-token-payload
const person = {
  ver: 1,
  jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
  aud: AUDIENCE,
  sub: 'john.doe@example.com',
  cid: 'nmdP1fcyvdVO11AL7ECm',
  uid: '00ujmkLgagxeRrAg20g3',
  scp: ['openid', 'email', 'flights', 'custom'],
  custom_claim: 'CustomValue',
  groups: ['Everyone', 'Admin']
}
const idToken = {
  ver: 1,
  sub: '00uid4BxXw6I6TV4m0g3',
  aud: 'uAaunofWkaDJxukCFeBx',
  amr: ['pwd'],
  jti: 'ID.4eAWJOCMB3SX8XewDfVR',
  auth_time: 1449624026,
  name: 'John Doe',
  preferred_username: 'john.doe@example.com',
  email: 'john.doe@example.com',
  email_verified: true
}

// https://developer.okta.com/docs/guides/implement-grant-type/clientcreds/main/: the subject is the client, and no user is bound to the token.
const machine = { ver: 1, jti: 'AT.EmHCGDFHE18hC5j3stjbar', aud: AUDIENCE, sub: '0oa8acv8gbBPRCZ7I5d7', cid: '0oa8acv8gbBPRCZ7I5d7', scp: ['books.read'] }

const open = async (t: Test, options: object = {}) => await openVendorApp(t, vendors.okta, { audience: AUDIENCE, ...options })

t.test('a person at Okta is known by his user id, never by his login name', async t => {
  const { sign, see } = await open(t)
  t.strictSame(await see(sign(person)), {
    id: '00ujmkLgagxeRrAg20g3', kind: 'human', name: 'john.doe@example.com', email: null, clientId: 'nmdP1fcyvdVO11AL7ECm', scopes: ['openid', 'email', 'flights', 'custom'], groups: ['Everyone', 'Admin'], roles: [], permissions: []
  })
  t.match(await see(sign({ ...person, sub: 'other@example.com' })), { id: '00ujmkLgagxeRrAg20g3' })
})

t.test('a client that speaks for itself is a machine, known by its client id', async t => {
  const { sign, see } = await open(t)
  t.strictSame(await see(sign(machine)), {
    id: '0oa8acv8gbBPRCZ7I5d7', kind: 'machine', name: '0oa8acv8gbBPRCZ7I5d7', email: null, clientId: '0oa8acv8gbBPRCZ7I5d7', scopes: ['books.read'], groups: [], roles: [], permissions: []
  })
  t.match(await see(sign({ ...machine, sub: 'a name that an expression made' })), { id: machine.cid, kind: 'unknown' })
  t.match(await see(sign({ ...machine, uid: '00u1' })), { id: '00u1', kind: 'human' }, 'a user whom an expression called like the client')
})

t.test('an id of the app\'s own choice counts, and roles where they were put', async t => {
  const { sign, see } = await open(t, { claims: { id: 'employee', roles: 'roles' } })
  t.match(await see(sign({ ...person, employee: 'e7', roles: ['editor'] })), { id: 'e7', roles: ['editor'] })
})

t.test('what is no access token for this API is refused', async t => {
  const { sign, forge, refusal } = await open(t)
  t.equal(await refusal(sign({ ...idToken, aud: AUDIENCE })), '401 token_use', 'an ID token that looks like nothing else')
  t.equal(await refusal(sign({ ...idToken, at_hash: 'cpqKfdQA5eH891Ff5oJr_Q' })), '401 token_use')
  t.equal(await refusal(sign({ ...person, token_use: 'refresh' })), '401 token_use')
  t.equal(await refusal(sign({ ...person, cid: 7 })), '401 token_use')
  for (const uid of ['', 7, null]) t.equal(await refusal(sign({ ...person, uid })), '401 claim_type', JSON.stringify(uid))
  t.equal(await refusal(sign({ ...person, aud: 'api://default' })), '401 audience')
  t.equal(await refusal(sign({ ...person, iss: 'https://other.okta.com/oauth2/default' })), '401 issuer_unknown', 'another org')
  t.equal(await refusal(forge(person)), '401 signature')
})

t.test('ID tokens are accepted where they are asked for, and access tokens are not', async t => {
  const { sign, see, refusal } = await open(t, { audience: 'uAaunofWkaDJxukCFeBx', tokenUse: 'id' })
  t.match(await see(sign({ ...idToken, at_hash: 'cpqKfdQA5eH891Ff5oJr_Q', nonce: 'n' })), { id: '00uid4BxXw6I6TV4m0g3', kind: 'human', name: 'John Doe', email: 'john.doe@example.com' })
  t.equal(await refusal(sign({ ...person, aud: 'uAaunofWkaDJxukCFeBx' })), '401 token_use')
})
