import t from 'tap'

import { watchReads } from '../../../lib/openapi/watch-reads.js'

t.test('tells whether a schema was read during the call, and leaves all as it was', async t => {
  const schema = { hide: true }
  const watched: Array<{ schema: unknown, url: string }> = [{ schema, url: '/a' }, { schema: undefined, url: '/b' }]
  const before = watched.map(one => Object.getOwnPropertyDescriptors(one))
  t.strictSame(watchReads(watched, () => watched[0]?.url), { given: '/a', hasRead: false })
  t.strictSame(watchReads(watched, () => watched[1]?.schema), { given: undefined, hasRead: true })
  t.equal(watchReads(watched, () => watched[0]?.schema).given, schema)
  t.strictSame(watchReads(watched, () => ({ ...watched[0] })), { given: { schema, url: '/a' }, hasRead: true })
  t.strictSame(watchReads([...watched, ...watched], () => null), { given: null, hasRead: false })
  t.strictSame(watchReads([], () => null), { given: null, hasRead: false })
  t.strictSame(watched.map(one => Object.getOwnPropertyDescriptors(one)), before)
})

t.test('leaves all as it was when the call fails', async t => {
  const watched = [{ schema: 7 }]
  t.throws(() => watchReads(watched, () => { throw new RangeError('no') }), new RangeError('no'))
  t.strictSame(Object.getOwnPropertyDescriptors(watched[0]), Object.getOwnPropertyDescriptors({ schema: 7 }))
})
