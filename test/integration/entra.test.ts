import t from 'tap'

import { ABE, API, CLIENT, CONSUMER_TENANT, createDirectoryKey, DAEMON, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { collectLog } from '../fixtures/collect-log.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { anyTenant, entra } from '../../lib/providers/entra/index.js'
import { currentUser, requireGroups, requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { EntraDirectory } from '../fixtures/entra-directory.js'
import type { EntraOptions } from '../../lib/providers/entra/index.js'

type Options = Partial<EntraOptions>

interface Scene {
  readonly directory: EntraDirectory
  readonly app: FastifyInstance
  /** What the app says of a token: status, code, and the reason in its log. */
  refusal (token: string): Promise<readonly unknown[]>
  /** Who it is, as the handler sees him. */
  user (token: string, url?: string): Promise<Record<string, unknown>>
}

const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const INVALID = [401, 'AUTH_TOKEN_INVALID'] as const

async function setUp (t: Test, options: Options = {}, known?: EntraDirectory): Promise<Scene> {
  const directory = known ?? await startDirectory(t)
  const log = collectLog('info')
  const provider = entra({ tenantId: TENANT, audience: API, fetch: directory.fetch, ...options })
  const app = await openApp(t, { jwtProvider: provider }, declare, { logger: log.logger })
  const send = async (token: string, url = '/me') => await app.inject({ url, headers: bearer(token) })
  return {
    directory,
    app,
    async refusal (token) {
      log.clear()
      const answer = await send(token)
      return [answer.statusCode, answer.json<{ code?: string }>().code, ...log.of('request refused').map(line => line['reason'])]
    },
    async user (token, url) {
      const answer = await send(token, url)
      return { status: answer.statusCode, ...answer.json<Record<string, unknown>>() }
    }
  }
}

function declare (app: FastifyInstance): void {
  app.get('/me', async request => {
    const { id, issuer, kind, clientId, name, email, emailVerified, scopes } = currentUser(request)
    return { id, issuer, kind, clientId, name, email, emailVerified, scopes }
  })
  app.get('/names', async request => ({ groups: await currentUser(request).groups(), roles: await currentUser(request).roles() }))
  app.get('/staff', { preHandler: [requireGroups(['staff'])] }, async () => ({}))
  app.get('/editors', { preHandler: [requireRoles(['editor'])] }, async () => ({}))
}

t.test('access tokens of both versions, of persons and of applications, say who it is', async t => {
  const { directory, user } = await setUp(t)
  const rows = [
    ['a person, version 2.0', directory.userToken(), { id: `${TENANT}:${ABE}`, kind: 'human', name: 'abeli@microsoft.com', email: null, scopes: ['access_as_user'] }],
    ['a person, version 1.0', directory.userTokenV1(), { id: `${TENANT}:${ABE}`, kind: 'human', name: 'abeli', email: 'AbeLi@microsoft.com', scopes: ['user_impersonation'] }],
    ['an application, version 2.0', directory.appToken(), { id: `${TENANT}:${DAEMON}`, kind: 'machine', name: DAEMON, email: null, scopes: [] }],
    ['an application, version 1.0', directory.appTokenV1(), { id: `${TENANT}:${DAEMON}`, kind: 'machine', name: DAEMON, email: null, scopes: [] }]
  ] as const
  for (const [what, token, expected] of rows) {
    t.strictSame(await user(token), { status: 200, issuer: V2, clientId: CLIENT, emailVerified: null, ...expected }, what)
  }
})

t.test('a person is known by the same id whatever version the token has, and may be known by another claim', async t => {
  const { directory, user } = await setUp(t)
  t.equal((await user(directory.userToken()))['id'], (await user(directory.userTokenV1()))['id'])

  const bySub = await setUp(t, { claims: { id: 'sub' } }, directory)
  t.match(await bySub.user(directory.userToken()), { status: 200, id: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ' })
  const byOid = await setUp(t, { claims: { id: 'oid' } }, directory)
  t.match(await byOid.user(directory.userToken()), { status: 200, id: ABE })
})

t.test('users without an object id are nobody', async t => {
  const { directory, refusal } = await setUp(t)
  for (const [oid, reason] of [[undefined, 'claim_missing'], [7, 'claim_type'], ['', 'claim_type'], [['a'], 'claim_type'], ['o'.repeat(201), 'claim_type']] as const) {
    t.strictSame(await refusal(directory.userToken({ oid })), [...INVALID, reason], JSON.stringify(oid))
  }
})

t.test('the audience is the client id or its address, in the form of the option or in the other one', async t => {
  const directory = await startDirectory(t)
  for (const audience of [API, `api://${API}`, API.toUpperCase(), [API, 'https://books.example']]) {
    const { refusal } = await setUp(t, { audience }, directory)
    for (const aud of [API, `api://${API}`, [API]]) t.strictSame((await refusal(directory.userToken({ aud })))[0], 200, `${String(audience)} and ${String(aud)}`)
    for (const aud of [CLIENT, `api://${CLIENT}`, `api://${API}/`, `API://${API}`, `${API} `, 'https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000', undefined]) {
      t.strictSame(await refusal(directory.userToken({ aud })), [...INVALID, 'audience'], `${String(audience)} and ${String(aud)}`)
    }
  }
  const named = await setUp(t, { audience: 'api://books' }, directory)
  t.equal((await named.refusal(directory.userTokenV1({ aud: 'api://books' })))[0], 200)
  t.strictSame(await named.refusal(directory.userTokenV1({ aud: 'api://books/' })), [...INVALID, 'audience'])
  const open = await setUp(t, { audience: null }, directory)
  t.equal((await open.refusal(directory.userToken({ aud: 'whoever' })))[0], 200)
})

t.test('what is no access token of a person or of an application is refused', async t => {
  const { directory, refusal } = await setUp(t)
  const rows = [
    ['an ID token', directory.idToken()],
    ['an ID token with a nonce', directory.idToken({ nonce: '12345' })],
    ['an ID token with groups and roles', directory.idToken({ groups: ['staff'], roles: ['editor'] })],
    ['neither scopes nor proof', directory.userToken({ scp: undefined })],
    ['scopes that are empty', directory.userToken({ scp: ' ' })],
    ['scopes that are no text', directory.userToken({ scp: ['access_as_user'] })],
    ['its own subject, and a name', directory.appToken({ name: 'Abe Lincoln' })],
    ['its own subject, and a device', directory.appToken({ idtyp: 'device' })],
    ['an application without an object id', directory.appToken({ oid: undefined, sub: undefined })]
  ] as const
  for (const [what, token] of rows) t.strictSame(await refusal(token), [...INVALID, 'token_use'], what)
})

t.test('a rule for kinds does not let ID tokens in', async t => {
  const { directory, refusal, user } = await setUp(t, { claims: { kind: () => 'human' } })
  t.strictSame(await refusal(directory.idToken()), [...INVALID, 'token_use'])
  t.match(await user(directory.appToken()), { status: 200, kind: 'human' })
})

t.test('where ID tokens are asked for, they are persons, and access tokens are refused', async t => {
  const { directory, refusal, user } = await setUp(t, { tokenUse: 'id' })
  t.match(await user(directory.idToken({ nonce: '12345' })), { status: 200, id: `${TENANT}:${ABE}`, kind: 'human', clientId: null, scopes: [] })
  for (const token of [directory.userToken(), directory.userTokenV1(), directory.appToken(), directory.appTokenV1(), directory.idToken({ idtyp: 'app' })]) {
    t.strictSame(await refusal(token), [...INVALID, 'token_use'])
  }
})

t.test('where any use is accepted, a token that shows none is nobody of a known kind', async t => {
  const { directory, user } = await setUp(t, { tokenUse: null })
  t.match(await user(directory.idToken()), { status: 200, kind: 'unknown' })
  t.match(await user(directory.userToken()), { status: 200, kind: 'human' })
})

t.test('the tenant, the version and the issuer of a token agree, to the letter', async t => {
  const { directory, refusal } = await setUp(t)
  const v1 = `https://sts.windows.net/${TENANT}/`
  const rows = [
    ['another tenant', directory.userToken({}, { tenantId: OTHER_TENANT }), 'issuer_unknown'],
    ['another tenant that claims to be ours', directory.userToken({ tid: TENANT }, { tenantId: OTHER_TENANT }), 'issuer_unknown'],
    ['persons', directory.userToken({}, { tenantId: CONSUMER_TENANT }), 'issuer_unknown'],
    ['a placeholder as issuer', directory.userToken({ iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' }), 'issuer_unknown'],
    ['a placeholder as tenant', directory.userToken({ tid: '{tenantid}' }), 'issuer_mismatch'],
    ['no tenant', directory.userToken({ tid: undefined }), 'issuer_mismatch'],
    ['a tenant in capitals', directory.userToken({ tid: TENANT.toUpperCase() }), 'issuer_mismatch'],
    ['an issuer in capitals', directory.userToken({ iss: V2.replace(TENANT, TENANT.toUpperCase()) }), 'issuer_unknown'],
    ['a tenant that is no text', directory.userToken({ tid: [TENANT] }), 'issuer_mismatch'],
    ['the tenant of somebody else', directory.userToken({ tid: OTHER_TENANT }), 'issuer_mismatch'],
    ['version 1.0 from the issuer of 2.0', directory.userToken({ ver: '1.0' }), 'issuer_mismatch'],
    ['version 2.0 from the issuer of 1.0', directory.userTokenV1({ ver: '2.0' }), 'issuer_mismatch'],
    ['no version', directory.userToken({ ver: undefined }), 'issuer_mismatch'],
    ['a version that is a number', directory.userToken({ ver: 2 }), 'issuer_mismatch'],
    ['the other issuer, signed with a key of this version', directory.userToken({ iss: v1, ver: '1.0' }), 'kid_unknown'],
    ['no slash', directory.userTokenV1({ iss: v1.slice(0, -1) }), 'issuer_unknown'],
    ['a slash too many', directory.userToken({ iss: `${V2}/` }), 'issuer_unknown'],
    ['another cloud', directory.userToken({ iss: `https://login.microsoftonline.us/${TENANT}/v2.0` }), 'issuer_unknown'],
    ['a host that looks like it', directory.userToken({ iss: `https://login.microsoftonline.com.evil.example/${TENANT}/v2.0` }), 'issuer_unknown']
  ] as const
  for (const [what, token, reason] of rows) t.strictSame(await refusal(token), [...INVALID, reason], what)
})

t.test('keys of another tenant, of persons and of nobody sign nothing', async t => {
  const directory = await startDirectory(t)
  const [theirs, persons, odd, clouds] = [`https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`, `https://login.microsoftonline.com/${CONSUMER_TENANT}/v2.0`, 7, `https://login.microsoftonline.us/${TENANT}/v2.0`].map(createDirectoryKey)
  directory.extraKeys.push(...[theirs, persons, odd, clouds].filter(key => key !== undefined))
  const { refusal } = await setUp(t, {}, directory)
  for (const key of directory.extraKeys) {
    t.strictSame(await refusal(directory.userToken({}, { key })), [...INVALID, 'key_issuer'])
    t.strictSame(await refusal(directory.userTokenV1({}, { key })), [...INVALID, 'key_issuer'])
  }
  t.strictSame(await refusal(directory.userToken({}, { key: createDirectoryKey() })), [...INVALID, 'kid_unknown'])
})

t.test('tokens are verified with the keys of their version, from one place for each', async t => {
  const { directory, refusal } = await setUp(t)
  t.strictSame([...directory.asked].sort(), [
    `/${TENANT}/.well-known/openid-configuration`, `/${TENANT}/discovery/keys`, `/${TENANT}/discovery/v2.0/keys`, `/${TENANT}/v2.0/.well-known/openid-configuration`
  ])
  t.strictSame(await refusal(directory.userToken({}, { key: directory.keys['1.0'] })), [...INVALID, 'kid_unknown'])
  t.strictSame(await refusal(directory.userTokenV1({}, { key: directory.keys['2.0'] })), [...INVALID, 'kid_unknown'])
})

t.test('several tenants share one place for keys, and no others get in', async t => {
  const { directory, refusal, user } = await setUp(t, { tenantId: [TENANT, OTHER_TENANT.toUpperCase()] })
  t.ok(directory.asked.length === 4 && directory.asked.every(path => path.startsWith('/organizations/')))
  for (const tenantId of [TENANT, OTHER_TENANT]) {
    t.match(await user(directory.userToken({}, { tenantId })), { status: 200, id: `${tenantId}:${ABE}`, issuer: V2.replace(TENANT, tenantId) })
    t.match(await user(directory.appTokenV1({}, { tenantId })), { status: 200, id: `${tenantId}:${DAEMON}`, issuer: V2.replace(TENANT, tenantId) })
  }
  const stranger = 'ccccdddd-2222-eeee-3333-ffff4444aaaa'
  t.strictSame(await refusal(directory.userToken({}, { tenantId: stranger })), [...INVALID, 'issuer_unknown'])
  t.strictSame(await refusal(directory.userToken({ tid: OTHER_TENANT })), [...INVALID, 'issuer_mismatch'])
})

t.test('persons get in where their tenant is listed, with keys of their own and tokens of version 2.0 only', async t => {
  for (const tenantId of [CONSUMER_TENANT, [TENANT, CONSUMER_TENANT]]) {
    const { directory, refusal, user } = await setUp(t, { tenantId })
    const settings = { tenantId: CONSUMER_TENANT }
    t.match(await user(directory.userToken({}, settings)), { status: 200, id: `${CONSUMER_TENANT}:${ABE}` })
    t.strictSame(await refusal(directory.userTokenV1({}, settings)), [...INVALID, 'issuer_unknown'])
    t.match(directory.asked.join(), typeof tenantId === 'string' ? /^(\/9188040d-[^,]+v2\.0\b[^,]*,?){2}$/ : /\/common\//)
  }
  const { directory, refusal } = await setUp(t, { tenantId: [TENANT, CONSUMER_TENANT] })
  t.strictSame(await refusal(directory.userToken({}, { key: directory.consumerKey })), [...INVALID, 'key_issuer'], 'a key of persons for an organization')
})

t.test('any tenant: every organization gets in, persons where they are asked for, and nothing that only looks like one', async t => {
  const { directory, refusal, user } = await setUp(t, { tenantId: anyTenant })
  t.ok(directory.asked.every(path => path.startsWith('/organizations/')))
  for (const tenantId of [TENANT, OTHER_TENANT]) t.match(await user(directory.userToken({}, { tenantId })), { status: 200, id: `${tenantId}:${ABE}`, issuer: V2.replace(TENANT, tenantId) })
  const evil = [V2.replace(TENANT, '{tenantid}'), V2.replace(TENANT, 'common'), V2.replace(TENANT, 'contoso.com'), V2.replace(TENANT, `${TENANT}/x`), `https://evil.example/${TENANT}/v2.0`, `https://login.microsoftonline.us/${TENANT}/v2.0`, `${V2}?`, V2.replace('https:', 'http:')]
  for (const iss of evil) t.strictSame(await refusal(directory.userToken({ iss })), [...INVALID, 'issuer_unknown'], iss)
  t.strictSame(await refusal(directory.userToken({ iss: V2.replace(TENANT, '{tenantid}'), tid: '{tenantid}' })), [...INVALID, 'issuer_unknown'])
  t.strictSame(await refusal(directory.userToken({}, { tenantId: CONSUMER_TENANT })), [...INVALID, 'issuer_unknown'])

  const open = await setUp(t, { tenantId: anyTenant, personalAccounts: true }, directory)
  t.match(await open.user(directory.userToken({}, { tenantId: CONSUMER_TENANT })), { status: 200, id: `${CONSUMER_TENANT}:${ABE}` })
  t.strictSame(await open.refusal(directory.userToken({}, { key: directory.consumerKey })), [...INVALID, 'key_issuer'])
  t.strictSame(await open.refusal(directory.userToken({}, { tenantId: CONSUMER_TENANT, key: directory.keys['2.0'] })), [200, undefined], 'a key for all tenants is for theirs, too')
})

t.test('any tenant: groups and roles count in tokens of trusted tenants only', async t => {
  const { directory, user } = await setUp(t, { tenantId: anyTenant, trustTenants: [TENANT.toUpperCase()], directoryRoles: true, claims: { permissions: 'perms' } })
  const claims = { groups: ['staff'], roles: ['editor'], wids: ['62e90394-69f5-4237-9190-012177145e10'] }
  const [own, theirs] = [directory.userToken(claims), directory.userToken(claims, { tenantId: OTHER_TENANT })]
  t.strictSame(await user(own, '/names'), { status: 200, groups: ['staff'], roles: ['editor', '62e90394-69f5-4237-9190-012177145e10'] })
  t.strictSame(await user(theirs, '/names'), { status: 200, groups: [], roles: [] })
  t.match(await user(own, '/staff'), { status: 200 })
  t.match(await user(theirs, '/staff'), { status: 403, code: 'AUTH_GROUP_MISSING' })
  t.match(await user(theirs, '/editors'), { status: 403, code: 'AUTH_ROLE_MISSING' })
  t.match(await user(directory.userToken({ hasgroups: true }, { tenantId: OTHER_TENANT }), '/staff'), { status: 403 }, 'whatever they may be')

  const nobody = await setUp(t, { tenantId: anyTenant }, directory)
  t.strictSame(await nobody.user(own, '/names'), { status: 200, groups: [], roles: [] })
})

t.test('more groups than a token holds are unknown, never none', async t => {
  const { directory, user } = await setUp(t)
  const source = { src1: { endpoint: `${directory.url}/bait` } }
  const overages = [
    { _claim_names: { groups: 'src1' }, _claim_sources: source }, { hasgroups: true }, { hasgroups: 'true' }, { 'groups:src1': source.src1 },
    { _claim_sources: source }, { _claim_names: 'groups' }, { groups: ['staff'], hasgroups: true }
  ]
  for (const claims of overages) {
    const token = directory.userToken(claims)
    t.match(await user(token, '/staff'), { status: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' }, JSON.stringify(claims))
    t.match(await user(token), { status: 200 })
  }
  t.notOk(directory.asked.includes('/bait'), 'nobody went where the token says')
  t.match(await user(directory.userToken({ hasgroups: false }), '/staff'), { status: 403 })
  t.match(await user(directory.userToken({ _claim_names: { address: 'src1' }, _claim_sources: source }), '/staff'), { status: 403 }, 'something else is elsewhere')
  t.match(await user(directory.userToken({ _claim_names: { roles: 'src1' } }), '/editors'), { status: 503, code: 'AUTH_ENTITLEMENTS_UNAVAILABLE' })

  const asking = await setUp(t, { groupsProvider: { fetchGroups: () => ['staff'] } }, directory)
  t.match(await asking.user(directory.userToken(overages[0]), '/staff'), { status: 200 })
})

t.test('directory roles are roles where that is asked for', async t => {
  const directory = await startDirectory(t)
  const wids = ['62e90394-69f5-4237-9190-012177145e10']
  const plain = await setUp(t, {}, directory)
  t.strictSame(await plain.user(directory.userToken({ wids }), '/names'), { status: 200, groups: [], roles: [] })
  const { refusal, user } = await setUp(t, { directoryRoles: true }, directory)
  t.strictSame(await user(directory.userToken({ wids, roles: ['editor', ...wids] }), '/names'), { status: 200, groups: [], roles: ['editor', ...wids] })
  t.strictSame(await user(directory.userToken(), '/names'), { status: 200, groups: [], roles: [] })
  t.match(await user(directory.userToken({ _claim_names: { wids: 'src1' } }), '/editors'), { status: 503 })
  t.strictSame(await refusal(directory.userToken({ wids: wids.join() })), [...INVALID, 'claim_type'])
})

t.test('an address counts as verified only where its domain is', async t => {
  const { directory, user } = await setUp(t)
  const email = 'abe@contoso.com'
  t.match(await user(directory.userToken({ email, email_verified: true })), { email, emailVerified: null })
  t.match(await user(directory.userToken({ email, xms_edov: true })), { email, emailVerified: true })
  t.match(await user(directory.userToken({ email, xms_edov: '1' })), { email, emailVerified: null })
  t.match(await user(directory.userToken({ xms_edov: true })), { email: null, emailVerified: null })
})
