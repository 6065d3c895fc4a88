import t from 'tap'

import { google } from '../../lib/providers/oidc/index.js'
import { createIssuerKey, signToken } from '../fixtures/counting-issuer.js'
import { createContext } from '../fixtures/provider-context.js'
import { openVendorApp } from '../fixtures/vendor-app.js'
import { vendors } from '../fixtures/vendors.js'

import type { Test } from 'tap'

const CLIENT = '1234987819200.apps.googleusercontent.com'

// https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
const person = {
  azp: CLIENT, aud: CLIENT, sub: '10769150350006150715113082367', at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q', hd: 'example.com', email: 'jsmith@example.com', email_verified: true, nonce: '0394852-3190485-2490358'
}

// https://cloud.google.com/docs/authentication/token-types#id: whoever asks for it chooses the audience.
const machine = { aud: CLIENT, azp: '112010400000000710080', email: 'nightly@books.iam.gserviceaccount.com', email_verified: true, sub: '112010400000000710080' }

const open = async (t: Test, options: object = {}) => await openVendorApp(t, vendors.google, { audience: CLIENT, ...options })

t.test('a person is known by the id of his account', async t => {
  const { sign, see } = await open(t)
  t.strictSame(await see(sign({ ...person, name: 'J. Smith' })), {
    id: '10769150350006150715113082367', kind: 'human', name: 'J. Smith', email: 'jsmith@example.com', clientId: CLIENT, scopes: [], groups: [], roles: [], permissions: []
  })
  const { azp, ...withoutClient } = person
  t.match(await see(sign(withoutClient)), { kind: 'human', clientId: null }, 'whose client is the audience')
  t.match(await see(sign({ ...person, azp: 'android.apps.googleusercontent.com' })), { kind: 'human', clientId: 'android.apps.googleusercontent.com' })
})

t.test('tokens give nobody groups, roles or permissions', async t => {
  const { sign, see } = await open(t)
  t.match(await see(sign({ ...person, groups: ['root'], roles: ['root'], permissions: ['root'], scope: 'root' })), { groups: [], roles: [], permissions: [], scopes: [] })
})

t.test('service accounts stay outside, since anybody may have one ask for any audience', async t => {
  const { sign, refusal } = await open(t)
  const { email, email_verified: verified, ...withoutEmail } = machine
  for (const claims of [machine, withoutEmail, { ...machine, azp: undefined }, { ...machine, azp: machine.email }, { ...withoutEmail, azp: machine.email }, { ...machine, azp: 'x.apps.googleusercontent.com' }]) {
    t.equal(await refusal(sign(claims)), '401 organization', JSON.stringify(claims))
  }
  for (const azp of ['other', 7, null]) t.equal(await refusal(sign({ ...person, azp, aud: [CLIENT] })), '401 organization', 'nor does who came by another way')
})

t.test('service accounts that are listed are machines, by verified address or by id', async t => {
  const expected = { id: machine.sub, kind: 'machine', name: null, email: machine.email, clientId: machine.azp, scopes: [], groups: [], roles: [], permissions: [] }
  const byEmail = await open(t, { serviceAccounts: ['other@books.iam.gserviceaccount.com', machine.email], hostedDomain: 'example.com' })
  t.strictSame(await byEmail.see(byEmail.sign(machine)), expected)
  t.equal(await byEmail.refusal(byEmail.sign({ ...machine, email_verified: false })), '401 organization')
  t.equal(await byEmail.refusal(byEmail.sign({ ...machine, email: 'nightly@evil.iam.gserviceaccount.com' })), '401 organization')
  const byId = await open(t, { serviceAccounts: machine.sub })
  t.strictSame(await byId.see(byId.sign(machine)), expected)
  t.equal(await byId.refusal(byId.sign({ ...machine, sub: '1', azp: '1' })), '401 organization')
  t.match(await byId.see(byId.sign({ ...machine, azp: 'someone', email: undefined })), { kind: 'unknown' }, 'no account says so itself')
})

t.test('people of a hosted domain come in, and nobody else', async t => {
  const { sign, see, refusal } = await open(t, { hostedDomain: ['example.com', 'example.org'] })
  t.match(await see(sign(person)), { kind: 'human' })
  for (const hd of ['evil.com', 'EXAMPLE.COM', 'example.com.evil.com', '', undefined, null, ['example.com']]) t.equal(await refusal(sign({ ...person, hd })), '401 organization', JSON.stringify(hd))
  t.equal(await refusal(sign({ ...person, hd: undefined, email: 'boss@example.com' })), '401 organization', 'an address in the domain is not the domain')
})

t.test('what is no ID token for this client is refused', async t => {
  const { sign, forge, refusal } = await open(t)
  t.equal(await refusal(sign({ ...person, aud: '407408718192.apps.googleusercontent.com' })), '401 audience', 'another client')
  t.equal(await refusal(sign({ ...person, token_use: 'access' })), '401 token_use')
  t.equal(await refusal(sign(person, { typ: 'at+jwt' })), '401 token_use')
  t.equal(await refusal(sign({ ...person, typ: 'refresh' })), '401 token_use')
  t.equal(await refusal(sign({ ...person, iss: 'accounts.google.com' })), '401 issuer_unknown')
  t.equal(await refusal(forge(person)), '401 signature')
})

t.test('both spellings of the issuer mean one, and Google itself is the default', async t => {
  const key = createIssuerKey()
  const asked: string[] = []
  async function answer (url: string): Promise<Response> {
    asked.push(url)
    return Response.json(url.endsWith('/certs') ? { keys: [key.jwk] } : { issuer: 'https://accounts.google.com', jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs' })
  }
  const provider = google({ audience: CLIENT, fetch: answer })
  t.strictSame([provider.name, provider.issuers], ['google', ['https://accounts.google.com', 'accounts.google.com']])
  for (const iss of provider.issuers) {
    const token = signToken({ ...person, iss, exp: Math.floor(Date.now() / 1000) + 300 }, key)
    t.match(await provider.verify(token, createContext()), { subject: person.sub, issuer: 'https://accounts.google.com' }, iss)
  }
  for (const iss of ['http://accounts.google.com', 'https://accounts.google.com/', 'accounts.google.com.evil.com']) {
    const token = signToken({ ...person, iss, exp: Math.floor(Date.now() / 1000) + 300 }, key)
    await t.rejects(async () => { await provider.verify(token, createContext()) }, { statusCode: 401, cause: { reason: 'issuer_unknown' } }, iss)
  }
  t.strictSame(asked, ['https://accounts.google.com/.well-known/openid-configuration', 'https://www.googleapis.com/oauth2/v3/certs'])
  await provider.close?.()
})
