import { LRUCache } from 'lru-cache'

import { toKeyText, toPrefix } from './level.js'

import type { CacheKey, Found, Kept, Level } from './level.js'
import type { Count } from '../../../types/units.js'

/** Values in this process's memory, as they are. Those asked for least lately go first. */
export class MemoryLevel<T> implements Level<T> {
  readonly #name: string
  readonly #entries: LRUCache<string, Found<T>>

  constructor (name: string, max: Count) {
    this.#name = name
    this.#entries = new LRUCache({ max })
  }

  read (key: CacheKey): Found<T> {
    return this.#entries.get(toKeyText(this.#name, key)) ?? NOTHING
  }

  write (key: CacheKey, generation: string, { value, loadedAtMs, lifetimeMs }: Kept<T>): void {
    this.#entries.set(toKeyText(this.#name, key), { kept: { value, loadedAtMs, lifetimeMs }, generation })
  }

  async invalidate (of: readonly string[]): Promise<void> {
    const prefix = toPrefix(this.#name, of)
    for (const text of [...this.#entries.keys()]) {
      if (text.startsWith(prefix)) {
        this.#entries.delete(text)
      }
    }
  }
}

/** Nobody else writes here, so there is but one generation. */
const NOTHING: Found<never> = Object.freeze({ kept: null, generation: '' })
