import type { Bytes, Count, Milliseconds } from '../../../../types/units.js'

/** What is sent to a service. */
export interface GatewayRequest {
  readonly method: string
  readonly url: URL
  /** `accept-encoding` is the transport's own: it asks for `identity`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  /** Whether to ask twice does no harm. Default: for GET and HEAD. */
  readonly mayRepeat?: boolean
  /** Whose turn it takes where too many ask at once: `toNetwork(request.ip)`. Default: one line for all who have none. */
  readonly network?: string
}

/** A complete answer, whatever it says. Redirects are answers. */
export interface GatewayAnswer {
  readonly status: number
  /** By name in lower case, one value for each field that was sent. Without a prototype. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Uint8Array
}

/**
 * Why there is no complete answer:
 * - `connect`: no connection; nothing was sent
 * - `tls`: no connection that can be trusted, or the service does not trust ours
 * - `timeout`: the time for the answer is over, or that which the signal's owner has set (a reason called `TimeoutError`)
 * - `reset`: the connection ended before the answer did
 * - `malformed`: what came is no HTTP, or is encoded though nobody asked for that
 * - `too_large`: more bytes came than are allowed
 * - `open_circuit`: too many calls have failed lately; nobody was asked
 * - `queue_full`: too many wait, or its turn did not come in time; nobody was asked
 * - `aborted`: the signal's owner waits for it no longer
 * - `closed`: the app closes
 * - `unsendable`: the request cannot be written as HTTP
 */
export type TransportFailure = 'connect' | 'tls' | 'timeout' | 'reset' | 'malformed' | 'too_large' | 'open_circuit' | 'queue_full' | 'aborted' | 'closed' | 'unsendable'

/** Asks a service. */
export interface Transport {
  /** @throws {TransportError} whenever there is no complete answer */
  send (request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer>
  /** Ends what is under way, and closes all connections. What is sent later opens new ones. */
  close (): Promise<void>
}

/** The files of TLS, as PEM. */
export interface TlsSettings {
  readonly ca?: string | readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

/** When nobody is asked any more, and for how long. */
export interface BreakerSettings {
  readonly minFailures: Count
  /** From 0 to 1. */
  readonly failureRate: number
  readonly windowMs: Milliseconds
  readonly openMs: Milliseconds
}

/** `closed`: calls pass. `open`: none does. `half-open`: one does, and shows how things go on. */
export type BreakerState = 'open' | 'half-open' | 'closed'

/** What happens beside answers and failures. */
export type TransportEvent =
  | { readonly kind: 'retry', readonly attempt: Count }
  | { readonly kind: 'breaker', readonly origin: string, readonly state: BreakerState }

/** What a transport is told, every default filled in. */
export interface TransportSettings {
  /** For the answer as a whole: its turn, retries and body included. */
  readonly timeoutMs: Milliseconds
  readonly connectTimeoutMs: Milliseconds
  readonly maxAnswerBytes: Bytes
  readonly retries: Count
  readonly maxConcurrent: Count
  readonly maxQueued: Count
  readonly breaker: BreakerSettings | null
  readonly tls: TlsSettings | null
  readonly socketPath: string | null
  /** Called with what happens; must not throw. */
  readonly observe: (event: TransportEvent) => void
}
