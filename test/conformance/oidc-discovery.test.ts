import t from 'tap'
import { oidc } from '../../lib/providers/oidc/index.js'
import { ACCEPTED, openApi, refused, undecided } from '../fixtures/openid-api.js'
import { AUDIENCE, claimsOf, ISSUER } from '../fixtures/openid-claims.js'
import { createSigningKey } from '../fixtures/openid-keys.js'

import type { Test } from 'tap'
import type { OidcOptions } from '../../lib/providers/oidc/index.js'

const key = createSigningKey('EdDSA', 'main')
const token = (iss: string = ISSUER) => key.token(claimsOf({ iss }))

/** What an issuer publishes, by address: documents, or answers of their own. */
type Site = Readonly<Record<string, object | (() => Response)>>

/** A site with everything that is needed; others beside and instead of it. */
function siteOf (others: Site = {}, issuer: string = ISSUER): Site {
  return {
    [`${issuer}/.well-known/openid-configuration`]: describe({}, issuer),
    [`${issuer}/jwks`]: { keys: [key.publicKey] },
    ...others
  }
}

/** Provider metadata. OpenID Connect Discovery 1.0, section 3. */
function describe (others: Readonly<Record<string, unknown>> = {}, issuer: string = ISSUER): object {
  return { issuer, jwks_uri: `${issuer}/jwks`, authorization_endpoint: `${issuer}/authorize`, ...others }
}

/** An API that knows what is on the site, and what it has asked for. */
async function open (t: Test, site: Site, options: Partial<OidcOptions> = {}) {
  const asked: string[] = []
  async function fetch (url: string): Promise<Response> {
    asked.push(url)
    const answer = site[url] ?? (() => new Response('{}', { status: 404 }))
    return typeof answer === 'function' ? answer() : Response.json(answer)
  }
  const api = await openApi(t, { jwtProvider: oidc({ issuer: ISSUER, audience: AUDIENCE, fetch, ...options }) })
  return { ...api, asked }
}

const DESCRIPTION = `${ISSUER}/.well-known/openid-configuration`

t.test('4: keys are found knowing only the issuer', async t => {
  const api = await open(t, siteOf())
  t.strictSame(await api.ask(token()), ACCEPTED)
  t.strictSame(api.asked, [DESCRIPTION, `${ISSUER}/jwks`])
})

t.test('4.1: the description is below the issuer, whose last slash is not doubled', async t => {
  for (const [issuer, base] of [['https://issuer.example/tenant/one', 'https://issuer.example/tenant/one'], ['https://issuer.example/', 'https://issuer.example'], ['https://issuer.example/one/', 'https://issuer.example/one']] as const) {
    const site = { [`${base}/.well-known/openid-configuration`]: describe({ issuer, jwks_uri: `${ISSUER}/jwks` }), [`${ISSUER}/jwks`]: { keys: [key.publicKey] } }
    const api = await open(t, site, { issuer })
    t.strictSame(await api.ask(token(issuer)), ACCEPTED, issuer)
  }
})

t.test('4.2: a description is an answer with status 200 and JSON, and not somewhere else', async t => {
  const body = JSON.stringify(describe())
  const json = { 'content-type': 'application/json' }
  const answers: Readonly<Record<string, () => Response>> = {
    'status 201': () => new Response(body, { status: 201, headers: json }),
    'status 404': () => new Response(body, { status: 404, headers: json }),
    'status 500': () => new Response(body, { status: 500, headers: json }),
    'a redirect': () => new Response(null, { status: 302, headers: { location: `${ISSUER}/elsewhere` } }),
    HTML: () => new Response(body, { headers: { 'content-type': 'text/html' } }),
    'half of it': () => new Response(body.slice(0, -9), { headers: json }),
    'a list': () => Response.json([describe()]),
    nothing: () => new Response('', { headers: json })
  }
  for (const [name, answer] of Object.entries(answers)) {
    const api = await open(t, siteOf({ [DESCRIPTION]: answer, [`${ISSUER}/elsewhere`]: describe() }))
    t.strictSame(await api.ask(token()), undecided('keys_unavailable'), name)
    t.strictSame(new Set(api.asked), new Set([DESCRIPTION]), 'and nobody else is asked')
  }
})

