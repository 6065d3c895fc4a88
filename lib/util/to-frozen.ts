import { isRecord } from './is-record.js'

/**
 * A deeply frozen copy of plain data (what JSON can hold), in which no object has a prototype: a member called `__proto__`
 * or `constructor` is a member like any other, and an absent one is absent.
 */
export function toFrozen<T> (value: T): T {
  return copy(value) as T
}

function copy (value: unknown): unknown {
  if (Array.isArray(value)) {
    return Object.freeze(value.map(copy))
  }
  if (!isRecord(value)) {
    return value
  }
  const frozen = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value)) {
    frozen[name] = copy(value[name])
  }
  return Object.freeze(frozen)
}
