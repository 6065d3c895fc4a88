import { Type } from '@sinclair/typebox'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'

import type { TInteger, TSchema } from '@sinclair/typebox'
import type { Store } from '../../../types/store.js'
import type { Bytes, Count, Milliseconds, Seconds } from '../../../types/units.js'

/** Options of `cached`. */
export interface CachedOptions {
  /** Names the cache in log lines and in the keys of its store. Two caches of one name over one store are one cache, and so are those of several processes: give one name only to providers that give the same answers. */
  readonly name: string
  /** How long an answer is served before the provider is asked again, 1 or more; default 60. */
  readonly ttlSeconds?: Seconds
  /** How much longer an answer is served while the provider is asked in the background, and where that fails; default 0, which means that everybody waits for the new answer. */
  readonly staleSeconds?: Seconds
  /** How many answers this process keeps where there is no `store`; those asked for least lately go first. Default 10,000. */
  readonly max?: Count
  /** How long the provider may take. Its signal aborts then, and not earlier: others may wait for the same answer. Default 5,000. */
  readonly timeoutMs?: Milliseconds
  /** Keeps the answers instead of this process's memory, for all processes that share it. While it fails, the provider is asked. */
  readonly store?: Store
}

/** Options of `fallback`. */
export interface FallbackOptions {
  /** How long the first provider may take before the second one is asked. Its signal aborts then. Less than `providerTimeoutMs` of the plugin, which ends both; default 2,000. */
  readonly timeoutMs?: Milliseconds
}

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** How many entries are kept; those asked for least lately go first. Default 10,000. */
  readonly max?: Count
  /** How much memory they may take, keys included, about. Default 33,554,432. */
  readonly maxBytes?: Bytes
}

const fn = Type.Function([], Type.Unknown())
const max = Type.Optional(integer('', 1, 1_000_000))
const timeoutMs = Type.Optional(integer(' of milliseconds', 1, 60_000))

/** What `cached` accepts. */
export const cachedOptionsSchema = Type.Object({
  name: Type.String({ pattern: '\\S', description: 'a text that is not blank' }),
  ttlSeconds: Type.Optional(integer(' of seconds', 1, 86_400)),
  staleSeconds: Type.Optional(integer(' of seconds', 0, 86_400)),
  max,
  timeoutMs,
  // In a union a member may be inherited: a store may be an instance of a class.
  store: Type.Optional(Type.Union([Type.Object({ get: fn, set: fn, delete: fn, clear: fn }), Type.Never()], {
    description: 'a Store: an object with the methods get, set, delete and clear'
  }))
}, { additionalProperties: false, description: 'an object with options' })

/** What `fallback` accepts. */
export const fallbackOptionsSchema = Type.Object({ timeoutMs }, { additionalProperties: false, description: 'an object with options' })

/** What `memoryStore` accepts. */
export const memoryStoreOptionsSchema = Type.Object({
  max,
  maxBytes: Type.Optional(integer(' of bytes', 1_024, 1_073_741_824))
}, { additionalProperties: false, description: 'an object with options' })

/**
 * Checks the shape of options.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function assertOptions<T> (factory: string, schema: TSchema, options: unknown): asserts options is T {
  const mismatch = findMismatch(schema, options)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${[factory, ...mismatch.path].join('.')} ${mismatch.problem}`)
  }
}

function integer (ofWhat: string, minimum: number, maximum: number): TInteger {
  return Type.Integer({ minimum, maximum, description: `a whole number${ofWhat} from ${minimum.toLocaleString('en-US')} to ${maximum.toLocaleString('en-US')}` })
}
