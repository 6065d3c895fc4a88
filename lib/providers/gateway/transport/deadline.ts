import { untilAborted } from '../../../util/until-aborted.js'
import { toAbortError } from './to-abort-error.js'
import { TransportError } from './transport-error.js'

import type { Milliseconds } from '../../../../types/units.js'

/** What ends one question early: the time, who asked, and the end of the app. Its signal's reason is a `TransportError`. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #sources: ReadonlyArray<readonly [signal: AbortSignal, listener: () => void]>

  constructor (timeoutMs: Milliseconds, asker: AbortSignal, closing: AbortSignal) {
    this.#timer = setTimeout(() => { this.#abort(new TransportError('timeout')) }, timeoutMs)
    this.#sources = [
      [asker, () => { this.#abort(toAbortError(asker)) }],
      [closing, () => { this.#abort(new TransportError('closed')) }]
    ]
    for (const [signal, listener] of this.#sources) {
      signal.addEventListener('abort', listener, { once: true })
      if (signal.aborted) listener()
    }
  }

  get signal (): AbortSignal {
    return this.#controller.signal
  }

  /** What `promise` settles with, unless the question ends before. */
  race<T> (promise: Promise<T>): Promise<T> {
    const { signal } = this
    return untilAborted(promise, signal, () => signal.reason as TransportError)
  }

  /** To be called when the question is answered. */
  end (): void {
    clearTimeout(this.#timer)
    for (const [signal, listener] of this.#sources) {
      signal.removeEventListener('abort', listener)
    }
  }

  #abort (reason: TransportError): void {
    this.#controller.abort(reason)
  }
}
