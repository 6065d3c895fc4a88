import type { FastifyBaseLogger } from 'fastify'
import type { Milliseconds } from '../../../types/units.js'

/** What a value is kept under, as parts that are never run together: all that must not be confused with each other. */
export interface CacheKey {
  /** Values that are invalidated together: issuer and subject of a user for example; `[]` where only all are. */
  readonly of: readonly string[]
  readonly rest: readonly unknown[]
}

/** A value as it is kept. */
export interface Kept<T> {
  readonly value: T
  /** When its load began, in milliseconds since 1970: it says nothing of what changed later. */
  readonly loadedAtMs: number
  /** How long the value itself is good for since then; `null` when it does not say. */
  readonly lifetimeMs: Milliseconds | null
}

/** What a look at a level gives. */
export interface Found<T> {
  readonly kept: Kept<T> | null
  /**
   * Which invalidations the look has seen, and so a load that begins after it. What is kept under another generation is never served.
   * `null`: that is not known, and nothing may be kept.
   */
  readonly generation: string | null
}

/** Gives the logger when there is something to say. */
export interface HasLog { readonly log: FastifyBaseLogger }

/** Where values are kept: in this process, or in a store. */
export interface Level<T> {
  read (key: CacheKey, context: HasLog): Found<T> | Promise<Found<T>>
  /** Keeps a value for `keepMs` at most. Resolves when the attempt is over; failures are logged. */
  write (key: CacheKey, generation: string, kept: Kept<T> & { readonly keepMs: Milliseconds }, context: HasLog): void | Promise<void>
  /** Forgets all values of `of`: those kept, and those whose load has begun. */
  invalidate (of: readonly string[]): Promise<void>
}

/** The text of a key. Texts of JSON delimit themselves, so no two keys have one. */
export function toKeyText (name: string, { of, rest }: CacheKey): string {
  return JSON.stringify([name, ...of, ...rest])
}

/** The text that only the keys of `of` begin with. */
export function toPrefix (name: string, of: readonly string[]): string {
  return `${JSON.stringify([name, ...of]).slice(0, -1)},`
}
