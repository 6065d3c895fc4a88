import t from 'tap'

import { startPool } from '../fixtures/cognito-pool.js'
import { bearer, handIssuer } from '../fixtures/hand-issuer.js'
import { openApp } from '../fixtures/open-app.js'
import { cognito, cognitoGroups, cognitoGroupsAsRoles, cognitoScopesAsPermissions } from '../../lib/providers/cognito/index.js'
import { combined } from '../../lib/sources/cache/index.js'
import { requirePermissions, requireRoles } from '../../lib/index.js'

import type { FastifyInstance } from 'fastify'
import type { AnyOptions } from '../fixtures/open-app.js'
import type { Test } from 'tap'

async function open (t: Test, options: AnyOptions): Promise<(token: string) => Promise<unknown>> {
  const app = await openApp(t, options, function declare (app: FastifyInstance) {
    app.get('/names', async function readNames ({ user }) {
      return { groups: await user?.groups(), roles: await user?.roles(), permissions: await user?.permissions() }
    })
  })
  return async function see (token) {
    const answer = await app.inject({ url: '/names', headers: bearer(token) })
    const { groups, roles, permissions, code } = answer.json()
    return answer.statusCode === 200 ? { groups, roles, permissions } : code
  }
}

t.test('groups are roles and scopes are permissions where the app says so', async t => {
  const pool = await startPool(t)
  const see = await open(t, { jwtProvider: cognito(pool.options()), rolesProvider: cognitoGroupsAsRoles(), permissionsProvider: cognitoScopesAsPermissions() })
  t.strictSame(await see(pool.access({ 'cognito:groups': ['admin', 'staff'], scope: 'reports/read openid' })), {
    groups: ['admin', 'staff'], roles: ['admin', 'staff'], permissions: ['reports/read', 'openid']
  })
  t.strictSame(await see(pool.access({ 'cognito:groups': 'admin', scope: undefined })), { groups: ['admin'], roles: ['admin'], permissions: [] }, 'a text is one name')
  t.strictSame(await see(pool.machine()), { groups: [], roles: [], permissions: ['reports/read'] }, 'machines are asked about like people')
})

t.test('guards ask for them like for all others', async t => {
  const pool = await startPool(t)
  const options = { jwtProvider: cognito(pool.options()), rolesProvider: cognitoGroupsAsRoles(), permissionsProvider: cognitoScopesAsPermissions() }
  const app = await openApp(t, options, function declare (app) {
    app.get('/roles', { preHandler: requireRoles('admin') }, async () => 'in')
    app.get('/permissions', { preHandler: requirePermissions('reports/read') }, async () => 'in')
  })
  const ask = async (url: string, claims: object) => (await app.inject({ url, headers: bearer(pool.access({ ...claims })) })).statusCode
  t.equal(await ask('/roles', { 'cognito:groups': ['admin'] }), 200)
  t.equal(await ask('/roles', { 'cognito:groups': ['administrator'] }), 403)
  t.equal(await ask('/permissions', { scope: 'reports/read' }), 200)
  for (const scope of ['read', 'billing/read', 'reports', 'reports/read/all']) t.equal(await ask('/permissions', { scope }), 403, scope)
})

t.test('a scope becomes a group only where the app says so out loud', async t => {
  const pool = await startPool(t)
  const promote = { promoteSingleScope: true }
  const see = await open(t, { jwtProvider: cognito(pool.options()), groupsProvider: cognitoGroups(), rolesProvider: cognitoGroupsAsRoles(promote) })
  const withScope = (scope: string, groups?: readonly string[]) => see(pool.access({ 'cognito:groups': groups, scope }))
  t.match(await withScope('server/administrator'), { groups: [], roles: ['administrator'] })
  t.match(await withScope('https://server.example/v1/administrator'), { roles: ['administrator'] })
  t.match(await withScope('teacher'), { roles: ['teacher'] })
  t.match(await withScope('server/'), { roles: [] })
  t.match(await withScope(''), { roles: [] })
  t.match(await withScope('openid profile server/administrator'), { roles: [] }, 'several scopes are no group')
  t.match(await withScope('server/administrator', ['staff']), { groups: ['staff'], roles: ['staff'] }, 'groups come first')
  t.match(await withScope('server/administrator', []), { groups: [], roles: [] }, 'even where they are none')
})

t.test('another claim may list the groups; one of a wrong type is 503', async t => {
  const pool = await startPool(t)
  const see = await open(t, { jwtProvider: cognito(pool.options()), groupsProvider: cognitoGroups({ groupsClaim: 'custom:teams' }) })
  t.match(await see(pool.access({ 'custom:teams': ['red'] })), { groups: ['red'] })
  t.match(await see(pool.access()), { groups: [] })
  for (const teams of [null, 7, ['red', 7], { red: true }]) t.equal(await see(pool.access({ 'custom:teams': teams })), 'AUTH_ENTITLEMENTS_UNAVAILABLE', JSON.stringify(teams))
})

t.test('what a foreign issuer writes into the claims of Cognito is nothing', async t => {
  const [pool, issuer] = [await startPool(t), handIssuer()]
  const see = await open(t, {
    jwtProvider: [cognito(pool.options()), issuer.provider({ supplies: [] })],
    groupsProvider: cognitoGroups(),
    rolesProvider: cognitoGroupsAsRoles({ promoteSingleScope: true }),
    permissionsProvider: cognitoScopesAsPermissions()
  })
  t.strictSame(await see(issuer.token({ 'cognito:groups': ['admin'], scope: 'reports/read' })), { groups: [], roles: [], permissions: [] })
  t.strictSame(await see(issuer.token({ scope: 'reports/admin' })), { groups: [], roles: [], permissions: [] })
  t.strictSame(await see(pool.access({ scope: 'reports/read' })), { groups: ['testgroup'], roles: ['testgroup'], permissions: ['reports/read'] })
})

t.test('they unite with others, for one pool or for all', async t => {
  const pool = await startPool(t, { userPoolId: 'local_EXAMPLE' })
  const issuer = `${pool.url}/local_EXAMPLE`
  const directory = { fetchGroups: async () => ['known'] }
  const jwtProvider = cognito({ userPoolId: pool.userPoolId, clientId: null, issuer, groupsProvider: combined(cognitoGroups(), directory) })
  const see = await open(t, { jwtProvider })
  t.match(await see(pool.access({ iss: issuer })), { groups: ['testgroup', 'known'] }, 'of an emulator, too')
})
