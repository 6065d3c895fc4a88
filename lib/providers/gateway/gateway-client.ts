import { ServiceClient } from './service-client.js'

import type { GatewayOptions } from './options.js'
import type { GatewayOutcome } from './outcome.js'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

/** What a question may come with. */
export interface ValidateOptions {
  /** Ends the question; its caller has gone. Counts against nobody. */
  readonly signal?: AbortSignal
  /** Whose headers, address and route the service is told of, as far as the options say. Default: none. */
  readonly request?: FastifyRequest
  /** Where failures are logged. Default: that of the request, or nowhere. */
  readonly log?: FastifyBaseLogger
}

/** Asks an external service about credentials. */
export interface GatewayClient {
  readonly name: string
  /**
   * What the service says of a token or a key.
   * @throws {AUTH_GATEWAY_BODY_TOO_LARGE} 413, when the service is to see a body that is too long for that
   */
  validate (token: string, options?: ValidateOptions): Promise<GatewayOutcome>
  /** Forgets what was decided about a token: in this process at once, in others when it resolves. What is under way is not kept. */
  forgetToken (token: string): Promise<void>
  /** Forgets what was decided about whoever has this id. */
  forgetSubject (subject: string): Promise<void>
  /** Forgets everything. */
  forgetAll (): Promise<void>
  /** Ends what is under way and closes all connections. What is asked later opens new ones. */
  close (): Promise<void>
}

/**
 * What `gateway` asks, for whoever has no request, or wants to know without letting anybody in: jobs, sockets, another service tried beside the first.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @example
 * const client = gatewayClient({ url: 'https://auth.example.com/validate' })
 * const { kind } = await client.validate(token)
 */
export function gatewayClient (options: GatewayOptions): GatewayClient {
  return new ServiceClient(options, path => ['gatewayClient', ...path].join('.'))
}
