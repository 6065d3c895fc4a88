// Line A30 of docs/from-python.md.
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import t from 'tap'

import { entra, entraUrls } from '../../lib/providers/entra/index.js'
import { ABE, API, CLIENT, createDirectoryKey, DAEMON, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { INVALID, openEntraApp } from '../fixtures/entra-app.js'
import { now } from '../fixtures/hand-issuer.js'
import { KEYS_UNAVAILABLE, outcomeOf } from '../fixtures/outcome-of.js'
import { createContext } from '../fixtures/provider-context.js'

import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { EntraOptions } from '../../lib/providers/entra/index.js'

/** A directory, and ours that knows its tenant and the API. */
async function setUp (t: Test, options: Partial<EntraOptions> = {}) {
  const directory = await startDirectory(t)
  const provider = entra({ tenantId: TENANT, audience: API, fetch: directory.fetch, ...options })
  t.teardown(async function closeProvider () { await provider.close?.() })
  return {
    directory,
    outcome: async (token: string) => await outcomeOf(provider, token),
    identity: async (claims: object) => await provider.verify(directory.userToken({ ...claims }), createContext())
  }
}

const ME = `${TENANT}:${ABE}`

t.test('A30: two of them have nothing to do with each other', async t => {
  const directory = await startDirectory(t)
  const [ours, theirs] = [TENANT, OTHER_TENANT].map(tenantId => entra({ tenantId, name: tenantId, audience: API, fetch: directory.fetch, groupsProvider: { fetchGroups: () => [tenantId] } }))
  t.teardown(async function closeBoth () { await Promise.all([ours?.close?.(), theirs?.close?.()]) })
  t.strictSame(await ours?.groupsProvider?.fetchGroups({} as never, {} as never), [TENANT], 'the second changes nothing of the first')
  const token = directory.userToken({}, { tenantId: OTHER_TENANT })
  t.equal(ours && await outcomeOf(ours, token), '401 AUTH_TOKEN_INVALID issuer_unknown')
  t.equal(theirs && await outcomeOf(theirs, token), `${OTHER_TENANT}:${ABE}`)
})

t.test('A30: what keeps keys away is 503; there it is 401, and 500 for what nobody thought of', async t => {
  const server = createServer(socket => socket.destroy())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async function stopServer () { await new Promise(resolve => server.close(resolve)) })
  const { port } = server.address() as AddressInfo
  const fetches: Readonly<Record<string, NonNullable<EntraOptions['fetch']>>> = {
    'an HTTP error': async () => new Response('no', { status: 500 }),
    'a network error': async (_url, init) => await fetch(`http://127.0.0.1:${port}/`, init),
    'no JSON': async () => new Response('<html>'),
    'no jwks_uri': async () => Response.json({ issuer: `https://login.microsoftonline.com/${TENANT}/v2.0` })
  }
  for (const [what, fetchBadly] of Object.entries(fetches)) {
    const { directory, outcome } = await setUp(t, { fetch: fetchBadly })
    t.equal(await outcome(directory.userToken()), KEYS_UNAVAILABLE, what)
  }
})

t.test('A30: a good token passes, and whatever is wrong with one is 401', async t => {
  const { directory, outcome } = await setUp(t)
  t.equal(await outcome(directory.userToken()), ME)
  const rows = [
    [directory.userToken({}, { key: { ...createDirectoryKey(), kid: directory.keys['2.0'].kid } }), 'INVALID signature'],
    [directory.userToken({}, { key: createDirectoryKey() }), 'INVALID kid_unknown'],
    [directory.userToken({ exp: now() - 60 }), 'EXPIRED expired'],
    [directory.userToken({ exp: undefined }), 'INVALID claim_missing'],
    [directory.userToken({ nbf: now() + 60 }), 'INVALID not_yet_valid'],
    [directory.userToken({ iat: now() + 60 }), 'INVALID issued_in_future']
  ] as const
  for (const [token, what] of rows) t.equal(await outcome(token), `401 AUTH_TOKEN_${what}`)
})

t.test('A30: the audience is checked, in both of its forms; it must be said, null accepts any; there it is one text, or nothing', async t => {
  const { directory, outcome } = await setUp(t)
  for (const aud of [API, `api://${API}`]) t.equal(await outcome(directory.userToken({ aud })), ME, aud)
  t.equal(await outcome(directory.userToken({ aud: 'other' })), '401 AUTH_TOKEN_INVALID audience')
  t.throws(() => entra({ tenantId: TENANT } as EntraOptions), { code: 'AUTH_OPTION_INVALID', message: /^entra\.audience is missing/ })
  const open = await setUp(t, { audience: null })
  t.equal(await open.outcome(open.directory.userToken({ aud: 'other' })), ME)
})

