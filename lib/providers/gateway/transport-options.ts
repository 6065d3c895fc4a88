import { Type } from '@sinclair/typebox'

import type { TInteger } from '@sinclair/typebox'
import type { Bytes, Count, Milliseconds, OneOrMore, Seconds } from '../../../types/units.js'

/** Whom to trust, and who we are: files of TLS as PEM. The service's certificate is always verified. */
export interface GatewayTlsOptions {
  /** Who may have signed the service's certificate, in place of the authorities that Node knows. */
  readonly ca?: OneOrMore<string>
  /** Our own certificate, with those of who signed it, for services that ask for one. Only with `key`. */
  readonly cert?: string
  /** The private key of `cert`. */
  readonly key?: string
  /** The name that the service's certificate must be for, where that is not the host of `url`. RFC 6066, section 3. */
  readonly servername?: string
}

/** When the service is given a rest. */
export interface GatewayBreakerOptions {
  /** So many failed calls it takes, 1 to 10,000; default 5. */
  readonly minFailures?: Count
  /** So many of a hundred calls must have failed, 1 to 100; default 50. */
  readonly failurePercent?: Count
  /** Calls of so many seconds count, 1 to 3,600; default 10. */
  readonly windowSeconds?: Seconds
  /** How long nobody is asked, before one call shows how things are: seconds, 1 to 3,600; default 5. */
  readonly openSeconds?: Seconds
}

/** How a service is asked. */
export interface GatewayTransportOptions {
  /** How long the answer may take, its turn, retries and body included. Milliseconds, 1 to 60,000; default 10,000. */
  readonly timeoutMs?: Milliseconds
  /** How long it may take to connect, TLS included; about half a second more where it is over one second. Milliseconds, 1 to 60,000; default 2,000. */
  readonly connectTimeoutMs?: Milliseconds
  /** How large the body of an answer may be. Bytes, 0 to 10,485,760; default 65,536. */
  readonly maxAnswerBytes?: Bytes
  /**
   * How often more the service is asked when the connection fails or ends early, and when it answers 502, 503 or 504 without `Retry-After`, inside of
   * `timeoutMs`. What may have arrived is sent again only where that does no harm: GET, HEAD and introspection. 0 to 5; default 1.
   */
  readonly retries?: Count
  /** How many calls are under way at once, and how many connections are open. 1 to 1,000; default 64. */
  readonly maxConcurrent?: Count
  /** How many calls wait for their turn, each network's in a line of its own; with more, the longest line loses its last. 0 to 100,000; default 512. */
  readonly maxQueued?: Count
  /** When nobody is asked any more, for the rest of the service and of the callers; `null`: never. */
  readonly breaker?: GatewayBreakerOptions | null
  /** Certificates of one's own; default: the authorities that Node knows, and no certificate of ours. */
  readonly tls?: GatewayTlsOptions
  /** The path of a unix domain socket, where the service listens on one; `url` then says what is asked for there. */
  readonly socketPath?: string
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const pem = Type.String({ pattern: '-----BEGIN ', description: 'a PEM text' })

/** The part of a gateway's schema that says how a service is asked. */
export const transportProperties = Object.freeze({
  timeoutMs: Type.Optional(integer(' of milliseconds', 1, 60_000)),
  connectTimeoutMs: Type.Optional(integer(' of milliseconds', 1, 60_000)),
  maxAnswerBytes: Type.Optional(integer(' of bytes', 0, 10_485_760)),
  retries: Type.Optional(integer('', 0, 5)),
  maxConcurrent: Type.Optional(integer('', 1, 1_000)),
  maxQueued: Type.Optional(integer('', 0, 100_000)),
  breaker: Type.Optional(Type.Union([Type.Null(), Type.Object({
    minFailures: Type.Optional(integer('', 1, 10_000)),
    failurePercent: Type.Optional(integer('', 1, 100)),
    windowSeconds: Type.Optional(integer(' of seconds', 1, 3_600)),
    openSeconds: Type.Optional(integer(' of seconds', 1, 3_600))
  }, { additionalProperties: false })], { description: 'null, or an object with minFailures, failurePercent, windowSeconds and openSeconds' })),
  tls: Type.Optional(Type.Object({
    ca: Type.Optional(Type.Union([pem, Type.Array(pem, { minItems: 1 })], { description: 'a PEM text or a list of them' })),
    cert: Type.Optional(pem),
    key: Type.Optional(pem),
    servername: Type.Optional(text)
  }, { additionalProperties: false, description: 'an object with ca, cert, key and servername' })),
  socketPath: Type.Optional(text)
})

function integer (ofWhat: string, minimum: number, maximum: number): TInteger {
  return Type.Integer({ minimum, maximum, description: `a whole number${ofWhat} from ${minimum} to ${maximum.toLocaleString('en-US')}` })
}
