import { untilAborted } from '../../../util/until-aborted.js'
import { toAbortError } from './to-abort-error.js'
import { TransportError } from './transport-error.js'

import type { Milliseconds } from '../../../../types/units.js'

/** What ends one question early: the time, and who asked. Its signal's reason is a `TransportError`. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #asker: AbortSignal
  readonly #follow = (): void => { this.abort(toAbortError(this.#asker)) }

  constructor (timeoutMs: Milliseconds, asker: AbortSignal) {
    this.#asker = asker
    this.#timer = setTimeout(() => { this.abort(new TransportError('timeout')) }, timeoutMs)
    asker.addEventListener('abort', this.#follow, { once: true })
    if (asker.aborted) this.#follow()
  }

  get signal (): AbortSignal {
    return this.#controller.signal
  }

  abort (reason: TransportError): void {
    this.#controller.abort(reason)
  }

  /** What `promise` settles with, unless the question ends before. */
  race<T> (promise: Promise<T>): Promise<T> {
    const { signal } = this
    return untilAborted(promise, signal, () => signal.reason as TransportError)
  }

  /** To be called when the question is answered. */
  end (): void {
    clearTimeout(this.#timer)
    this.#asker.removeEventListener('abort', this.#follow)
  }
}
