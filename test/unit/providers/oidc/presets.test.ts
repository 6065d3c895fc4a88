import t from 'tap'

import { auth0, authentik, google, keycloak, oidc, okta } from '../../../../lib/providers/oidc/index.js'
import { auth0OptionsSchema } from '../../../../lib/providers/oidc/auth0-options.js'
import { googleOptionsSchema } from '../../../../lib/providers/oidc/google-options.js'
import { keycloakOptionsSchema } from '../../../../lib/providers/oidc/keycloak-options.js'
import { oidcOptionsSchema } from '../../../../lib/providers/oidc/options.js'
import { bearer } from '../../../fixtures/hand-issuer.js'
import { openApp } from '../../../fixtures/open-app.js'
import { startVendor, vendors } from '../../../fixtures/vendors.js'

import type { Vendor } from '../../../fixtures/vendors.js'

const audience = 'api'
const realm = 'https://login.example.com/realms/books'

t.test('a preset names itself, its issuer and what its tokens carry', async t => {
  t.match(auth0({ issuer: 'https://acme.eu.auth0.com/', audience }), { name: 'auth0', issuers: ['https://acme.eu.auth0.com/'], supplies: ['permissions'], suppliesByDefault: [], cacheable: true })
  t.match(okta({ issuer: 'https://acme.okta.com/oauth2/default', audience }), { name: 'okta', supplies: ['groups'], suppliesByDefault: [] })
  t.match(keycloak({ issuer: realm, audience }), { name: 'keycloak', supplies: ['groups', 'roles'], suppliesByDefault: [] })
  t.match(google({ audience }), { name: 'google', issuers: ['https://accounts.google.com', 'accounts.google.com'], supplies: [], suppliesByDefault: [] })
  t.match(authentik({ issuer: 'https://login.example.com/application/o/books/', audience }), { name: 'authentik', supplies: ['groups', 'roles'], suppliesByDefault: [] })
  t.equal(keycloak({ issuer: realm, audience, name: 'people' }).name, 'people')
  t.same(keycloak({ issuer: realm, audience }).securityScheme, { type: 'openIdConnect', openIdConnectUrl: `${realm}/.well-known/openid-configuration` })
  t.same(google({ audience, issuer: 'https://stand-in.example.com' }).issuers, ['https://stand-in.example.com'], 'a stand-in is not Google')
})

t.test('options that are unknown, missing or wrong stop the boot, by the name of the preset', async t => {
  const good = { issuer: realm, audience }
  const refused: ReadonlyArray<readonly [Vendor, object, RegExp]> = [
    [vendors.auth0, { issuer: 'https://acme.eu.auth0.com/' }, /^auth0\.audience is missing/],
    [vendors.auth0, { issuer: 'https://acme.eu.auth0.com', audience }, /^auth0\.issuer must end with a slash/],
    [vendors.auth0, { issuer: 'http://acme.eu.auth0.com/', audience }, /^auth0\.issuer must be an https address/],
    [vendors.auth0, { issuer: 'https://acme.eu.auth0.com/', audience, organization: 'acme' }, /^auth0\.organization must be an id that begins with org_/],
    [vendors.auth0, { issuer: 'https://acme.eu.auth0.com/', audience, client: 'acme' }, /^auth0\.client is not an option/],
    [vendors.okta, { issuer: 'https://acme.okta.com', audience }, /^okta\.issuer must be that of a custom authorization server/],
    [vendors.okta, { issuer: 'https://acme.okta.com/oauth2/', audience }, /^okta\.issuer must be/],
    [vendors.okta, { issuer: 'https://acme.okta.com', audience, tokenUse: null }, /^okta\.issuer must be/],
    [vendors.okta, { issuer: 'http://acme.okta.com/oauth2/default', audience }, /^okta\.issuer must be an https address/],
    [vendors.keycloak, { audience }, /^keycloak\.issuer is missing/],
    [vendors.keycloak, { ...good, issuer: `${realm}/` }, /^keycloak\.issuer must be that of a realm, without a slash/],
    [vendors.keycloak, { ...good, issuer: 'https://login.example.com' }, /^keycloak\.issuer must be that of a realm/],
    [vendors.keycloak, { ...good, client: [] }, /^keycloak\.client must be the id of a client, or a list of them/],
    [vendors.keycloak, { ...good, client: 'books-api', claims: { roles: null } }, /^keycloak\.client adds to the roles of the realm/],
    [vendors.keycloak, { ...good, client: ['books', 'books:api'] }, /^keycloak\.client must not hold two clients whose roles/],
    [vendors.keycloak, { ...good, claims: { id: 'preferred_username' } }, /^keycloak\.claims\.id is a claim that may be given/],
    [vendors.google, {}, /^google\.audience is missing/],
    [vendors.google, { audience, tokenUse: 'access' }, /^google\.tokenUse is not an option/],
    [vendors.google, { audience, typ: 'at+jwt' }, /^google\.typ is not an option/],
    [vendors.google, { audience, hostedDomain: '' }, /^google\.hostedDomain must be a text, or a list of texts/],
    [vendors.google, { audience, serviceAccounts: [7] }, /^google\.serviceAccounts must be a text, or a list of texts/],
    [vendors.authentik, { audience }, /^authentik\.issuer is missing/],
    [vendors.authentik, { issuer: 'https://login.example.com/', audience, discoveryUrl: 'http://login.example.com' }, /^authentik\.discoveryUrl must be an https address/]
  ]
  for (const [{ create }, options, message] of refused) {
    t.throws(() => create(options as Readonly<Record<string, unknown>>), { code: 'AUTH_OPTION_INVALID', message }, String(message))
  }
  t.equal(okta({ issuer: 'https://acme.okta.com', audience: 'web', tokenUse: 'id' }).name, 'okta', 'ID tokens of the org authorization server are for their clients to read')
})

t.test('a preset takes every option of oidc, but for the use of tokens of which there is one', async t => {
  const common = Object.keys(oidcOptionsSchema.properties)
  t.strictSame(Object.keys(auth0OptionsSchema.properties), [...common, 'organization'])
  t.strictSame(Object.keys(keycloakOptionsSchema.properties), [...common, 'client'])
  t.strictSame(Object.keys(googleOptionsSchema.properties).sort(), [...common.filter(name => name !== 'tokenUse' && name !== 'typ'), 'hostedDomain', 'serviceAccounts'].sort())
})

t.test('beside other providers, what a preset\'s tokens say counts without being asked for', async t => {
  const issuer = await startVendor(t, vendors.keycloak)
  const other = oidc({ issuer: 'https://other.example.com', audience, warmUp: false })
  const app = await openApp(t, { jwtProvider: [keycloak({ issuer: issuer.url, audience }), other] }, app => app.get('/', async ({ user }) => await user?.roles()))
  const answer = await app.inject({ url: '/', headers: bearer(issuer.token({ realm_access: { roles: ['editor'] } })) })
  t.strictSame([answer.statusCode, answer.json()], [200, ['editor']])
})
