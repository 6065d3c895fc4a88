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
      [asker, () => { this.#abort(new TransportError(isTimeout(asker.reason) ? 'timeout' : 'aborted')) }],
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
  async race<T> (promise: Promise<T>): Promise<T> {
    const { signal } = this
    let stop = (): void => {}
    const ended = new Promise<never>(function wait (_resolve, reject) {
      stop = function fail () { reject(signal.reason) }
      signal.addEventListener('abort', stop, { once: true })
    })
    try {
      signal.throwIfAborted()
      return await Promise.race([promise, ended])
    } finally {
      signal.removeEventListener('abort', stop)
    }
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

/** As `AbortSignal.timeout` says it. */
function isTimeout (reason: unknown): boolean {
  return (reason as { readonly name?: unknown } | null)?.name === 'TimeoutError'
}
