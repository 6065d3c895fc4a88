import t from 'tap'

import { toFrozen } from '../../../lib/util/to-frozen.js'

t.test('the copy is frozen all the way down, and the original is not', async t => {
  const original = { list: [{ deep: ['a'] }], record: { a: { b: 1 } }, text: 'a', number: 1, nothing: null, missing: undefined }
  const frozen = toFrozen(original)
  t.same(frozen, original)
  for (const part of [frozen, frozen.list, frozen.list[0], frozen.list[0]?.deep, frozen.record, frozen.record.a]) t.ok(Object.isFrozen(part))
  for (const part of [original, original.list, original.list[0], original.record.a]) t.notOk(Object.isFrozen(part))
})

t.test('no record of the copy has a prototype, so that absent members are absent', async t => {
  const frozen = toFrozen({ list: [{}], record: {} }) as { list: readonly [object], record: object }
  for (const record of [frozen, frozen.list[0], frozen.record]) {
    t.equal(Object.getPrototypeOf(record), null)
    t.equal('constructor' in record, false)
  }
})

t.test('a member called __proto__ is a member', async t => {
  const frozen = toFrozen(JSON.parse('{"__proto__":{"groups":["admin"]}}')) as Readonly<Record<string, unknown>>
  t.strictSame(Object.keys(frozen), ['__proto__'])
  t.equal(frozen['groups'], undefined)
})

t.test('what is inherited, or hidden behind a symbol, is not copied', async t => {
  const original = Object.assign(Object.create({ inherited: true }) as object, { own: true, [Symbol('hidden')]: true })
  t.strictSame(Reflect.ownKeys(toFrozen(original)), ['own'])
})

t.test('plain values are themselves', async t => {
  for (const value of [undefined, null, true, 7, 'a']) t.equal(toFrozen(value), value)
})
