import { AUTH_OPTION_INVALID } from '../../../errors.js'
import { createTransport } from './create-transport.js'

import type { GatewayBreakerOptions, GatewayTlsOptions, GatewayTransportOptions } from '../transport-options.js'
import type { BreakerSettings, TlsSettings, Transport, TransportEvent, TransportSettings } from './types.js'

/** What a transport needs to know beside its options. */
export interface TransportBasis {
  /** Of the service's address: `https:` or `http:`. */
  readonly protocol: string
  readonly observe: (event: TransportEvent) => void
  /** An option's name as those see it who set it. */
  readonly nameOption: (path: readonly string[]) => string
}

const DEFAULTS = Object.freeze({ timeoutMs: 10_000, maxAnswerBytes: 65_536, retries: 1, maxConcurrent: 64, maxQueued: 512 })
const CONNECT_TIMEOUT_MS = 2_000

/**
 * A transport, from options whose shape has been checked.
 * @throws {AUTH_OPTION_INVALID} when they do not go together, or the files of `tls` are none
 */
export function resolveTransport (options: GatewayTransportOptions, { protocol, observe, nameOption }: TransportBasis): Transport {
  const { breaker, tls, connectTimeoutMs = CONNECT_TIMEOUT_MS, socketPath = null, ...numbers } = options
  const common = { ...DEFAULTS, ...pickDefaulted(numbers) }
  assertTls(tls, protocol, nameOption)
  const settings: TransportSettings = {
    ...common,
    connectTimeoutMs: Math.min(connectTimeoutMs, common.timeoutMs),
    breaker: breaker === null ? null : toBreaker(breaker),
    tls: tls === undefined ? null : copyTls(tls),
    socketPath,
    observe
  }
  try {
    return createTransport(Object.freeze(settings))
  } catch {
    // Its text may show what is in the files.
    throw new AUTH_OPTION_INVALID(`${nameOption(['tls'])} holds something that cannot be read, or a key that is not the certificate's`)
  }
}

function pickDefaulted (numbers: GatewayTransportOptions): Partial<typeof DEFAULTS> {
  return Object.fromEntries(Object.entries(numbers).filter(([name, value]) => name in DEFAULTS && value !== undefined))
}

function assertTls (tls: GatewayTlsOptions | undefined, protocol: string, nameOption: TransportBasis['nameOption']): void {
  if (tls === undefined) return
  if (protocol !== 'https:') {
    throw new AUTH_OPTION_INVALID(`${nameOption(['tls'])} needs an https address`)
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['tls', tls.cert === undefined ? 'cert' : 'key'])} is missing: a certificate and its key go together`)
  }
}

function toBreaker ({ minFailures = 5, failurePercent = 50, windowSeconds = 10, openSeconds = 5 }: GatewayBreakerOptions = {}): BreakerSettings {
  return Object.freeze({ minFailures, failureRate: failurePercent / 100, windowMs: windowSeconds * 1000, openMs: openSeconds * 1000 })
}

function copyTls ({ ca, cert, key, servername }: GatewayTlsOptions): TlsSettings {
  return Object.freeze({
    ...ca !== undefined && { ca: Object.freeze([ca].flat()) },
    ...cert !== undefined && { cert },
    ...key !== undefined && { key },
    ...servername !== undefined && { servername }
  })
}
