import type { GatewayRequest } from '../transport/types.js'
import type { Store } from '../../../../types/store.js'
import type { HasLog } from '../../../sources/cache/level.js'
import type { Count, EpochSeconds, Milliseconds, Seconds } from '../../../../types/units.js'

/** What a service decided. */
export interface Decision<T> {
  /** What callers get: plain data that survives JSON, without anything that is meant for one response only. */
  readonly outcome: T
  /** How long it may be kept: as long as what is allowed, as what is denied, or not at all (a 429, for example). */
  readonly kind: 'allowed' | 'denied' | 'never'
  /** Whom it is about, for `forgetSubject`; `null` when that is not known. */
  readonly subject: string | null
  /** When what was decided ends; `null` when the service does not say. The `exp` of a JWT that was sent counts by itself. */
  readonly expiresAt: EpochSeconds | null
  /** The answer's `Cache-Control`, joined by commas; `null` when there is none. Counts only with `honorCacheControl`. */
  readonly cacheControl: string | null
  /** `Set-Cookie` of the answer: for the caller who asked, and for nobody who shares what was decided. */
  readonly cookies: readonly string[]
}

/** A decision as one caller gets it. */
export interface Decided<T> {
  readonly outcome: T
  /** `service`: asked for this caller. `cache`: kept. `flight`: asked for another caller, at the same time. */
  readonly from: 'service' | 'cache' | 'flight'
  /** Empty unless `from` is `service`. */
  readonly cookies: readonly string[]
}

/** One question of one caller. */
export interface DecisionQuestion extends HasLog {
  /** What will be sent: all of it but `x-request-id` and `traceparent` tells decisions apart. */
  readonly request: GatewayRequest
  /** The token or key that it is about, as `forgetToken` will be given it. */
  readonly credential: string
  /** Whatever else the decision depends on: what the route's guards demand, for example. */
  readonly also?: readonly string[]
  /** Ends the wait of this caller. The question goes on as long as somebody waits for its answer. */
  readonly signal: AbortSignal
}

/** Keeps what a service decided. */
export interface DecisionCache<T> {
  /**
   * What was decided: kept (and then at once, where this process keeps it), shared with callers who ask the same at the same time, or asked by `load`, whose signal aborts when nobody waits any longer.
   * @throws {TransportError} `aborted` when the caller waits no longer; and whatever `load` fails with, which is never kept
   */
  decide (question: DecisionQuestion, load: (signal: AbortSignal) => Promise<Decision<T>>): Decided<T> | Promise<Decided<T>>
  /** Forgets what was decided for this token. In this process at once, in others when it resolves; what is under way is not kept. */
  forgetToken (token: string): Promise<void>
  /** Forgets what was decided about this subject. */
  forgetSubject (subject: string): Promise<void>
  /** Forgets everything. */
  forgetAll (): Promise<void>
}

/** What a cache is told, every default filled in. */
export interface DecisionCacheSettings<T> {
  /** Whose decisions they are: the name and the address of the service. Several caches of one id over one store are one cache. */
  readonly id: string
  readonly allowedSeconds: Seconds
  readonly deniedSeconds: Seconds
  readonly max: Count
  readonly store: Store | null
  readonly honorCacheControl: boolean
  /** How long a load may take: longer than the transport's own time. */
  readonly timeoutMs: Milliseconds
  /** Whether something that comes from a store can be an outcome. */
  readonly isOutcome: (value: unknown) => value is T
}
