import type { Seconds } from '../../../types/units.js'
import type { Reason } from '../../../types/verdict.js'

/** What else is known of a failure. */
export interface GatewayFailureDetail {
  /** What the service answered with, if it did. */
  readonly status?: number | null
  readonly retryAfterSeconds?: Seconds | null
  /** The code that Node gave it, `ECONNREFUSED` for example; what our configuration expected. Never a text of others. */
  readonly expected?: unknown
}

/** Why nobody can tell whether a credential is good. Holds nothing of what was sent or came. */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure'
  readonly reason: Reason
  readonly status: number | null
  readonly retryAfterSeconds: Seconds | null
  readonly expected: unknown

  constructor (reason: Reason, { status = null, retryAfterSeconds = null, expected }: GatewayFailureDetail = {}) {
    super(`the service could not be asked, or gave no usable answer: ${reason}`)
    this.reason = reason
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
    this.expected = expected
  }
}
