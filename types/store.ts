import type { Milliseconds } from './units.js'

/** Keeps bytes by key for a while, for one process or for several. What it throws counts as an outage of what it keeps. */
export interface Store {
  /** `null` when there is nothing, or nothing any more. */
  get (key: string): Promise<Uint8Array | null>
  /** Keeps it for `ttlMs` at most; it may be gone earlier. */
  set (key: string, value: Uint8Array, ttlMs: Milliseconds): Promise<void>
  delete (key: string): Promise<void>
  /** Deletes all whose key begins with `prefix`. */
  clear (prefix: string): Promise<void>
}
