import t from 'tap'

import { API, CONSUMER_TENANT, DAEMON, startDirectory, TENANT } from '../../../fixtures/entra-directory.js'
import { createContext } from '../../../fixtures/provider-context.js'
import { entra } from '../../../../lib/providers/entra/index.js'

import type { Test } from 'tap'
import type { EntraOptions } from '../../../../lib/providers/entra/index.js'
import type { ProvidedIdentity } from '../../../../lib/index.js'

/** Who a person's token says it is, with these claims. */
async function setUp (t: Test, options: Partial<EntraOptions> = {}): Promise<(claims: object) => Promise<ProvidedIdentity>> {
  const directory = await startDirectory(t)
  const provider = entra({ tenantId: TENANT, audience: API, fetch: directory.fetch, ...options })
  t.teardown(() => provider.close?.())
  return async claims => await provider.verify(directory.userToken(claims as Record<string, unknown>), createContext())
}

t.test('a kind needs evidence, and none that contradicts it', async t => {
  const verify = await setUp(t)
  const own = { oid: DAEMON, sub: DAEMON, name: undefined, preferred_username: undefined }
  const rows = [
    [{}, 'human'], [{ idtyp: 'user' }, 'human'], [{ idtyp: 'app' }, 'unknown'], [{ idtyp: 'device' }, 'human'], [{ sub: DAEMON, oid: DAEMON }, 'unknown'],
    [{ ...own, scp: undefined }, 'machine'], [{ ...own, scp: undefined, idtyp: 'app' }, 'machine'], [{ idtyp: 'app', scp: undefined }, 'machine']
  ] as const
  for (const [claims, kind] of rows) t.equal((await verify(claims)).kind, kind, JSON.stringify(claims))
})

t.test('what does not fit matters where groups are read from the claim that it is about', async t => {
  const claims = { hasgroups: true, teams: ['red'] }
  for (const groups of ['groups', ['groups'], { firstOf: ['teams', 'groups'] }, { firstOf: [['groups']] }]) {
    t.equal((await (await setUp(t, { claims: { groups } }))(claims)).groups, 'unknown', JSON.stringify(groups))
  }
  for (const [groups, expected] of [['teams', ['red']], [['app', 'groups'], []], [null, null]] as const) {
    t.strictSame((await (await setUp(t, { claims: { groups } }))(claims)).groups, expected, JSON.stringify(groups))
  }
})

t.test('an address of another claim is not verified by what is said of the usual one', async t => {
  const claims = { email: 'abe@contoso.com', upn: 'abe@fabrikam.com', xms_edov: true }
  t.match(await (await setUp(t, { claims: { email: 'upn' } }))(claims), { email: 'abe@fabrikam.com', emailVerified: null })
  t.match(await (await setUp(t, { claims: { email: 'email' } }))(claims), { email: 'abe@contoso.com', emailVerified: true })
})

t.test('listed tenants need no trust', async t => {
  const verify = await setUp(t, { tenantId: [TENANT, CONSUMER_TENANT], directoryRoles: true })
  t.match(await verify({ groups: ['staff'], wids: ['a'], roles: ['editor', 'a'] }), { groups: ['staff'], roles: ['editor', 'a'] })
  t.equal((await verify({ _claim_names: { roles: 'src1' }, wids: ['a'] })).roles, 'unknown')
})
