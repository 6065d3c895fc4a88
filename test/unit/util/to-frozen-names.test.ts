import t from 'tap'

import { toFrozenNames } from '../../../lib/util/to-frozen-names.js'

t.test('a list that nobody can change is given as it is, any other as a copy that nobody can change', async t => {
  const sealed = Object.freeze(['a', 'b'])
  t.equal(toFrozenNames(sealed), sealed)
  for (const names of [['a', 'b'], Object.seal(['a', 'b']), Object.preventExtensions(['a', 'b'])]) {
    const frozen = toFrozenNames(names)
    t.not(frozen, names)
    t.strictSame(frozen, ['a', 'b'])
    t.ok(Object.isFrozen(frozen))
  }
})
