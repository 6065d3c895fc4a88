import { performance } from 'node:perf_hooks'
import { LRUCache } from 'lru-cache'

import type { Store } from '../types/store.js'
import type { Count, Milliseconds } from '../types/units.js'

/** More than these are not remembered: those that have not failed for longest are forgotten. */
const MAX_KEYS: Count = 100_000

const DECODER = new TextDecoder()
const ENCODER = new TextEncoder()

/** Remembers when attempts failed, by key. */
export interface FailureCounter {
  /** How long ago the failures of the window were, oldest first. */
  agesOf (key: string): readonly Milliseconds[] | Promise<readonly Milliseconds[]>
  add (key: string): void | Promise<void>
}

/** What a counter forgets. */
export interface Bounds {
  /** So many failures of one key matter. */
  readonly max: Count
  readonly windowMs: Milliseconds
}

/** Counts in this process, by a clock that nobody sets. */
export function createMemoryCounter ({ max, windowMs }: Bounds): FailureCounter {
  const failures = new LRUCache<string, readonly number[]>({ max: MAX_KEYS, ttl: windowMs })

  function recentOf (key: string): readonly number[] {
    const from = performance.now() - windowMs
    return (failures.get(key) ?? []).filter(at => at > from)
  }

  return {
    agesOf: key => recentOf(key).map(at => performance.now() - at),
    add (key) { failures.set(key, [...recentOf(key), performance.now()].slice(-max)) }
  }
}

/** Counts for all processes that share a store. Two that count at the same moment may count one failure less. */
export function createStoreCounter (store: Store, { max, windowMs }: Bounds): FailureCounter {
  async function recentOf (key: string): Promise<readonly number[]> {
    const bytes = await store.get(key)
    const times: unknown = bytes === null ? [] : JSON.parse(DECODER.decode(bytes))
    const from = Date.now() - windowMs
    return (times as readonly number[]).filter(at => at > from)
  }

  return {
    agesOf: async key => (await recentOf(key)).map(at => Math.max(0, Date.now() - at)),
    async add (key) {
      const times = [...await recentOf(key), Date.now()].slice(-max)
      await store.set(key, ENCODER.encode(JSON.stringify(times)), windowMs)
    }
  }
}
