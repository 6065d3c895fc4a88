import { Type } from '@sinclair/typebox'
import t from 'tap'

import { findMismatch } from '../../../lib/util/find-mismatch.js'

const schema = Type.Object({
  'a/b': Type.Optional(Type.String({ description: 'a text' })),
  plain: Type.Optional(Type.Number()),
  inner: Type.Optional(Type.Object({ needed: Type.Boolean({ description: 'true or false' }) }, { additionalProperties: false }))
}, { additionalProperties: false, description: 'an object' })

t.test('finds nothing wrong with what fits', async t => {
  t.equal(findMismatch(schema, { 'a/b': 'x', inner: { needed: true } }), null)
})

t.test('says where something is wrong, and what it must be', async t => {
  t.same(findMismatch(schema, { 'a/b': 1 }), { path: ['a/b'], problem: 'must be a text' })
  t.same(findMismatch(schema, { inner: {} }), { path: ['inner', 'needed'], problem: 'is missing: it must be true or false' })
  t.same(findMismatch(schema, { inner: { needed: true, 'x~y': 1 } }), { path: ['inner', 'x~y'], problem: 'is not an option' })
  t.same(findMismatch(schema, { plain: 'x' }), { path: ['plain'], problem: 'must be of type number' })
  t.same(findMismatch(schema, () => ({})), { path: [], problem: 'must be an object; if it is a factory, call it' })
  t.same(findMismatch(schema, null), { path: [], problem: 'must be an object' })
})
