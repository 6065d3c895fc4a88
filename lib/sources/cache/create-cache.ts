import { MemoryLevel } from './memory-level.js'
import { StoreLevel } from './store-level.js'
import { toFrozen } from '../../util/to-frozen.js'
import { describeError } from '../../util/describe-error.js'
import { isPromised, when } from '../../util/when.js'
import { within } from '../../util/within.js'
import { toKeyText, toPrefix } from './level.js'

import type { CacheKey, Found, HasLog, Kept, Level } from './level.js'
import type { Store } from '../../../types/store.js'
import type { Count, Milliseconds } from '../../../types/units.js'

/** A clock of another machine may be ahead by so much; what was loaded later yet does not count. */
const MAX_SKEW_MS: Milliseconds = 5_000

/** How a cache keeps values. */
export interface CacheSettings<T> {
  /** The first part of every key, and its name in log lines. Caches of one name over one store are one cache. */
  readonly name: string
  /** How long a value is served without a question, since its load began; 0: not at all, and loads are still shared. */
  readonly ttlMs: Milliseconds
  /** How long it is served after that, while it is loaded again and where that fails. */
  readonly staleMs: Milliseconds
  /** How long a load may take. */
  readonly timeoutMs: Milliseconds
  /** How many values this process keeps, where there is no store. */
  readonly max: Count
  /** Keeps the values instead of this process. */
  readonly store: Store | null
  /** Whether something can be a value: what comes from a store is not believed. */
  readonly isValue: (value: unknown, key: CacheKey) => value is T
  /** How long a value is good for by itself, however long the cache would keep it; `null`: it does not say. Default: none does. */
  readonly lifetimeMsOf?: (value: T) => Milliseconds | null
}

/** What a load gets. */
export interface LoadControl {
  /** Aborts when the load takes too long; never because a caller has gone: others may wait for the same load. */
  readonly signal: AbortSignal
}

/** Keeps what is loaded for a while, as frozen plain data. */
export interface Cache<T> {
  /**
   * The value of a key: at once where this process has it, or where `load` has it at once. Callers who ask at the same time share one load.
   * Rejects or throws with what `load` fails with, which is not remembered, or with a timeout.
   */
  get (key: CacheKey, load: (control: LoadControl) => T | Promise<T>, context: HasLog): T | Promise<T>
  /**
   * Forgets the values of `of`; of `[]` all. In this process at once: who asks after the call gets what is loaded after it. Wherever else the store is shared,
   * when it resolves. Rejects with what the store fails with.
   */
  invalidate (of: readonly string[]): Promise<void>
}

interface Question<T> {
  readonly key: CacheKey
  readonly load: (control: LoadControl) => T | Promise<T>
  readonly context: HasLog
}

/** A load that is under way, or whose value is on its way into the store. */
interface Flight<T> {
  readonly generation: string | null
  readonly answer: Promise<T>
}

/**
 * A cache for what has to be asked of others: single flight, bounded, stale while it is renewed and for a stated time where that fails; failures are not remembered.
 *
 * `async-cache-dedupe` would be the ready-made one, but a load that began before its `clear` is written after it, a storage that fails fails the load,
 * every hit costs a promise, and it asks more of a storage (references, remaining times) than a `Store` has.
 */
export function createCache<T> (settings: CacheSettings<T>): Cache<T> {
  return new SharedCache(settings)
}

class SharedCache<T> implements Cache<T> {
  readonly #settings: CacheSettings<T>
  readonly #level: Level<T>
  readonly #flights = new Map<string, Flight<T>>()

  constructor (settings: CacheSettings<T>) {
    const { name, max, store, isValue } = settings
    this.#settings = settings
    this.#level = store === null ? new MemoryLevel(name, max) : new StoreLevel({ name, store, isValue })
  }

