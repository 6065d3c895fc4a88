import { LRUCache } from 'lru-cache'

import { assertOptions, memoryStoreOptionsSchema } from './options.js'

import type { MemoryStoreOptions } from './options.js'
import type { Store } from '../../../types/store.js'
import type { Bytes, Milliseconds } from '../../../types/units.js'

/** What an entry takes beside its bytes. An estimate. */
const BYTES_PER_CHARACTER: Bytes = 2
const BYTES_PER_ENTRY: Bytes = 256

interface Entry {
  readonly bytes: Uint8Array
  readonly endsAtMs: number
}

/**
 * A `Store` in this process's memory: for tests, and where one process serves alone. A restart forgets.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong
 * @example const store = memoryStore({ max: 1_000 })
 */
export function memoryStore (options: MemoryStoreOptions = {}): Store {
  assertOptions<MemoryStoreOptions>('memoryStore', memoryStoreOptionsSchema, options)
  const { max = 10_000, maxBytes = 33_554_432 } = options
  const entries = new LRUCache<string, Entry>({ max, maxSize: maxBytes, sizeCalculation: toSize })

  async function get (key: string): Promise<Uint8Array | null> {
    const entry = entries.get(key)
    return entry !== undefined && Date.now() < entry.endsAtMs ? entry.bytes.slice() : null
  }

  async function set (key: string, value: Uint8Array, ttlMs: Milliseconds): Promise<void> {
    // A copy of exactly these bytes: a Buffer may be a window on more, and its owner may write on.
    entries.set(key, { bytes: Uint8Array.from(value), endsAtMs: Date.now() + ttlMs })
  }

  async function remove (key: string): Promise<void> {
    entries.delete(key)
  }

  async function clear (prefix: string): Promise<void> {
    for (const key of [...entries.keys()].filter(key => key.startsWith(prefix))) {
      entries.delete(key)
    }
  }

  return Object.freeze({ get, set, delete: remove, clear })
}

function toSize ({ bytes }: Entry, key: string): Bytes {
  return BYTES_PER_ENTRY + key.length * BYTES_PER_CHARACTER + bytes.length
}