t.test('A30: the issuer and the tenant are checked; there neither is', async t => {
  const { directory, outcome } = await setUp(t)
  t.equal(await outcome(directory.userToken({ iss: 'https://evil.example/' })), '401 AUTH_TOKEN_INVALID issuer_unknown')
  t.equal(await outcome(directory.userToken({ tid: OTHER_TENANT })), '401 AUTH_TOKEN_INVALID issuer_mismatch')
})

t.test('A30: keys have what RFC 7517 asks for and no more; there one without use is 500', async t => {
  const { directory, outcome } = await setUp(t)
  const { use, ...withoutUse } = directory.keys['2.0'].jwk
  directory.keys['2.0'] = { ...directory.keys['2.0'], jwk: { ...withoutUse, x5c: ['MIIC', 'MIID'] } }
  t.equal(use, 'sig')
  t.equal(await outcome(directory.userToken()), ME, 'a list of certificates stays one')
  t.equal(await outcome(directory.userToken({}, { header: { x5c: ['MIIC', 'MIID'] } })), ME, 'in the header, too')
})

t.test('A30: the name is username, preferred_username or at last sub, and an address need not be there', async t => {
  const { identity } = await setUp(t)
  t.match(await identity({ username: 'one', preferred_username: 'two' }), { name: 'one', email: null })
  t.match(await identity({ preferred_username: 'two' }), { name: 'two' })
  t.match(await identity({ preferred_username: undefined, name: undefined, sub: 'three' }), { name: 'three' })
  t.match(await identity({ email: 'abe@example.com' }), { email: 'abe@example.com', emailVerified: null })
})

t.test('A30: the id is tenant and object; there it is sub, which claims can say', async t => {
  t.match(await (await setUp(t)).identity({ sub: 'pairwise' }), { subject: ME })
  t.match(await (await setUp(t, { claims: { id: 'sub' } })).identity({ sub: 'pairwise' }), { subject: 'pairwise' })
})

t.test('A30: groups come from the provider, and without one from the token; there only from the provider', async t => {
  const asking = await openEntraApp(t, { groupsProvider: { fetchGroups: () => ['from-provider'] } })
  t.match(await asking.user(asking.directory.userToken({ groups: ['from-token'] }), '/names'), { groups: ['from-provider'] })
  const { directory, user } = await openEntraApp(t)
  t.strictSame(await user(directory.userToken({ groups: ['staff'], roles: ['editor'] }), '/names'), { status: 200, groups: ['staff'], roles: ['editor'] })
})

t.test('A30: roles and clients of people and machines are read, in both versions; there they are not', async t => {
  const { directory, refusal, user } = await openEntraApp(t)
  for (const token of [directory.appToken(), directory.appTokenV1()]) {
    t.match(await user(token), { id: `${TENANT}:${DAEMON}`, kind: 'machine', clientId: CLIENT, scopes: [] })
    t.strictSame(await user(token, '/names'), { status: 200, groups: [], roles: ['Books.Read.All'] })
  }
  for (const token of [directory.userToken({ roles: ['editor'], groups: ['staff'] }), directory.userTokenV1({ roles: ['editor'], groups: ['staff'] })]) {
    t.match(await user(token), { id: ME, kind: 'human', clientId: CLIENT })
    t.strictSame(await user(token, '/names'), { status: 200, groups: ['staff'], roles: ['editor'] })
  }
  t.strictSame(await refusal(directory.idToken()), [...INVALID, 'token_use'])
})

const random = (): string => randomBytes(16).toString('base64url')
const LOGIN = { state: random(), nonce: random(), codeChallenge: createHash('sha256').update(random()).digest('base64url') }
const URLS = { tenantId: TENANT, clientId: CLIENT, redirectUri: 'https://app.example/callback?a=b', logoutUri: 'https://app.example/bye' }

t.test('A30: the login page is asked for a code with PKCE, by state and nonce of the caller; there for tokens, with fixed ones', async t => {
  const { origin, pathname, searchParams } = new URL(entraUrls(URLS).login(LOGIN))
  t.equal(origin + pathname, `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/authorize`)
  t.match(Object.fromEntries(searchParams), {
    client_id: CLIENT, redirect_uri: URLS.redirectUri, scope: 'openid profile email', response_type: 'code', code_challenge_method: 'S256', state: LOGIN.state, nonce: LOGIN.nonce
  })
  for (const fixed of [{ state: '1234567890' }, { nonce: '9876543210' }]) t.throws(() => entraUrls(URLS).login({ ...LOGIN, ...fixed }), { code: 'AUTH_OPTION_INVALID' })
})

t.test('A30: who signs out has an address for it; there it is an empty text', async t => {
  t.equal(entraUrls(URLS).logout(), `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye`)
})