  get (key: CacheKey, load: (control: LoadControl) => T | Promise<T>, context: HasLog): T | Promise<T> {
    const question = { key, load, context }
    return when(this.#level.read(key, context), found => this.#answer(question, found))
  }

  invalidate (of: readonly string[]): Promise<void> {
    const prefix = toPrefix(this.#settings.name, of)
    for (const text of [...this.#flights.keys()]) {
      if (text.startsWith(prefix)) {
        this.#flights.delete(text)
      }
    }
    return this.#level.invalidate(of)
  }

  #answer (question: Question<T>, { kept, generation }: Found<T>): T | Promise<T> {
    const { ttlMs, staleMs } = this.#settings
    if (kept === null || remainingMs(kept, ttlMs + staleMs) <= 0) {
      return this.#load(question, generation)
    }
    if (remainingMs(kept, ttlMs) <= 0) {
      this.#renew(question, generation)
    }
    return kept.value
  }

  /** Nobody waits for it. */
  #renew (question: Question<T>, generation: string | null): void {
    if (this.#flights.get(toKeyText(this.#settings.name, question.key))?.generation === generation) {
      return
    }
    const warn = (error: unknown): void => {
      question.context.log.warn({ cache: this.#settings.name, error: describeError(error) }, 'a cached answer could not be renewed; the old one is served for now')
    }
    try {
      const answer = this.#load(question, generation)
      if (isPromised(answer)) {
        answer.then(undefined, warn)
      }
    } catch (error) {
      warn(error)
    }
  }

  #load (question: Question<T>, generation: string | null): T | Promise<T> {
    const text = toKeyText(this.#settings.name, question.key)
    const flight = this.#flights.get(text)
    if (flight !== undefined && flight.generation === generation) {
      return flight.answer
    }
    const loadedAtMs = Date.now()
    const control = new Control()
    const loaded = question.load(control)
    if (!isPromised(loaded)) {
      const value = toFrozen(loaded)
      this.#keep(question, generation, { value, loadedAtMs })
      return value
    }
    return this.#fly(question, { generation, answer: this.#limit(loaded, control).then(toFrozen) }, { text, loadedAtMs })
  }

  #limit (loaded: PromiseLike<T>, control: Control): Promise<T> {
    const { name, timeoutMs } = this.#settings
    return within(loaded, timeoutMs, function onTimeout () {
      const error = new CacheTimeout(`a load of the cache ${name} took longer than ${timeoutMs} ms`)
      control.abort(error)
      return error
    })
  }

  /** Others join a flight until its value is kept, or it has failed. One that an invalidation has taken off the list is kept nowhere. */
  #fly (question: Question<T>, flight: Flight<T>, { text, loadedAtMs }: { readonly text: string, readonly loadedAtMs: number }): Promise<T> {
    const land = (): void => {
      if (this.#flights.get(text) === flight) {
        this.#flights.delete(text)
      }
    }
    const keep = (value: T): void => {
      if (this.#flights.get(text) === flight) {
        const written = this.#keep(question, flight.generation, { value, loadedAtMs })
        when(written, land)
      }
    }
    this.#flights.set(text, flight)
    flight.answer.then(keep, land)
    return flight.answer
  }

  #keep ({ key, context }: Question<T>, generation: string | null, loaded: Pick<Kept<T>, 'value' | 'loadedAtMs'>): void | Promise<void> {
    const { ttlMs, staleMs, lifetimeMsOf } = this.#settings
    const kept = { ...loaded, lifetimeMs: lifetimeMsOf?.(loaded.value) ?? null }
    const keepMs = Math.floor(remainingMs(kept, ttlMs + staleMs))
    if (generation !== null && keepMs > 0) {
      return this.#level.write(key, generation, { ...kept, keepMs }, context)
    }
  }
}

/** How much is left of `spanMs` since the load, and of the value's own lifetime; 0 or less: nothing. */
function remainingMs ({ loadedAtMs, lifetimeMs }: Pick<Kept<unknown>, 'loadedAtMs' | 'lifetimeMs'>, spanMs: Milliseconds): Milliseconds {
  const ageMs = Date.now() - loadedAtMs
  return ageMs < -MAX_SKEW_MS ? 0 : Math.min(spanMs, lifetimeMs ?? Infinity) - ageMs
}

/** A load that took too long. */
class CacheTimeout extends Error {
  override readonly name = 'CacheTimeout'
}

/** Makes its signal only for the load that looks at it. */
class Control implements LoadControl {
  #controller: AbortController | null = null

  get signal (): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  abort (reason: Error): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(reason)
  }
}
