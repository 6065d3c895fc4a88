import { GatewayFailure } from './gateway-failure.js'
import { TransportError } from './transport/transport-error.js'
import { describeError } from '../../util/describe-error.js'

import type { TransportFailure } from './transport/types.js'
import type { Reason } from '../../../types/verdict.js'

const REASONS: Readonly<Record<TransportFailure, Reason>> = Object.freeze({
  connect: 'gateway_unreachable',
  tls: 'gateway_unreachable',
  reset: 'gateway_unreachable',
  closed: 'gateway_unreachable',
  timeout: 'gateway_timeout',
  malformed: 'gateway_answer',
  too_large: 'gateway_answer',
  open_circuit: 'gateway_circuit',
  queue_full: 'overloaded',
  aborted: 'caller_gone',
  unsendable: 'gateway_request'
})

/** What was thrown on the way to a decision, as a reason. Others' errors keep their texts to themselves. */
export function toGatewayFailure (error: unknown): GatewayFailure {
  if (error instanceof GatewayFailure) {
    return error
  }
  if (error instanceof TransportError) {
    const { kind, retryAfterMs, code } = error
    return new GatewayFailure(REASONS[kind], { retryAfterSeconds: retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000), expected: code ?? kind })
  }
  return new GatewayFailure('provider_failed', { expected: describeError(error)?.name ?? null })
}
