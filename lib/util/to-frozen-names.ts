import { toFrozen } from './to-frozen.js'

/** Names that nobody can change: those that were given, where that is so, else a copy. */
export function toFrozenNames (names: readonly string[]): readonly string[] {
  return Object.isFrozen(names) ? names : toFrozen(names)
}
