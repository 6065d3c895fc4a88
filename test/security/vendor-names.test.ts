// Groups, roles, permissions and ids that nobody may get by what he has written into a token.
import t from 'tap'

import { cognitoGroups, cognitoGroupsAsRoles, cognitoScopesAsPermissions } from '../../lib/providers/cognito/index.js'
import { anyTenant, entra, entraGraphGroups } from '../../lib/providers/entra/index.js'
import { API, OTHER_TENANT, startDirectory, TENANT } from '../fixtures/entra-directory.js'
import { openEntraApp } from '../fixtures/entra-app.js'
import { bearer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { productNames, startProduct } from '../fixtures/products.js'

import type { Test } from 'tap'
import type { AnyOptions } from '../fixtures/open-app.js'
import type { Product, ProductName } from '../fixtures/products.js'

interface Seen {
  readonly id: string
  readonly issuer: string
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

/** Who the user of a token is, or with which status it was refused. */
async function openWindow (t: Test, options: AnyOptions): Promise<(token: string) => Promise<Seen | number>> {
  const app = await openApp(t, options, function declare (app) {
    app.get('/', async function see ({ user }) {
      return { id: user?.id, issuer: user?.issuer, groups: await user?.groups(), roles: await user?.roles(), permissions: await user?.permissions() }
    })
  })
  return async function see (token) {
    const answer = await app.inject({ url: '/', headers: bearer(token) })
    return answer.statusCode === 200 ? answer.json<Seen>() : answer.statusCode
  }
}

async function startAll (t: Test): Promise<ReadonlyMap<ProductName, Product>> {
  return new Map(await Promise.all(productNames.map(async name => [name, await startProduct(t, name)] as const)))
}

/** Every claim in which some vendor writes what its users may do. */
const EVERYTHING = {
  'cognito:groups': ['by cognito:groups'],
  'cognito:roles': ['by cognito:roles'],
  'custom:groups': ['by custom:groups'],
  groups: ['by groups'],
  roles: ['by roles'],
  wids: ['by wids'],
  permissions: ['by permissions'],
  entitlements: ['by entitlements'],
  realm_access: { roles: ['by realm_access'] },
  resource_access: { api: { roles: ['by resource_access'] }, account: { roles: ['by resource_access'] } },
  'https://app.example/roles': ['by a namespace']
}

const NOTHING = { groups: [], roles: [], permissions: [] }

/** What counts of it. */
const COUNTS: Readonly<Record<ProductName, Omit<Seen, 'id' | 'issuer'>>> = {
  cognito: { ...NOTHING, groups: ['by cognito:groups'] },
  entra: { ...NOTHING, groups: ['by groups'], roles: ['by roles'] },
  auth0: { ...NOTHING, permissions: ['by permissions'] },
  okta: { ...NOTHING, groups: ['by groups'] },
  keycloak: { ...NOTHING, groups: ['by groups'], roles: ['by realm_access'] },
  google: NOTHING,
  authentik: { ...NOTHING, groups: ['by groups'], roles: ['by roles'] }
}

t.test('in one app, each token has the names of its own vendor\'s claims and no others', async t => {
  const products = await startAll(t)
  const see = await openWindow(t, { jwtProvider: [...products.values()].map(({ create }) => create()) })
  for (const [name, { person, issuer }] of products) {
    t.match(await see(person()), { issuer, ...NOTHING, ...name === 'cognito' && { groups: ['testgroup'] } }, `${name} by itself`)
    const seen = await see(person(EVERYTHING)) as Seen
    t.strictSame({ groups: seen.groups, roles: seen.roles, permissions: seen.permissions }, COUNTS[name], name)
  }
})

t.test('in one app, nobody is a user of an issuer that did not sign his token', async t => {
  const products = await startAll(t)
  const see = await openWindow(t, { jwtProvider: [...products.values()].map(({ create }) => create()) })
  for (const [name, { person }] of products) {
    for (const [other, { issuer }] of products) {
      if (name !== other) t.equal(await see(person({ iss: issuer })), 401, `${name} as ${other}`)
    }
  }
})

/** The claims whose names count, by product. */
const SOURCES: Readonly<Record<ProductName, readonly string[]>> = {
  cognito: ['cognito:groups'], entra: ['groups', 'roles'], auth0: ['permissions'], okta: ['groups'], keycloak: ['groups', 'realm_access.roles'], google: [], authentik: ['groups', 'roles']
}

const toClaims = (source: string, value: unknown): Readonly<Record<string, unknown>> => source.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<string, unknown>

t.test('names of a wrong type are no names, and a text is one name', async t => {
  for (const [name, { create, person }] of await startAll(t)) {
    const see = await openWindow(t, { jwtProvider: create() })
    for (const source of SOURCES[name]) {
      for (const value of [7, true, null, { admin: true }, { 0: 'admin', length: 1 }, ['admin', 7], ['admin', null], [['admin']]]) t.equal(await see(person(toClaims(source, value))), 401, `${name} ${source} ${JSON.stringify(value)}`)
      for (const text of ['admin', 'admin,root', 'admin root', '__proto__']) {
        const { groups, roles, permissions } = await see(person(toClaims(source, text))) as Seen
        t.strictSame([...groups, ...roles, ...permissions].filter(known => known !== 'testgroup'), [text], `${name} ${source} ${text}`)
      }
    }
  }
})

t.test('members that every object inherits are no claims, in whatever way they are written', async t => {
  const inherited = JSON.parse('{"__proto__":{"groups":["admin"],"roles":["admin"],"permissions":["admin"],"cognito:groups":["admin"],"sub":"root","oid":"root"},"constructor":{"prototype":{"groups":["admin"]}}}')
  for (const [name, { create, person }] of await startAll(t)) {
    const see = await openWindow(t, { jwtProvider: create() })
    t.strictSame(await see(person(inherited)), await see(person()), name)
    t.strictSame(await see(person({ realm_access: JSON.parse('{"__proto__":{"roles":["admin"]}}') })), await see(person()), `${name}, further in`)
    const ids = ['__proto__', 'constructor', 'toString']
    for (const id of ids) t.match(await see(person({ sub: id, uid: id, oid: id })), { id: new RegExp(`${id}$`) }, `${name}: ${id} is an id like any other`)
  }
  t.notOk('groups' in {})
})

t.test('who the id, the client or the tenant is must be a text', async t => {
  for (const [name, { create, person }] of await startAll(t)) {
    const see = await openWindow(t, { jwtProvider: create() })
    for (const value of [7, null, true, ['alice'], { id: 'alice' }, '']) {
      t.equal(await see(person({ sub: value, oid: value })), 401, `${name} id ${JSON.stringify(value)}`)
      t.equal(await see(person({ azp: value, appid: value, client_id: value, cid: value })), 401, `${name} client ${JSON.stringify(value)}`)
    }
  }
})

t.test('names that Cognito\'s providers read are those of pools, whoever else writes such claims', async t => {
  const products = await startAll(t)
  const see = await openWindow(t, {
    jwtProvider: [...products.values()].map(({ create }) => create()),
    groupsProvider: cognitoGroups({ promoteSingleScope: true }),
    rolesProvider: cognitoGroupsAsRoles({ promoteSingleScope: true }),
    permissionsProvider: cognitoScopesAsPermissions()
  })
  for (const [name, { person }] of products) {
    const seen = await see(person({ ...EVERYTHING, scope: 'reports/admin' }))
    t.match(seen, name === 'cognito' ? { groups: ['by cognito:groups'], roles: ['by cognito:groups'], permissions: ['reports/admin'] } : NOTHING, name)
  }
})

t.test('Graph is asked about users of Entra, whoever else says that his groups are too many', async t => {
  const asked: string[] = []
  const accessToken = ({ tenantId }: { readonly tenantId: string }): string => { throw new Error(`asked for ${asked.push(tenantId)}`) }
  const products = await startAll(t)
  for (const when of ['overage', 'always'] as const) {
    const see = await openWindow(t, { jwtProvider: [...products.values()].map(({ create }) => create()), groupsProvider: entraGraphGroups({ accessToken, when }) })
    for (const [name, { person }] of products) {
      const seen = await see(person({ _claim_names: { groups: 'src1' }, hasgroups: true, groups: undefined, tid: name === 'entra' ? TENANT : OTHER_TENANT, oid: TENANT }))
      t.match(seen, name === 'entra' ? 503 : { groups: [] }, `${name}, ${when}`)
    }
  }
  t.strictSame([...new Set(asked)], [TENANT])
})

t.test('more tenants than one in an app: whoever knows any tenant takes no token of a listed one', async t => {
  const directory = await startDirectory(t)
  const options = { audience: API, fetch: directory.fetch }
  const any = () => entra({ ...options, tenantId: anyTenant, name: 'any' })
  for (const other of [entra({ ...options, tenantId: TENANT }), entra({ ...options, tenantId: anyTenant }), entra({ ...options, tenantId: [OTHER_TENANT], cloud: 'usgov' })]) {
    for (const jwtProvider of [[any(), other], [other, any()]]) await t.rejects(openApp(t, { jwtProvider }), { code: 'AUTH_OPTION_INVALID' })
  }
})

t.test('trust is for a tenant, and neither a version nor an object of it is anybody else\'s', async t => {
  const { directory, user } = await openEntraApp(t, { tenantId: anyTenant, trustTenants: [TENANT], directoryRoles: true })
  const claims = { roles: ['editor'], groups: ['staff'], wids: ['62e90394-69f5-4237-9190-012177145e10'] }
  const theirs = { tenantId: OTHER_TENANT }
  const tokens = [directory.userToken(claims, theirs), directory.userTokenV1(claims, theirs), directory.appToken(claims, theirs), directory.appTokenV1(claims, theirs)]
  for (const token of tokens) {
    t.strictSame(await user(token, '/names'), { status: 200, groups: [], roles: [] })
    t.match(await user(token), { status: 200, id: new RegExp(`^${OTHER_TENANT}:`), issuer: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }, 'the same object of another tenant is another user')
  }
  for (const tid of [TENANT.toUpperCase(), ` ${TENANT}`, [TENANT], '{tenantid}', '*']) t.match(await user(directory.userToken({ ...claims, tid }, theirs)), { status: 401 }, String(tid))
})
