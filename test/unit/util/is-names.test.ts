import t from 'tap'

import { isNames } from '../../../lib/util/is-names.js'

t.test('names are a list of texts', async t => {
  for (const names of [[], ['a'], ['a', 'b'], [''], Object.freeze(['a'])]) t.equal(isNames(names), true, JSON.stringify(names))
})

t.test('nothing else is', async t => {
  const others: readonly unknown[] = [
    undefined, null, true, 7, 'a', {}, { length: 0 }, { 0: 'a', length: 1 }, new Set(['a']), [1], ['a', null], ['a', undefined], [['a']], [Object('a')]
  ]
  for (const other of others) t.equal(isNames(other), false, JSON.stringify(other))
})
