import { Type } from '@sinclair/typebox'

import type { TInteger } from '@sinclair/typebox'
import type { Store } from '../../../types/store.js'
import type { Count, Seconds } from '../../../types/units.js'

/** How long decisions of a service are remembered. Two requests have one decision when all that is sent for them is the same, but for `X-Request-Id` and `traceparent`, and the guards of their routes ask the same. */
export interface GatewayCacheOptions {
  /** How long a caller who was allowed is let in without a question, never longer than his token's `exp`: so long may a revoked token still get in. Seconds, 0 (never) to 3,600; default 30. */
  readonly allowedSeconds?: Seconds
  /** How long one who was denied is refused without a question. Seconds, 0 to 300; default 5. */
  readonly deniedSeconds?: Seconds
  /** How many decisions this process keeps where there is no `store`, those allowed and those denied apart; those asked for least lately go first. 1 to 1,000,000; default 10,000. */
  readonly max?: Count
  /** Keeps the decisions instead of this process's memory, for all processes that share it, under digests; gateways share decisions of one `name` and `url` where they read answers alike. While it fails, the service is asked. */
  readonly store?: Store
  /** `true`: `no-store`, `no-cache` and `max-age` of the service's `Cache-Control` shorten these times; nothing lengthens them. Default `false`. RFC 9111, section 5.2.2. */
  readonly honorCacheControl?: boolean
}

const fn = Type.Function([], Type.Unknown())

/** What a gateway's option `cache` accepts. */
export const cacheProperty = Type.Optional(Type.Union([Type.Null(), Type.Object({
  allowedSeconds: Type.Optional(integer(' of seconds', 0, 3_600)),
  deniedSeconds: Type.Optional(integer(' of seconds', 0, 300)),
  max: Type.Optional(integer('', 1, 1_000_000)),
  // In a union a member may be inherited: a store may be an instance of a class.
  store: Type.Optional(Type.Union([Type.Object({ get: fn, set: fn, delete: fn, clear: fn }), Type.Never()], {
    description: 'a Store: an object with the methods get, set, delete and clear'
  })),
  honorCacheControl: Type.Optional(Type.Boolean({ description: 'true or false' }))
}, { additionalProperties: false })], { description: 'null, or an object with allowedSeconds, deniedSeconds, max, store and honorCacheControl' }))

function integer (ofWhat: string, minimum: number, maximum: number): TInteger {
  return Type.Integer({ minimum, maximum, description: `a whole number${ofWhat} from ${minimum} to ${maximum.toLocaleString('en-US')}` })
}