t.test('4.3, and RFC 8414, 3.3: a description of another issuer is not used', async t => {
  const others = [`${ISSUER}/`, 'https://ISSUER.example', 'HTTPS://issuer.example', 'https://issuer.example:443', 'http://issuer.example', 'https://other.example', `${ISSUER}?`, `${ISSUER}#`, ` ${ISSUER}`, '', null, 1, [ISSUER], undefined]
  for (const issuer of others) {
    const api = await open(t, siteOf({ [DESCRIPTION]: describe({ issuer }) }))
    t.strictSame(await api.ask(token()), undecided('keys_unavailable'), JSON.stringify(issuer))
    t.notOk(api.asked.includes(`${ISSUER}/jwks`), 'nor are the keys that it names')
  }
})

t.test('4.3, and RFC 8414, 4: issuers are compared code point by code point', async t => {
  const [composed, decomposed] = ['https://issuer.example/caf\u00e9', 'https://issuer.example/cafe\u0301']
  const base = `${composed}/.well-known/openid-configuration`
  const other = await open(t, { ...siteOf(), [base]: describe({ issuer: decomposed }) }, { issuer: composed })
  t.strictSame(await other.ask(token(composed)), undecided('keys_unavailable'))
  const same = await open(t, { ...siteOf(), [base]: describe({ issuer: composed }) }, { issuer: composed })
  t.strictSame(await same.ask(token(composed)), ACCEPTED)
  t.strictSame(await same.ask(token(decomposed)), refused('issuer_unknown'))
})

t.test('4.3: the issuer of a token is exactly that of the description', async t => {
  const api = await open(t, siteOf())
  for (const iss of [`${ISSUER}/`, 'https://Issuer.example', 'https://other.example']) {
    t.strictSame(await api.ask(token(iss)), refused('issuer_unknown'), iss)
  }
})

t.test('3: an issuer is an https address without query and fragment, or one of this machine', async t => {
  const issuers = ['http://issuer.example', `${ISSUER}?`, `${ISSUER}?tenant=1`, `${ISSUER}#top`, 'ftp://issuer.example', 'issuer.example', '//issuer.example', '', 'https://user:secret@issuer.example', 'urn:issuer', 'http://127.0.0.1.example', 'http://10.0.0.1']
  for (const issuer of issuers) {
    t.throws(() => oidc({ issuer, audience: AUDIENCE }), { code: 'AUTH_OPTION_INVALID' }, issuer)
  }
  for (const issuer of [ISSUER, `${ISSUER}/tenant/`, 'http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080']) {
    t.doesNotThrow(() => oidc({ issuer, audience: AUDIENCE }), issuer)
  }
})

t.test('3: jwks_uri is there, and https', async t => {
  for (const uri of [undefined, null, '', 1, ['https://issuer.example/jwks'], 'http://issuer.example/jwks', '/jwks', 'ftp://issuer.example/jwks', 'data:application/json,{"keys":[]}', 'file:///etc/keys.json']) {
    const api = await open(t, siteOf({ [DESCRIPTION]: describe({ jwks_uri: uri }) }))
    t.strictSame(await api.ask(token()), undecided('keys_unavailable'), JSON.stringify(uri))
    t.equal(api.asked.filter(url => url !== DESCRIPTION).length, 0, 'it is not asked')
  }
})

t.test('3: jwks_uri may be on another host, and members that nobody here needs may be anything', async t => {
  const elsewhere = 'https://keys.example/v1/keys?tenant=1'
  const api = await open(t, { [DESCRIPTION]: describe({ jwks_uri: elsewhere, scopes_supported: 7, mtls_endpoint_aliases: null }), [elsewhere]: { keys: [key.publicKey] } })
  t.strictSame(await api.ask(token()), ACCEPTED)
})

t.test('3: what a description says of algorithms widens nothing', async t => {
  const site = siteOf({ [DESCRIPTION]: describe({ id_token_signing_alg_values_supported: ['none', 'HS256', 'EdDSA'] }) })
  const api = await open(t, site, { algorithms: ['RS256'] })
  t.strictSame(await api.ask(token()), refused('algorithm'))
})

t.test('RFC 8414, 3.1: a description that is elsewhere is found by its address, and must still be of the issuer', async t => {
  const discoveryUrl = 'https://issuer.example/.well-known/oauth-authorization-server/one'
  const issuer = 'https://issuer.example/one'
  const keys = { [`${issuer}/jwks`]: { keys: [key.publicKey] } }
  const api = await open(t, { ...keys, [discoveryUrl]: describe({}, issuer) }, { issuer, discoveryUrl })
  t.strictSame(await api.ask(token(issuer)), ACCEPTED)
  const other = await open(t, { ...keys, [discoveryUrl]: describe({ issuer: ISSUER }, issuer) }, { issuer, discoveryUrl })
  t.strictSame(await other.ask(token(issuer)), undecided('keys_unavailable'))
})
