import t from 'tap'

import { stopClock } from '../../fixtures/clock.js'
import { within } from '../../../lib/util/within.js'

const toTimeout = () => new RangeError('too late')

t.test('it settles as the promise does, when that is in time', async t => {
  const clock = stopClock(t)
  let calls = 0
  const count = () => {
    calls++
    return toTimeout()
  }
  t.equal(await within(Promise.resolve(1), 60_000, count), 1)
  await t.rejects(within(Promise.reject(new TypeError('in time')), 60_000, count), TypeError)
  clock.advance(120)
  t.equal(calls, 0, 'and nothing is left to run')
})

t.test('it rejects when the promise is late, whatever becomes of that', async t => {
  const clock = stopClock(t)
  let settle = (_value: number): void => {}
  let fail = (_error: Error): void => {}
  const late = within(new Promise<number>(resolve => { settle = resolve }), 60_000, toTimeout)
  const lateFailure = within(new Promise<number>((_resolve, reject) => { fail = reject }), 60_000, toTimeout)
  clock.advance(60)
  settle(1)
  fail(new TypeError('late'))
  await t.rejects(late, RangeError)
  await t.rejects(lateFailure, RangeError)
})
