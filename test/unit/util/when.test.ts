import t from 'tap'

import { isPromised, when } from '../../../lib/util/when.js'

t.test('whatever has a then is promised', async t => {
  for (const promised of [Promise.resolve(1), { then () {} }] as readonly unknown[]) t.equal(isPromised(promised), true)
  for (const value of [undefined, null, 1, 'a', [], {}, { then: true }, () => {}]) t.equal(isPromised(value), false)
})

t.test('a value at hand is gone on with at once', async t => {
  const seen: number[] = []
  t.equal(when(1, value => seen.push(value)), 1)
  t.strictSame(seen, [1])
  t.throws(() => when(1, () => { throw new RangeError('at once') }), RangeError)
})

t.test('a promised one later, whatever promised it', async t => {
  t.equal(await when(Promise.resolve(1), value => value + 1), 2)
  t.equal(await when(Promise.resolve(1), async value => value + 1), 2)
  t.equal(await when({ then (resolve: (value: number) => void) { resolve(1) } } as PromiseLike<number>, value => value + 1), 2)
  await t.rejects(Promise.resolve(when(Promise.reject(new RangeError('later')), () => 'never')), RangeError)
  await t.rejects(Promise.resolve(when(Promise.resolve(1), () => { throw new RangeError('later') })), RangeError)
})
