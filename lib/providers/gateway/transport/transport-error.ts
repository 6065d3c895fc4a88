import type { TransportFailure } from './types.js'
import type { Milliseconds } from '../../../../types/units.js'

/** What else a failure says. */
export interface TransportErrorDetail {
  /** When to ask again, where that is known. */
  readonly retryAfterMs?: Milliseconds
  /** The code that Node or undici gave it, `ECONNREFUSED` for example. Never a text of others. */
  readonly code?: string | null
}

/** No complete answer. Holds nothing of what was sent or came. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: TransportFailure
  /** Whether another try may help: only where nothing was sent, or the connection ended early. */
  readonly mayRetry: boolean
  readonly retryAfterMs: Milliseconds | null
  readonly code: string | null

  constructor (kind: TransportFailure, { retryAfterMs, code = null }: TransportErrorDetail = {}) {
    super(`the service gave no answer: ${kind}`)
    this.kind = kind
    this.mayRetry = kind === 'connect' || kind === 'reset'
    this.retryAfterMs = retryAfterMs ?? null
    this.code = code
  }
}
