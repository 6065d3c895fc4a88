import t from 'tap'

import { API, CONSUMER_TENANT, OTHER_TENANT, TENANT } from '../../../fixtures/entra-directory.js'
import { anyTenant, entra, entraFromEnv, entraUrls } from '../../../../lib/providers/entra/index.js'

import type { EntraLogin, EntraOptions, EntraUrlsOptions } from '../../../../lib/providers/entra/index.js'

const create = (options: object) => entra({ audience: API, ...options } as EntraOptions)
const INVALID = 'AUTH_OPTION_INVALID'

const PREFIX = 'AUTH_PROVIDER_AZURE_ENTRA_ID'
const ENV = { [`${PREFIX}_TENANT_ID`]: TENANT, [`${PREFIX}_AUDIENCE_ID`]: API }
const URLS = { tenantId: TENANT, clientId: API, redirectUri: 'https://app.example/callback?a=b c' }
const LOGIN = { state: 'a3f1c0d2b4e5968778695a4b3c2d1e0f', nonce: '0f1e2d3c4b5a69788796e5d4b2c0f1a3', codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }

t.test('a provider lists the issuers of its tenants, the form that users are known by first', async t => {
  t.strictSame(create({ tenantId: TENANT }).issuers, [`https://login.microsoftonline.com/${TENANT}/v2.0`, `https://sts.windows.net/${TENANT}/`])
  t.equal(create({ tenantId: [TENANT, OTHER_TENANT, TENANT.toUpperCase()] }).issuers.length, 4)
  t.strictSame(create({ tenantId: CONSUMER_TENANT }).issuers, [`https://login.microsoftonline.com/${CONSUMER_TENANT}/v2.0`])
  t.equal(create({ tenantId: TENANT }).ownsIssuer, undefined)
})

t.test('a provider for any tenant knows their issuers by their form', async t => {
  const { issuers, ownsIssuer } = create({ tenantId: anyTenant })
  t.strictSame(issuers, ['https://login.microsoftonline.com/{tenantid}/v2.0', 'https://sts.windows.net/{tenantid}/'])
  for (const iss of [`https://login.microsoftonline.com/${TENANT}/v2.0`, `https://sts.windows.net/${OTHER_TENANT}/`]) t.equal(ownsIssuer?.(iss), true, iss)
  const foreign = [...issuers, '', 'https://login.microsoftonline.com/', `https://login.microsoftonline.com/${CONSUMER_TENANT}/v2.0`, `https://sts.windows.net/${TENANT}`, `https://sts.windows.net/${TENANT}/v2.0`]
  for (const iss of foreign) t.equal(ownsIssuer?.(iss), false, iss)
  const open = create({ tenantId: anyTenant, personalAccounts: true })
  t.equal(open.ownsIssuer?.(`https://login.microsoftonline.com/${CONSUMER_TENANT}/v2.0`), true)
  t.equal(open.ownsIssuer?.(`https://sts.windows.net/${CONSUMER_TENANT}/`), false)
})

t.test('what is no tenant stops the boot, and says what is', async t => {
  for (const tenantId of ['common', 'organizations', 'consumers', 'Common', [TENANT, 'common']]) {
    t.throws(() => create({ tenantId }), { code: INVALID, message: /^entra\.tenantId .*anyTenant/ }, String(tenantId))
  }
  for (const tenantId of ['contoso.com', 'contoso.onmicrosoft.com', `{${TENANT}}`, `${TENANT} `, [TENANT, 'contoso.com'], Symbol('any')]) {
    t.throws(() => create({ tenantId }), { code: INVALID, message: /^entra\.tenantId .*no domain name/ }, String(tenantId))
  }
  for (const tenantId of [undefined, '', [], 7, null]) t.throws(() => create({ tenantId }), { code: INVALID, message: /^entra\.tenantId/ }, String(tenantId))
})

t.test('options that do not go together stop the boot', async t => {
  const rows = [
    [{ tenantId: TENANT, trustTenants: [TENANT] }, /^entra\.trustTenants is for anyTenant only/],
    [{ tenantId: TENANT, personalAccounts: false }, /^entra\.personalAccounts is for anyTenant only/],
    [{ tenantId: anyTenant, trustTenants: ['contoso.com'] }, /^entra\.trustTenants\.0 must be a GUID/],
    [{ tenantId: TENANT, directoryRoles: true, claims: { roles: null } }, /^entra\.directoryRoles must not be true/],
    [{ tenantId: TENANT, cloud: 'germany' }, /^entra\.cloud must be/],
    [{ tenantId: TENANT, signingKeysAppId: 'api' }, /^entra\.signingKeysAppId must be a GUID/],
    [{ tenantId: anyTenant, signingKeysAppId: API }, /^entra\.signingKeysAppId must stand beside one tenant/],
    [{ tenantId: [TENANT, OTHER_TENANT], signingKeysAppId: API }, /^entra\.signingKeysAppId must stand beside one tenant/],
    [{ tenantId: TENANT, audience: undefined }, /^entra\.audience is missing/],
    [{ tenantId: TENANT, tenant: TENANT }, /^entra\.tenant is not an option/],
    [{ tenantId: TENANT, algorithms: ['HS256'] }, /^entra\.algorithms/]
  ] as const
  for (const [options, message] of rows) t.throws(() => create(options), { code: INVALID, message })
  const bad = ['https://proxy.example/v2.0/metadata', 'https://proxy.example/{tenant}/metadata', 'https://proxy.example/{tenant}/{tenant}/v2.0/metadata', 'http://proxy.example/{tenant}/v2.0/metadata', '{tenant}/v2.0/']
  for (const discoveryUrl of bad) t.throws(() => create({ tenantId: TENANT, discoveryUrl }), { code: INVALID, message: /^entra\.discoveryUrl must be/ }, discoveryUrl)
  t.doesNotThrow(() => create({ tenantId: TENANT, directoryRoles: true, claims: { roles: { firstOf: [['app', 'roles'], 'roles'] } } }))
})

