import type { GuardDescription } from '../../types/guard.js'

/** More alternatives than these are not listed, but described: each costs a reader one entry for every way to sign in. */
export const MAX_CLAUSES = 32

/** One way to satisfy a guard: all of these are needed. */
export interface Clause {
  readonly scopes: readonly string[]
  /** Groups, roles and permissions. */
  readonly names: readonly string[]
}

const NOTHING: Clause = Object.freeze({ scopes: Object.freeze([]), names: Object.freeze([]) })

/** The ways to satisfy a published guard, in disjunctive form; `null` when there are more than {@link MAX_CLAUSES}. */
export function toClauses (guard: GuardDescription | null): readonly Clause[] | null {
  switch (guard?.kind) {
    case 'any': return unite(guard.parts.map(toClauses))
    case 'all': return guard.parts.map(toClauses).reduce(combine)
    case 'scopes':
    case 'roles':
    case 'groups':
    case 'permissions': return guard.match === 'all' ? [toClause(guard.kind, guard.wanted)] : unite([guard.wanted.map(name => toClause(guard.kind, [name]))])
    default: return [NOTHING]
  }
}

function toClause (kind: string, wanted: readonly string[]): Clause {
  return kind === 'scopes' ? { scopes: wanted, names: [] } : { scopes: [], names: wanted }
}

function unite (alternatives: ReadonlyArray<readonly Clause[] | null>): readonly Clause[] | null {
  const listed = alternatives.filter(clauses => clauses !== null)
  return listed.length < alternatives.length ? null : toBounded(listed.flat())
}

function combine (some: readonly Clause[] | null, others: readonly Clause[] | null): readonly Clause[] | null {
  if (some === null || others === null) {
    return null
  }
  return toBounded(some.flatMap(one => others.map(other => join(one, other))))
}

function join (one: Clause, other: Clause): Clause {
  return { scopes: [...new Set([...one.scopes, ...other.scopes])], names: [...new Set([...one.names, ...other.names])] }
}

/** Without those that ask for more than another one does. */
function toBounded (clauses: readonly Clause[]): readonly Clause[] | null {
  const least: Clause[] = []
  for (const clause of clauses) {
    if (!least.some(other => isWithin(other, clause))) {
      least.splice(0, least.length, ...least.filter(other => !isWithin(clause, other)), clause)
    }
  }
  return least.length > MAX_CLAUSES ? null : least
}

function isWithin (one: Clause, other: Clause): boolean {
  return one.scopes.every(scope => other.scopes.includes(scope)) && one.names.every(name => other.names.includes(name))
}
