import t from 'tap'

import { isRecord } from '../../../lib/util/is-record.js'

t.test('a record is an object that is no list', async t => {
  for (const record of [{}, { a: 1 }, Object.create(null), new Map()]) t.equal(isRecord(record), true)
  for (const other of [undefined, null, true, 7, 'a', [], [{}], () => ({}), Symbol('a')]) t.equal(isRecord(other), false)
})
