import type { ConnectionOptions } from 'node:tls'
import type { PoolOptions } from './connect-options.js'

/** The options of a pool, with all that was not said. */
export type PoolSettings = Readonly<Required<Omit<PoolOptions, 'tls'>>> & {
  /** `false`: nothing is encrypted. */
  readonly tls: ConnectionOptions | false
}

/** Fills in what was not said. Certificates are checked unless somebody says in so many words that they are not. */
export function toPoolSettings (options: PoolOptions, tlsByAddress: boolean): PoolSettings {
  const { maxConnections = 10, acquireTimeoutMs = 5_000, queryTimeoutMs = 5_000, idleSeconds = 60, maxAgeSeconds = 3_600, tls = tlsByAddress } = options
  return Object.freeze({ maxConnections, acquireTimeoutMs, queryTimeoutMs, idleSeconds, maxAgeSeconds, tls: tls === true ? {} : tls && { ...tls } })
}