t.test('the environment says the same', async t => {
  const provider = entraFromEnv({ ...ENV, [`${PREFIX}_LEEWAY`]: '30' })
  t.match(provider, { name: 'entra', issuers: [`https://login.microsoftonline.com/${TENANT}/v2.0`, `https://sts.windows.net/${TENANT}/`] })
  const template = (host: string) => entraFromEnv({ ...ENV, [`${PREFIX}_JWKS_URL_TEMPLATE`]: `https://${host}/{tenant}/v2.0/.well-known/openid-configuration` }).issuers[0]
  t.equal(template('login.microsoftonline.us'), `https://login.microsoftonline.us/${TENANT}/v2.0`)
  t.equal(template('login.chinacloudapi.cn'), `https://login.partner.microsoftonline.cn/${TENANT}/v2.0`)
  t.equal(template('proxy.example'), `https://login.microsoftonline.com/${TENANT}/v2.0`)
  t.strictSame(entraFromEnv(ENV, { tenantId: OTHER_TENANT, name: 'ours' }).name, 'ours')
})

t.test('the environment of the process counts where none is given', async t => {
  t.throws(() => entraFromEnv(), { code: INVALID, message: /_TENANT_ID is missing/ })
})

t.test('what is missing or wrong in the environment stops the boot, by the name of its variable', async t => {
  const rows = [
    [{ [`${PREFIX}_TENANT_ID`]: '' }, /^AUTH_PROVIDER_AZURE_ENTRA_ID_TENANT_ID is missing/],
    [{ [`${PREFIX}_TENANT_ID`]: 'common' }, /^AUTH_PROVIDER_AZURE_ENTRA_ID_TENANT_ID must be the GUID/],
    [{ [`${PREFIX}_AUDIENCE_ID`]: undefined }, /^AUTH_PROVIDER_AZURE_ENTRA_ID_AUDIENCE_ID is missing/],
    [{ [`${PREFIX}_LEEWAY`]: '1.5' }, /^AUTH_PROVIDER_AZURE_ENTRA_ID_LEEWAY must be a whole number/],
    [{ [`${PREFIX}_LEEWAY`]: '301' }, /^AUTH_PROVIDER_AZURE_ENTRA_ID_LEEWAY must be/],
    [{ [`${PREFIX}_JWKS_URL_TEMPLATE`]: 'keys' }, /^AUTH_PROVIDER_AZURE_ENTRA_ID_JWKS_URL_TEMPLATE must be/]
  ] as const
  for (const [variables, message] of rows) t.throws(() => entraFromEnv({ ...ENV, ...variables }), { code: INVALID, message })
})

t.test('people are sent to sign in with a code and PKCE, and to sign out', async t => {
  const { login, logout, token } = entraUrls({ ...URLS, logoutUri: 'https://app.example/bye' })
  const url = new URL(login(LOGIN))
  t.equal(`${url.origin}${url.pathname}`, `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/authorize`)
  t.strictSame(Object.fromEntries(url.searchParams), {
    response_type: 'code',
    client_id: API,
    redirect_uri: URLS.redirectUri,
    scope: 'openid profile email',
    state: LOGIN.state,
    nonce: LOGIN.nonce,
    code_challenge: LOGIN.codeChallenge,
    code_challenge_method: 'S256',
    response_mode: 'query'
  })
  t.equal(logout(), `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye`)
  t.equal(entraUrls(URLS).logout(), `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/logout`)
  t.equal(token, `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`)
})

t.test('addresses and logins that are not safe are refused', async t => {
  const wrong: readonly object[] = [{ redirectUri: 'http://app.example/' }, { logoutUri: 'javascript:alert(1)' }, { tenantId: 'common' }, { tenantId: Symbol('any') }, { scopes: ['a b'] }, { clientId: '' }, { domain: 'x' }]
  for (const options of wrong) t.throws(() => entraUrls({ ...URLS, ...options } as EntraUrlsOptions), { code: INVALID, message: /^entraUrls\./ }, JSON.stringify(options))
  const { login, logout } = entraUrls(URLS)
  const made: readonly object[] = [
    { state: undefined }, { nonce: '' }, { state: 'short' }, { state: '1234567890' }, { nonce: 'a'.repeat(43) }, { state: LOGIN.nonce }, { codeChallenge: 'plain' }, { codeChallenge: 'A'.repeat(43) }, { prompt: 'maybe' }
  ]
  for (const members of made) t.throws(() => login({ ...LOGIN, ...members } as EntraLogin), { code: INVALID, message: /^entraUrls\.login\./ }, JSON.stringify(members))
  t.throws(() => logout({ idTokenHint: '' }), { code: INVALID, message: /^entraUrls\.logout\.idTokenHint/ })
})
