import t from 'tap'

import { cognitoGroups, cognitoGroupsAsRoles, cognitoScopesAsPermissions } from '../../../../lib/providers/cognito/index.js'
import { cached, combined } from '../../../../lib/sources/cache/index.js'

import type { CognitoGroupsOptions } from '../../../../lib/providers/cognito/index.js'

t.test('stop the boot for options that cannot be meant', async t => {
  const refused: ReadonlyArray<readonly [object, RegExp]> = [
    [{ groupsClaim: '' }, /\.groupsClaim must be a text/],
    [{ groupsClaim: ['a', 'b'] }, /\.groupsClaim must be a text/],
    [{ promoteSingleScope: 'yes' }, /\.promoteSingleScope must be true or false/],
    [{ groups: 'a' }, /\.groups is not an option/]
  ]
  for (const [options, message] of refused) {
    t.throws(() => cognitoGroups(options as CognitoGroupsOptions), { code: 'AUTH_OPTION_INVALID', message }, String(message))
    t.throws(() => cognitoGroupsAsRoles(options as CognitoGroupsOptions), { code: 'AUTH_OPTION_INVALID', message: /^cognitoGroupsAsRoles\./ })
  }
})

t.test('cannot be cached, alone or in company: what one token carries is not for another', async t => {
  const expected = { code: 'AUTH_OPTION_INVALID', message: /^cached\.provider gives what one credential carries/ }
  for (const provider of [cognitoGroups(), cognitoGroupsAsRoles(), cognitoScopesAsPermissions()]) {
    t.throws(() => cached(provider, { name: 'names' }), expected)
    t.ok(Object.isFrozen(provider))
  }
  t.throws(() => cached(combined(cognitoGroups(), { fetchGroups: () => [] }), { name: 'names' }), expected)
})
