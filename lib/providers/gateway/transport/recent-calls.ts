import type { Count, Milliseconds } from '../../../../types/units.js'

/** Part of the window: old ones go as a whole. */
interface Slice {
  readonly startMs: Milliseconds
  calls: Count
  failures: Count
}

const SLICES: Count = 10

/** How many calls there were lately, and how many of them failed. */
export class RecentCalls {
  readonly #windowMs: Milliseconds
  #slices: Slice[] = []

  constructor (windowMs: Milliseconds) {
    this.#windowMs = windowMs
  }

  add (isFailure: boolean): void {
    const nowMs = Date.now()
    this.#slices = this.#slices.filter(({ startMs }) => startMs <= nowMs && nowMs - startMs < this.#windowMs)
    let last = this.#slices.at(-1)
    if (last === undefined || nowMs - last.startMs >= this.#windowMs / SLICES) {
      last = { startMs: nowMs, calls: 0, failures: 0 }
      this.#slices.push(last)
    }
    last.calls += 1
    last.failures += isFailure ? 1 : 0
  }

  sum (): { readonly calls: Count, readonly failures: Count } {
    return {
      calls: this.#slices.reduce((sum, { calls }) => sum + calls, 0),
      failures: this.#slices.reduce((sum, { failures }) => sum + failures, 0)
    }
  }

  clear (): void {
    this.#slices = []
  }
}
