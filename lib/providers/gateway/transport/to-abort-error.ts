import { TransportError } from './transport-error.js'

/** What the end of a caller's wait means: that he has gone, or, where his signal is one of `AbortSignal.timeout`, that it took too long. */
export function toAbortError ({ reason }: AbortSignal): TransportError {
  const isTimeout = (reason as { readonly name?: unknown } | null)?.name === 'TimeoutError'
  return new TransportError(isTimeout ? 'timeout' : 'aborted')
}
