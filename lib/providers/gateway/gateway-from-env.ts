import { createGateway } from './gateway.js'
import { nameByVariable, parseWholeNumber, readEnv } from '../jwt/read-env.js'

import type { GatewayAuthenticator } from './gateway.js'
import type { GatewayOptions } from './options.js'
import type { Env } from '../jwt/read-env.js'

const VARIABLES = Object.freeze({ url: 'AUTH_GATEWAY_URL', timeoutMs: 'AUTH_GATEWAY_TIMEOUT_MS' })

/**
 * {@link gateway} with options from the environment: `AUTH_GATEWAY_URL` and, where wanted, `AUTH_GATEWAY_TIMEOUT_MS`.
 *
 * @param overrides options that count in place of those of the environment
 * @throws {AUTH_OPTION_INVALID} naming the variable that is missing or wrong
 */
export function gatewayFromEnv (env: Env = process.env, overrides: Partial<GatewayOptions> = {}): GatewayAuthenticator {
  const { timeoutMs, ...texts } = readEnv(env, VARIABLES)
  const options = { ...texts, ...timeoutMs !== undefined && { timeoutMs: parseWholeNumber(timeoutMs, VARIABLES.timeoutMs) }, ...overrides }
  return createGateway(options as GatewayOptions, nameByVariable('gateway', VARIABLES))
}
