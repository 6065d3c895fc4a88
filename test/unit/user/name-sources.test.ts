import t from 'tap'

import { canSupply, resolveNameSources } from '../../../lib/user/name-sources.js'

const own = { fetchGroups: () => [], fetchRoles: () => [], fetchPermissions: () => [], fetchProfile: () => ({}) }
const shared = { ...own }
const all = (provider: typeof own) => ({ groupsProvider: provider, rolesProvider: provider, permissionsProvider: provider, profileProvider: provider })

t.test('the first source that exists counts', async t => {
  const expected = (provider: typeof own | null) => ({ groups: provider, roles: provider, permissions: provider, profile: provider, carried: [] })
  t.strictSame(resolveNameSources(all(own), all(shared), []), expected(own))
  t.strictSame(resolveNameSources({}, all(shared), []), expected(shared))
  t.strictSame(resolveNameSources({}, {}, []), expected(null))
  t.match(resolveNameSources({ groupsProvider: own }, { groupsProvider: shared, rolesProvider: shared }, ['roles']), { groups: own, roles: shared, permissions: null, carried: ['roles'] })
})

t.test('names can be supplied by a provider, or carried', async t => {
  const sources = resolveNameSources({ groupsProvider: own }, {}, ['roles'])
  t.strictSame((['groups', 'roles', 'permissions'] as const).map(name => canSupply(sources, name)), [true, true, false])
})
