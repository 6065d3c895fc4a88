import t from 'tap'

import { INVALID, openEntraApp } from '../fixtures/entra-app.js'
import { ABE, CLIENT, CONSUMER_TENANT, DAEMON, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { anyTenant } from '../../lib/providers/entra/index.js'

const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`

t.test('access tokens of both versions, of persons and of applications, say who it is', async t => {
  const { directory, user } = await openEntraApp(t)
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
  const { directory, user } = await openEntraApp(t)
  t.equal((await user(directory.userToken()))['id'], (await user(directory.userTokenV1()))['id'])

  const bySub = await openEntraApp(t, { claims: { id: 'sub' } }, directory)
  t.match(await bySub.user(directory.userToken()), { status: 200, id: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ' })
  const byOid = await openEntraApp(t, { claims: { id: 'oid' } }, directory)
  t.match(await byOid.user(directory.userToken()), { status: 200, id: ABE })
})

t.test('users without an object id are nobody', async t => {
  const { directory, refusal } = await openEntraApp(t)
  for (const [oid, reason] of [[undefined, 'claim_missing'], [7, 'claim_type'], ['', 'claim_type'], [['a'], 'claim_type'], ['o'.repeat(201), 'claim_type']] as const) {
    t.strictSame(await refusal(directory.userToken({ oid })), [...INVALID, reason], JSON.stringify(oid))
  }
})

t.test('tokens are verified with the keys of their version, from one place for each', async t => {
  const { directory, refusal } = await openEntraApp(t)
  t.strictSame([...directory.asked].sort(), [
    `/${TENANT}/.well-known/openid-configuration`, `/${TENANT}/discovery/keys`, `/${TENANT}/discovery/v2.0/keys`, `/${TENANT}/v2.0/.well-known/openid-configuration`
  ])
  t.strictSame(await refusal(directory.userToken({}, { key: directory.keys['1.0'] })), [...INVALID, 'kid_unknown'])
  t.strictSame(await refusal(directory.userTokenV1({}, { key: directory.keys['2.0'] })), [...INVALID, 'kid_unknown'])
})

t.test('several tenants share one place for keys, and no others get in', async t => {
  const { directory, refusal, user } = await openEntraApp(t, { tenantId: [TENANT, OTHER_TENANT.toUpperCase()] })
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
    const { directory, refusal, user } = await openEntraApp(t, { tenantId })
    const settings = { tenantId: CONSUMER_TENANT }
    t.match(await user(directory.userToken({}, settings)), { status: 200, id: `${CONSUMER_TENANT}:${ABE}` })
    t.strictSame(await refusal(directory.userTokenV1({}, settings)), [...INVALID, 'issuer_unknown'])
    t.match(directory.asked.join(), typeof tenantId === 'string' ? /^(\/9188040d-[^,]+v2\.0\b[^,]*,?){2}$/ : /\/common\//)
  }
  const { directory, refusal } = await openEntraApp(t, { tenantId: [TENANT, CONSUMER_TENANT] })
  t.strictSame(await refusal(directory.userToken({}, { key: directory.consumerKey })), [...INVALID, 'key_issuer'], 'a key of persons for an organization')
})

t.test('any tenant: every organization gets in, persons where they are asked for, and nothing that only looks like one', async t => {
  const { directory, refusal, user } = await openEntraApp(t, { tenantId: anyTenant })
  t.ok(directory.asked.every(path => path.startsWith('/organizations/')))
  for (const tenantId of [TENANT, OTHER_TENANT]) t.match(await user(directory.userToken({}, { tenantId })), { status: 200, id: `${tenantId}:${ABE}`, issuer: V2.replace(TENANT, tenantId) })
  const evil = [V2.replace(TENANT, '{tenantid}'), V2.replace(TENANT, 'common'), V2.replace(TENANT, 'contoso.com'), V2.replace(TENANT, `${TENANT}/x`), `https://evil.example/${TENANT}/v2.0`, `https://login.microsoftonline.us/${TENANT}/v2.0`, `${V2}?`, V2.replace('https:', 'http:')]
  for (const iss of evil) t.strictSame(await refusal(directory.userToken({ iss })), [...INVALID, 'issuer_unknown'], iss)
  t.strictSame(await refusal(directory.userToken({ iss: V2.replace(TENANT, '{tenantid}'), tid: '{tenantid}' })), [...INVALID, 'issuer_unknown'])
  t.strictSame(await refusal(directory.userToken({}, { tenantId: CONSUMER_TENANT })), [...INVALID, 'issuer_unknown'])

  const open = await openEntraApp(t, { tenantId: anyTenant, personalAccounts: true }, directory)
  t.match(await open.user(directory.userToken({}, { tenantId: CONSUMER_TENANT })), { status: 200, id: `${CONSUMER_TENANT}:${ABE}` })
  t.strictSame(await open.refusal(directory.userToken({}, { key: directory.consumerKey })), [...INVALID, 'key_issuer'])
  t.strictSame(await open.refusal(directory.userToken({}, { tenantId: CONSUMER_TENANT, key: directory.keys['2.0'] })), [200, undefined], 'a key for all tenants is for theirs, too')
})

