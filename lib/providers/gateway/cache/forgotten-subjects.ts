import { Buffer } from 'node:buffer'

import { parseJsonRecord } from '../../../util/parse-json-record.js'
import { within } from '../../../util/within.js'
import { toDigest } from './to-decision-key.js'

import type { Origin } from './kept-decision.js'
import type { Store } from '../../../../types/store.js'
import type { Count, Milliseconds } from '../../../../types/units.js'

/** What is known of a subject's invalidation. */
interface Mark {
  readonly cache: string
  readonly at: Count
  readonly atMs: Milliseconds
}

/** What a list of forgotten subjects is told. */
export interface ForgottenSettings {
  /** The cache that it belongs to, as in {@link Origin}. */
  readonly cache: string
  readonly name: string
  readonly store: Store | null
  /** How long anything is kept: marks older than that say nothing. */
  readonly lifetimeMs: Milliseconds
}

const MAX_MARKS: Count = 10_000
const STORE_TIMEOUT_MS: Milliseconds = 1_000

/** Clocks of several machines may be apart by so much. */
const SKEW_MS: Milliseconds = 5_000

/**
 * Whose decisions do not count any more. Who it is shows only when a service has answered, so no key can say it: what was asked for before the
 * invalidation, and is kept or on its way, is recognised by when it began.
 */
export class ForgottenSubjects {
  readonly #settings: ForgottenSettings
  /** By digest, the oldest first. */
  readonly #marks = new Map<string, Mark>()
  /** The latest mark for which there was no room: what is older counts for nobody. */
  #floor: Mark | null = null

  constructor (settings: ForgottenSettings) {
    this.#settings = settings
  }

  /** Marks a subject: in this process at once, elsewhere when it resolves. */
  async add (subject: string, at: Count): Promise<void> {
    const { cache, store, lifetimeMs } = this.#settings
    const digest = toDigest([subject])
    const mark: Mark = { cache, at, atMs: Date.now() }
    this.#marks.delete(digest)
    this.#marks.set(digest, mark)
    if (this.#marks.size > MAX_MARKS) {
      const [[oldest, floor]] = this.#marks as unknown as [[string, Mark]]
      this.#marks.delete(oldest)
      this.#floor = floor
    }
    await store?.set(this.#toKey(digest), Buffer.from(JSON.stringify(mark)), lifetimeMs + 2 * SKEW_MS)
  }

  /** Whether a decision about this subject was asked for too early to count. What cannot be read is not trusted. */
  isForgotten (subject: string, origin: Origin): boolean | Promise<boolean> {
    const { store } = this.#settings
    const digest = toDigest([subject])
    if ([this.#marks.get(digest) ?? null, this.#floor].some(mark => mark !== null && isBefore(origin, mark))) {
      return true
    }
    return store === null ? false : this.#isForgottenElsewhere(store, digest, origin)
  }

  async #isForgottenElsewhere (store: Store, digest: string, origin: Origin): Promise<boolean> {
    try {
      const bytes = await within(store.get(this.#toKey(digest)), STORE_TIMEOUT_MS, () => new Error('timeout'))
      if (bytes === null) {
        return false
      }
      const mark = parseJsonRecord(bytes)
      return mark === null || isBefore(origin, mark as unknown as Mark)
    } catch {
      return true
    }
  }

  #toKey (digest: string): string {
    return JSON.stringify([`${this.#settings.name} subjects`, digest])
  }
}

/** Written so that what is no mark counts as one of just now. */
function isBefore (origin: Origin, { cache, at, atMs }: Mark): boolean {
  return origin.cache === cache ? !(origin.began > at) : !(origin.beganAtMs > atMs + SKEW_MS)
}
