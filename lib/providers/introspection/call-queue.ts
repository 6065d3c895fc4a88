import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'

import type { Count, Milliseconds } from '../../../types/units.js'

/** How much a queue takes. */
export interface QueueBounds {
  readonly maxConcurrent: Count
  readonly maxQueued: Count
  /** How long a call waits for its turn. */
  readonly timeoutMs: Milliseconds
}

/** Makes so many calls at once; so many others wait, for so long. A flood of unknown tokens must not become a flood of calls. */
export class CallQueue {
  readonly #bounds: QueueBounds
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor (bounds: QueueBounds) {
    this.#bounds = bounds
  }

  /**
   * What `call` resolves to, once it has had its turn.
   * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when too many wait, or it has waited too long
   */
  async run<T> (call: () => Promise<T>): Promise<T> {
    if (this.#running < this.#bounds.maxConcurrent) {
      this.#running += 1
    } else {
      await this.#wait()
    }
    try {
      return await call()
    } finally {
      this.#passOn()
    }
  }

  async #wait (): Promise<void> {
    const { maxQueued, timeoutMs } = this.#bounds
    if (this.#waiting.size >= maxQueued) {
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'overloaded', expected: { maxQueued } })
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(start)
        reject(new AUTH_PROVIDER_UNAVAILABLE({ reason: 'overloaded', expected: { timeoutMs } }))
      }, timeoutMs)
      function start (): void {
        clearTimeout(timer)
        resolve()
      }
      this.#waiting.add(start)
    })
  }

  /** A free place goes to who waits longest: nobody who comes in between takes it. */
  #passOn (): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running -= 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
