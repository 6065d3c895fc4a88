import { Type } from '@sinclair/typebox'

import type { ConnectionOptions } from 'node:tls'
import type { Count, Milliseconds, Seconds } from '../../../types/units.js'

/** What `connect` is told about its pool. */
export interface PoolOptions {
  /** How many connections there are at most, 1 to 1,000; default 10. */
  readonly maxConnections?: Count
  /** How long a query waits for a connection, and a connection to be made; default 5,000. */
  readonly acquireTimeoutMs?: Milliseconds
  /** How long a query may take; then its connection is given up. Default 5,000. */
  readonly queryTimeoutMs?: Milliseconds
  /** How long a connection that nobody needs is kept; default 60. */
  readonly idleSeconds?: Seconds
  /** How old a connection gets before another takes its place; `null`: there is no limit. Default 3,600. */
  readonly maxAgeSeconds?: Seconds | null
  /** `true`: encrypted, and the server's certificate is checked; an object: the same, with options of Node's `tls.connect`. Default: what the address says, else `false`. */
  readonly tls?: boolean | ConnectionOptions
}

/** What `connect` accepts second. */
export const poolOptionsSchema = Type.Object({
  maxConnections: integer('', 1, 1_000),
  acquireTimeoutMs: integer(' of milliseconds', 1, 600_000),
  queryTimeoutMs: integer(' of milliseconds', 1, 600_000),
  idleSeconds: integer(' of seconds', 1, 86_400),
  maxAgeSeconds: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 31_536_000 }), Type.Null()], { description: 'a whole number of seconds from 1 to 31,536,000, or null' })),
  tls: Type.Optional(Type.Union([Type.Boolean(), Type.Object({})], { description: 'true, false or an object with options of tls.connect' }))
}, { additionalProperties: false, description: 'an object with options' })

function integer (ofWhat: string, minimum: number, maximum: number) {
  return Type.Optional(Type.Integer({ minimum, maximum, description: `a whole number${ofWhat} from ${minimum.toLocaleString('en-US')} to ${maximum.toLocaleString('en-US')}` }))
}
