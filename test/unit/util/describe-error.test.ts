import t from 'tap'

import { describeError } from '../../../lib/util/describe-error.js'

t.test('tells who an error is', async t => {
  t.same(describeError(new TypeError('secret')), { name: 'TypeError', code: null })
  t.same(describeError(Object.assign(new Error('secret'), { code: 'ECONNREFUSED' })), { name: 'Error', code: 'ECONNREFUSED' })
  t.same(describeError(Object.assign(new Error('secret'), { code: 'ERR_INVALID_URL' })), { name: 'Error', code: 'ERR_INVALID_URL' })
  for (const code of ['23505', '42P01', '0A000', 'XX000']) t.same(describeError(Object.assign(new Error('secret'), { code })), { name: 'Error', code })
})

t.test('tells nothing that is no name', async t => {
  for (const text of ['a secret', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'secret', '', 'A'.repeat(61), 42, null, { toString: () => 'Error' }]) {
    t.same(describeError(Object.assign(new Error('secret'), { name: text, code: text })), { name: null, code: null })
  }
})

t.test('tells nothing of what is no error, or cannot be read', async t => {
  const { proxy, revoke } = Proxy.revocable(new Error('secret'), {})
  revoke()
  for (const value of [null, undefined, 'text', {}, proxy, Object.defineProperty(new Error('secret'), 'name', { get () { throw new Error('secret') } })]) {
    t.equal(describeError(value), null)
  }
})
