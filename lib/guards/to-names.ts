import { AUTH_GUARD_EMPTY } from '../errors.js'

import type { GuardNames } from '../../types/guard.js'

/** The names that a guard was declared with, as a frozen list without repetition. */
export function toNames (guard: string, names: GuardNames): readonly string[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names]
  if (list.length === 0) {
    throw new AUTH_GUARD_EMPTY(`${guard}: names are missing; an empty list would guard nothing`)
  }
  for (const name of list) {
    assertName(guard, name)
  }
  return Object.freeze([...new Set(list as readonly string[])])
}

function assertName (guard: string, name: unknown): void {
  if (typeof name !== 'string') {
    throw new AUTH_GUARD_EMPTY(`${guard}: a name must be a text; call it as ${guard}(['name'])`)
  }
  if (name === '' || name !== name.trim()) {
    throw new AUTH_GUARD_EMPTY(`${guard}: a name must not be empty, nor have blanks around it`)
  }
}
