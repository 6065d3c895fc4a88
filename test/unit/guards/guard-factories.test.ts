import t from 'tap'

import { allOf, anyOf, not } from '../../../lib/guards/combine.js'
import { describeGuard, ownerOf } from '../../../lib/guards/define-guard.js'
import { createGuardFactories } from '../../../lib/guards/guard-factories.js'
import { isGuardFactory } from '../../../lib/guards/mark-factory.js'
import { requireClaims } from '../../../lib/guards/require-claims.js'
import { requireGroups } from '../../../lib/guards/require-groups.js'
import { requireKind } from '../../../lib/guards/require-kind.js'
import { requirePermissions } from '../../../lib/guards/require-permissions.js'
import { requirePolicy } from '../../../lib/guards/require-policy.js'
import { requireRoles } from '../../../lib/guards/require-roles.js'
import { requireScopes } from '../../../lib/guards/require-scopes.js'
import { requireUser } from '../../../lib/guards/require-user.js'
import { toNames } from '../../../lib/guards/to-names.js'

import type { Guard, GuardFactories } from '../../../types/guard.js'

const exported: GuardFactories = { requireUser, requireGroups, requireRoles, requirePermissions, requireScopes, requireKind, requireClaims, requirePolicy }

const isOwner = () => true

const cases: ReadonlyArray<readonly [(factories: GuardFactories) => Guard, object]> = [
  [({ requireUser }) => requireUser(), { kind: 'user' }],
  [({ requireGroups }) => requireGroups('a'), { kind: 'groups', wanted: ['a'], match: 'any' }],
  [({ requireRoles }) => requireRoles(['a', 'b', 'a']), { kind: 'roles', wanted: ['a', 'b'], match: 'any' }],
  [({ requirePermissions }) => requirePermissions(['a'], { match: 'all' }), { kind: 'permissions', wanted: ['a'], match: 'all' }],
  [({ requireScopes }) => requireScopes(['a', 'b']), { kind: 'scopes', wanted: ['a', 'b'], match: 'all' }],
  [({ requireScopes }) => requireScopes(['a', 'b'], { match: 'any' }), { kind: 'scopes', wanted: ['a', 'b'], match: 'any' }],
  [({ requireKind }) => requireKind('machine'), { kind: 'kind', wanted: 'machine' }],
  [({ requireClaims }) => requireClaims({ tenant: 'a', level: [1, null, true] }), { kind: 'claims', wanted: Object.assign(Object.create(null), { tenant: ['a'], level: [1, null, true] }) }],
  [({ requirePolicy }) => requirePolicy('isOwner'), { kind: 'policy', policy: 'isOwner' }],
  [({ requirePolicy }) => requirePolicy(isOwner), { kind: 'policy', policy: isOwner }]
]

t.test('a factory makes a guard that says what it demands, frozen', async t => {
  const owner = {}
  for (const [make, expected] of cases) {
    for (const [factories, maker] of [[exported, null], [createGuardFactories(owner), owner]] as const) {
      const guard = make(factories)
      const description = describeGuard(guard)
      t.strictSame(description, expected)
      t.ok(Object.isFrozen(description) && Object.values(description ?? {}).every(part => Object.isFrozen(part) || part === isOwner))
      t.equal(ownerOf(guard), maker)
    }
  }
})

t.test('factories are told from the guards they make', async t => {
  const owned = createGuardFactories({})
  t.strictSame(Object.keys(owned), Object.keys(exported))
  for (const factory of [...Object.values(exported), ...Object.values(owned), anyOf, allOf, not]) t.equal(isGuardFactory(factory), true)
  for (const other of [requireUser(), owned.requireUser(), anyOf(requireUser()), not(requireUser()), () => {}, undefined, null, 'requireUser', {}]) t.equal(isGuardFactory(other), false)
})

t.test('a factory that is called as a hook makes no guard, and says so', async t => {
  const owned = createGuardFactories({})
  for (const factory of [...Object.values(exported), ...Object.values(owned), anyOf, allOf, not] as ReadonlyArray<(...args: unknown[]) => unknown>) {
    t.throws(() => factory({ id: 'req-1', raw: {} }, {}, () => {}), { code: 'AUTH_GUARD_EMPTY', statusCode: 500 })
  }
})

t.test('a list of names is copied', async t => {
  const names = ['a']
  const guard = requireRoles(names)
  names.push('b')
  t.match(describeGuard(guard), { wanted: ['a'] })
})

t.test('names are texts with nothing around them', async t => {
  t.strictSame(toNames('requireRoles', 'a b'), ['a b'])
  for (const wrong of [[], '', ' a', 'a ', ['a', '\n'], undefined, [undefined], 7]) t.throws(() => toNames('requireRoles', wrong as string), { code: 'AUTH_GUARD_EMPTY', message: /^requireRoles: / })
})
