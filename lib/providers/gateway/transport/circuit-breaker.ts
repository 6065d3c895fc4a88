import { RecentCalls } from './recent-calls.js'
import { TransportError } from './transport-error.js'

import type { BreakerSettings, BreakerState } from './types.js'
import type { Count, Milliseconds } from '../../../../types/units.js'

/** How a call went: `unknown` where nothing was learnt of the service, since the caller has gone for example. */
export type CallResult = 'success' | 'failure' | 'unknown'

/** Leave for one call; to be told once how it went. */
export type Settle = (result: CallResult) => void

/**
 * Keeps calls from a service that has failed too often: for a while all of them, then all but one, on which it depends how things go on.
 */
export class CircuitBreaker {
  readonly #settings: BreakerSettings
  readonly #observe: (state: BreakerState) => void
  readonly #recent: RecentCalls
  #state: BreakerState = 'closed'
  #openedAtMs: Milliseconds = 0
  #isProbing = false
  /** Grows with every change of state: calls that began before one say nothing of what is now. */
  #generation: Count = 0

  constructor (settings: BreakerSettings, observe: (state: BreakerState) => void) {
    this.#settings = settings
    this.#observe = observe
    this.#recent = new RecentCalls(settings.windowMs)
  }

  /** @throws {TransportError} `open_circuit`, where {@link enter} would throw it now */
  assertPassable (): void {
    const waitMs = this.#waitMs()
    if (waitMs !== null) {
      throw new TransportError('open_circuit', { retryAfterMs: waitMs })
    }
  }

  /** @throws {TransportError} `open_circuit` */
  enter (): Settle {
    this.assertPassable()
    if (this.#state === 'open') {
      this.#turn('half-open')
    }
    const isProbe = this.#state === 'half-open'
    this.#isProbing = isProbe
    const generation = this.#generation
    return result => {
      if (generation !== this.#generation) return
      if (isProbe) this.#settleProbe(result)
      else this.#count(result)
    }
  }

  /** How long nobody may pass; `null`: somebody may. */
  #waitMs (): Milliseconds | null {
    const { openMs } = this.#settings
    if (this.#state === 'open') {
      const sinceMs = Date.now() - this.#openedAtMs
      // A clock that was set back must not keep it open.
      return sinceMs < 0 || sinceMs >= openMs ? null : openMs - sinceMs
    }
    return this.#isProbing ? openMs : null
  }

  #settleProbe (result: CallResult): void {
    this.#isProbing = false
    if (result === 'success') this.#turn('closed')
    if (result === 'failure') this.#open()
  }

  #count (result: CallResult): void {
    if (result === 'unknown') return
    this.#recent.add(result === 'failure')
    const { minFailures, failureRate } = this.#settings
    const { failures, calls } = this.#recent.sum()
    if (failures >= minFailures && failures >= calls * failureRate) {
      this.#open()
    }
  }

  #open (): void {
    this.#openedAtMs = Date.now()
    this.#turn('open')
  }

  #turn (state: BreakerState): void {
    this.#state = state
    this.#generation += 1
    this.#recent.clear()
    this.#observe(state)
  }
}