t.test('any tenant: groups and roles count in tokens of trusted tenants only', async t => {
  const { directory, user } = await openEntraApp(t, { tenantId: anyTenant, trustTenants: [TENANT.toUpperCase()], directoryRoles: true, claims: { permissions: 'perms' } })
  const claims = { groups: ['staff'], roles: ['editor'], wids: ['62e90394-69f5-4237-9190-012177145e10'] }
  const [own, theirs] = [directory.userToken(claims), directory.userToken(claims, { tenantId: OTHER_TENANT })]
  t.strictSame(await user(own, '/names'), { status: 200, groups: ['staff'], roles: ['editor', '62e90394-69f5-4237-9190-012177145e10'] })
  t.strictSame(await user(theirs, '/names'), { status: 200, groups: [], roles: [] })
  t.match(await user(own, '/staff'), { status: 200 })
  t.match(await user(theirs, '/staff'), { status: 403, code: 'AUTH_GROUP_MISSING' })
  t.match(await user(theirs, '/editors'), { status: 403, code: 'AUTH_ROLE_MISSING' })
  t.match(await user(directory.userToken({ hasgroups: true }, { tenantId: OTHER_TENANT }), '/staff'), { status: 403 }, 'whatever they may be')

  const nobody = await openEntraApp(t, { tenantId: anyTenant }, directory)
  t.strictSame(await nobody.user(own, '/names'), { status: 200, groups: [], roles: [] })
})

t.test('more groups than a token holds are unknown, never none', async t => {
  const { directory, user } = await openEntraApp(t)
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

  const asking = await openEntraApp(t, { groupsProvider: { fetchGroups: () => ['staff'] } }, directory)
  t.match(await asking.user(directory.userToken(overages[0]), '/staff'), { status: 200 })
})

t.test('directory roles are roles where that is asked for', async t => {
  const directory = await startDirectory(t)
  const wids = ['62e90394-69f5-4237-9190-012177145e10']
  const plain = await openEntraApp(t, {}, directory)
  t.strictSame(await plain.user(directory.userToken({ wids }), '/names'), { status: 200, groups: [], roles: [] })
  const { refusal, user } = await openEntraApp(t, { directoryRoles: true }, directory)
  t.strictSame(await user(directory.userToken({ wids, roles: ['editor', ...wids] }), '/names'), { status: 200, groups: [], roles: ['editor', ...wids] })
  t.strictSame(await user(directory.userToken(), '/names'), { status: 200, groups: [], roles: [] })
  t.match(await user(directory.userToken({ _claim_names: { wids: 'src1' } }), '/editors'), { status: 503 })
  t.strictSame(await refusal(directory.userToken({ wids: wids.join() })), [...INVALID, 'claim_type'])
})

t.test('an address counts as verified only where its domain is', async t => {
  const { directory, user } = await openEntraApp(t)
  const email = 'abe@contoso.com'
  t.match(await user(directory.userToken({ email, email_verified: true })), { email, emailVerified: null })
  t.match(await user(directory.userToken({ email, xms_edov: true })), { email, emailVerified: true })
  t.match(await user(directory.userToken({ email, xms_edov: '1' })), { email, emailVerified: null })
  t.match(await user(directory.userToken({ xms_edov: true })), { email: null, emailVerified: null })
})
