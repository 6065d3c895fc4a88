import { createHash } from 'node:crypto'

import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { createCache } from '../../sources/cache/create-cache.js'
import { FairQueue } from '../../util/fair-queue.js'
import { FetchError, fetchJson } from '../../util/fetch-json.js'
import { isRecord } from '../../util/is-record.js'

import type { Prove } from './client-authentication.js'
import type { Cache } from '../../sources/cache/create-cache.js'
import type { HasLog } from '../../sources/cache/level.js'
import type { Claims } from '../../../types/identity.js'
import type { Bytes, Count, Milliseconds, Seconds } from '../../../types/units.js'
import type { Fetch } from '../../util/fetch-json.js'

/** Whom to ask, how, and how long what he says is used. */
export interface IntrospectorSettings {
  readonly name: string
  readonly url: string
  readonly fetch: Fetch
  readonly prove: Prove
  /** How long a call may take, and how long it may wait for its turn. */
  readonly timeoutMs: Milliseconds
  readonly maxConcurrent: Count
  readonly maxQueued: Count
  readonly maxCacheSeconds: Seconds
  readonly inactiveCacheSeconds: Seconds
}

/** Answers are kept under a digest of the token, so that who reads this process's memory or its dumps finds no token there. */
type Answers = Cache<Claims>

const MAX_ANSWER_BYTES: Bytes = 65_536
const MAX_KEPT: Count = 10_000

/**
 * Asks who issued a token what it is worth. Callers with the same token share one call.
 *
 * Good and bad answers are kept apart: a flood of invented tokens pushes no good one out. Failures are kept nowhere.
 */
export class Introspector {
  readonly #settings: IntrospectorSettings
  /** A flood of unknown tokens must not become a flood of calls. */
  readonly #queue: FairQueue
  readonly #good: Answers
  readonly #bad: Answers
  #closing = new AbortController()

  constructor (settings: IntrospectorSettings) {
    const { name, timeoutMs, maxConcurrent, maxQueued, maxCacheSeconds, inactiveCacheSeconds } = settings
    this.#settings = settings
    this.#queue = new FairQueue({
      maxRunning: maxConcurrent,
      maxWaiting: maxQueued,
      toRefusal: () => new AUTH_PROVIDER_UNAVAILABLE({ reason: 'overloaded', expected: { maxConcurrent, maxQueued, timeoutMs } })
    })
    // Waiting and calling end by themselves before this.
    const common = { name, staleMs: 0, timeoutMs: timeoutMs * 3, max: MAX_KEPT, store: null, isValue: isRecord }
    this.#good = createCache({ ...common, ttlMs: maxCacheSeconds * 1000, lifetimeMsOf: toGoodLifetimeMs })
    this.#bad = createCache({ ...common, ttlMs: Math.min(inactiveCacheSeconds, maxCacheSeconds) * 1000, lifetimeMsOf: toBadLifetimeMs })
  }

  /**
   * What is said of the token, `active` included.
   * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when nobody says anything that can be used
   */
  ask (token: string, context: HasLog): Claims | Promise<Claims> {
    const key = { of: [], rest: [createHash('sha256').update(token).digest('base64url')] }
    return this.#bad.get(key, () => this.#good.get(key, () => this.#queue.run({ network: '', timeoutMs: this.#settings.timeoutMs }, () => this.#call(token, context)), context), context)
  }

  /** Ends the calls under way. */
  close (): void {
    this.#closing.abort()
    // Another app may go on with the same provider.
    this.#closing = new AbortController()
  }

  /** RFC 7662, section 2.1. */
  async #call (token: string, { log }: HasLog): Promise<Claims> {
    const { name, url, fetch, timeoutMs, prove } = this.#settings
    const { signal } = this.#closing
    try {
      const { headers, form } = await prove()
      const body = new URLSearchParams({ ...form, token, token_type_hint: 'access_token' })
      return await fetchJson(url, { fetch, timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal, post: { headers, body } })
    } catch (error) {
      // Even 400 and 401 are about us and not about the token: RFC 7662, section 2.3.
      const { expected, status } = error instanceof FetchError ? error : { expected: 'what the client can be authenticated with', status: null }
      log.error({ provider: name, expected, status }, 'introspection failed; requests get 503 for tokens that are not known yet')
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'introspection', expected })
    }
  }
}

/** Whether the token is good. Anything but `true` is no. */
export function isActive ({ active }: Claims): boolean {
  return active === true
}

/** RFC 7662, section 4: no answer outlives the token. What is no time is refused later, whatever is kept. */
function toGoodLifetimeMs (claims: Claims): Milliseconds | null {
  if (!isActive(claims)) {
    return 0
  }
  return typeof claims['exp'] === 'number' ? claims['exp'] * 1000 - Date.now() : null
}

function toBadLifetimeMs (claims: Claims): Milliseconds | null {
  return isActive(claims) ? 0 : null
}
