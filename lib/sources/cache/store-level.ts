import { randomUUID } from 'node:crypto'

import { toKeyText, toPrefix } from './level.js'
import { parseJsonRecord } from '../../util/parse-json-record.js'
import { toFrozen } from '../../util/to-frozen.js'
import { describeError } from '../../util/describe-error.js'
import { within } from '../../util/within.js'

import type { CacheKey, Found, HasLog, Kept, Level } from './level.js'
import type { Store } from '../../../types/store.js'
import type { Milliseconds } from '../../../types/units.js'

/** A store that takes longer is of no help: its provider is asked instead. */
const STORE_TIMEOUT_MS: Milliseconds = 1_000

/** How long an invalidation is remembered: longer than anything is kept that was loaded before it. */
const GENERATION_MS: Milliseconds = 3 * 86_400_000

const ENCODER = new TextEncoder()
const NOTHING: Found<never> = Object.freeze({ kept: null, generation: null })

/** What a store level is told. */
export interface StoreLevelOptions<T> {
  readonly name: string
  readonly store: Store
  /** Whether what the store holds can be such a value: others write there, too. */
  readonly isValue: (value: unknown, key: CacheKey) => value is T
}

/**
 * Values in a store that processes share.
 *
 * An invalidation writes a new generation beside the values: one for all of the cache, one for each group of keys. Values say which they were loaded under, and
 * count only as long as it is the present one. So what another process loaded before and writes after is never served, whoever's clock is ahead.
 */
export class StoreLevel<T> implements Level<T> {
  readonly #options: StoreLevelOptions<T>
  readonly #invalidating = new Set<{ readonly prefix: string }>()

  constructor (options: StoreLevelOptions<T>) {
    this.#options = options
  }

  async read (key: CacheKey, context: HasLog): Promise<Found<T>> {
    const text = toKeyText(this.#options.name, key)
    if ([...this.#invalidating].some(({ prefix }) => text.startsWith(prefix))) {
      return NOTHING
    }
    try {
      const [all, group, bytes] = await withinTime(() => Promise.all([this.#readGeneration([]), key.of.length === 0 ? '' : this.#readGeneration(key.of), this.#getBytes(text)]))
      const generation = `${all} ${group}`
      return { generation, kept: this.#toKept(bytes, key, generation) }
    } catch (error) {
      this.#warn(error, context)
      return NOTHING
    }
  }

  async write (key: CacheKey, generation: string, { keepMs, ...kept }: Kept<T> & { readonly keepMs: Milliseconds }, context: HasLog): Promise<void> {
    const { name, store } = this.#options
    try {
      await withinTime(() => store.set(toKeyText(name, key), ENCODER.encode(JSON.stringify({ ...kept, generation })), keepMs))
    } catch (error) {
      this.#warn(error, context)
    }
  }

  async invalidate (of: readonly string[]): Promise<void> {
    const { name, store } = this.#options
    const invalidation = { prefix: toPrefix(name, of) }
    this.#invalidating.add(invalidation)
    try {
      await store.set(JSON.stringify([name, ...of]), ENCODER.encode(randomUUID()), GENERATION_MS)
      await store.clear(invalidation.prefix)
    } finally {
      this.#invalidating.delete(invalidation)
    }
  }

  async #readGeneration (of: readonly string[]): Promise<string> {
    const bytes = await this.#getBytes(JSON.stringify([this.#options.name, ...of]))
    return bytes === null ? '' : Buffer.from(bytes).toString('hex')
  }

  async #getBytes (text: string): Promise<Uint8Array | null> {
    const bytes: unknown = await this.#options.store.get(text)
    if (bytes != null && !(bytes instanceof Uint8Array)) {
      throw new TypeError('a store gives bytes or null')
    }
    return bytes ?? null
  }

  #toKept (bytes: Uint8Array | null, key: CacheKey, generation: string): Kept<T> | null {
    const entry = bytes === null ? null : parseJsonRecord(bytes)
    if (entry === null || entry['generation'] !== generation) {
      return null
    }
    const { value, loadedAtMs, lifetimeMs } = entry
    const isKept = this.#options.isValue(value, key) && Number.isFinite(loadedAtMs) && (lifetimeMs === null || Number.isFinite(lifetimeMs))
    return isKept ? toFrozen({ value, loadedAtMs, lifetimeMs } as Kept<T>) : null
  }

  #warn (error: unknown, { log }: HasLog): void {
    log.warn({ cache: this.#options.name, error: describeError(error) }, 'the store of a cache failed; its provider is asked instead')
  }
}

/** A store may throw at once, too. */
async function withinTime<T> (ask: () => Promise<T>): Promise<T> {
  return await within(ask(), STORE_TIMEOUT_MS, toTimeout)
}

function toTimeout (): Error {
  return new Error('timeout')
}
