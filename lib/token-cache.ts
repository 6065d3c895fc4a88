import { LRUCache } from 'lru-cache'

import type { Verified } from './reader.js'
import type { Bytes, Count } from '../types/units.js'

/**
 * A token is looked up by the end of its signature and confirmed by all of its text: to hash 800 characters is what would cost.
 * Of 13 characters or more V8 makes no copy but a window on the whole text, which takes several times as long to hash and to compare; 12 are 72 bits.
 */
const KEY_LENGTH = 12

/** What a remembered token takes beside its text: claims and names, and the entry itself. An estimate. */
const BYTES_PER_CHARACTER = 3
const BYTES_PER_ENTRY = 512

/** Remembers the verdicts of one provider on good tokens; bad ones leave no trace in it. */
export interface TokenCache {
  /** What was verified for exactly this token, unless it has ended or a key was withdrawn since. */
  get (token: string, keyGeneration: number): Verified | null
  /** `keyGeneration` is the one before verification began. */
  set (token: string, keyGeneration: number, verified: Verified): void
}

interface Entry {
  readonly token: string
  readonly keyGeneration: number
  readonly expiresAtMs: number
  readonly verified: Verified
}

export function createTokenCache ({ max, maxBytes }: { readonly max: Count, readonly maxBytes: Bytes }): TokenCache {
  const entries = new LRUCache<string, Entry>({ max, maxSize: maxBytes, sizeCalculation: toBytes })

  function get (token: string, keyGeneration: number): Verified | null {
    const entry = entries.get(token.slice(-KEY_LENGTH))
    const isGood = entry !== undefined && entry.token === token && entry.keyGeneration === keyGeneration && Date.now() < entry.expiresAtMs
    return isGood ? entry.verified : null
  }

  function set (token: string, keyGeneration: number, verified: Verified): void {
    const { expiresAt } = verified.identity
    const expiresAtMs = expiresAt === null ? Infinity : expiresAt * 1000
    entries.set(token.slice(-KEY_LENGTH), { token, keyGeneration, expiresAtMs, verified })
  }

  return { get, set }
}

function toBytes (entry: Entry): Bytes {
  return BYTES_PER_ENTRY + entry.token.length * BYTES_PER_CHARACTER
}
