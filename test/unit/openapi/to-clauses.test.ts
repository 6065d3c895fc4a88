import t from 'tap'

import { MAX_CLAUSES, toClauses } from '../../../lib/openapi/to-clauses.js'

import type { Clause } from '../../../lib/openapi/to-clauses.js'
import type { GuardDescription } from '../../../types/guard.js'

type Kind = 'scopes' | 'roles' | 'groups' | 'permissions'

const some = (kind: Kind, ...wanted: string[]): GuardDescription => ({ kind, wanted, match: 'any' })
const every = (kind: Kind, ...wanted: string[]): GuardDescription => ({ kind, wanted, match: 'all' })
const any = (...parts: GuardDescription[]): GuardDescription => ({ kind: 'any', parts })
const all = (...parts: GuardDescription[]): GuardDescription => ({ kind: 'all', parts })

/** As `s1+s2|r1`: names of one way together, ways apart. */
function write (clauses: readonly Clause[] | null): string | null {
  return clauses === null ? null : clauses.map(({ scopes, names }) => [...scopes, ...names].join('+')).join('|')
}

const numbered = (count: number, letter = 'r') => Array.from({ length: count }, (_, index) => `${letter}${index}`)

t.test('who is asked for nothing satisfies it in one way', async t => {
  for (const guard of [null, { kind: 'user' }, { kind: 'kind', wanted: 'human' }] as const) {
    t.strictSame(toClauses(guard), [{ scopes: [], names: [] }])
  }
})

t.test('any name is a way of its own, all names are one way, and scopes stand apart from other names', async t => {
  t.strictSame(toClauses(some('scopes', 'a', 'b')), [{ scopes: ['a'], names: [] }, { scopes: ['b'], names: [] }])
  t.strictSame(toClauses(every('scopes', 'a', 'b')), [{ scopes: ['a', 'b'], names: [] }])
  for (const kind of ['roles', 'groups', 'permissions'] as const) {
    t.strictSame(toClauses(some(kind, 'a', 'b')), [{ scopes: [], names: ['a'] }, { scopes: [], names: ['b'] }], kind)
    t.strictSame(toClauses(every(kind, 'a', 'b')), [{ scopes: [], names: ['a', 'b'] }], kind)
  }
})

t.test('combinations become alternatives of what is needed together', async t => {
  for (const [guard, wanted] of [
    [any(some('scopes', 's1'), some('roles', 'r1')), 's1|r1'],
    [all(some('scopes', 's1'), some('roles', 'r1')), 's1+r1'],
    [all(some('roles', 'r1', 'r2'), some('groups', 'g1', 'g2')), 'r1+g1|r1+g2|r2+g1|r2+g2'],
    [all(any(some('scopes', 's1'), every('roles', 'r1', 'r2')), some('groups', 'g1')), 's1+g1|r1+r2+g1'],
    [any(all(some('scopes', 's1'), some('scopes', 's2')), some('roles', 'r1')), 's1+s2|r1'],
    [all(any(any(some('roles', 'r1')))), 'r1']
  ] as const) {
    t.equal(write(toClauses(guard)), wanted)
  }
})

t.test('a name that is asked for twice is listed once', async t => {
  t.strictSame(toClauses(all(every('scopes', 's1', 's2'), every('scopes', 's2', 's3'), some('roles', 'r1'), some('roles', 'r1'))), [{ scopes: ['s1', 's2', 's3'], names: ['r1'] }])
})

t.test('a way that asks for more than another one is none', async t => {
  for (const [guard, wanted] of [
    [any(every('roles', 'r1', 'r2'), some('roles', 'r1')), 'r1'],
    [any(some('roles', 'r1'), every('roles', 'r1', 'r2')), 'r1'],
    [any(some('roles', 'r1'), some('roles', 'r1')), 'r1'],
    [any(every('roles', 'r1', 'r2'), every('roles', 'r2', 'r3'), some('roles', 'r2')), 'r2'],
    [any(all(some('scopes', 'x'), some('roles', 'x')), some('scopes', 'x')), 'x'],
    [all(some('roles', 'r1', 'r2'), some('roles', 'r1', 'r2')), 'r1|r2'],
    [all(some('roles', 'r1', 'r2'), some('roles', 'r2', 'r3')), 'r1+r3|r2'],
    [any({ kind: 'user' }, some('roles', 'r1')), '']
  ] as const) {
    t.equal(write(toClauses(guard)), wanted)
  }
  t.strictSame(toClauses(any(some('scopes', 'x'), some('roles', 'x'))), [{ scopes: ['x'], names: [] }, { scopes: [], names: ['x'] }], 'a scope is no role of that name')
})

t.test('as many ways as can be listed are listed, and one more is none', async t => {
  t.equal(MAX_CLAUSES, 32)
  t.equal(toClauses(some('roles', ...numbered(MAX_CLAUSES)))?.length, MAX_CLAUSES)
  t.equal(toClauses(some('roles', ...numbered(MAX_CLAUSES + 1))), null)
  t.equal(toClauses(all(some('roles', ...numbered(8)), some('groups', ...numbered(4, 'g'))))?.length, MAX_CLAUSES)
  t.equal(toClauses(all(some('roles', ...numbered(11)), some('groups', ...numbered(3, 'g')))), null)
  t.strictSame(toClauses(every('roles', ...numbered(99)))?.map(({ names }) => names.length), [99], 'names of one way are not counted')
})

t.test('what cannot be listed makes what it is part of unlistable, in whatever place', async t => {
  const wide = some('roles', ...numbered(40))
  for (const guard of [any(wide, some('scopes', 's1')), any(some('scopes', 's1'), wide), all(wide, some('scopes', 's1')), all(some('scopes', 's1'), wide), any(all(any(wide)))]) {
    t.equal(toClauses(guard), null)
  }
})

t.test('a tree whose full form would not end is given up early', async t => {
  t.equal(toClauses(all(...Array.from({ length: 60 }, (_, index) => some('roles', `a${index}`, `b${index}`)))), null)
})
