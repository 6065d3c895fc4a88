import { createOidcProvider } from './oidc.js'
import { nameByVariable, parseWholeNumber, readEnv } from '../jwt/read-env.js'

import type { OidcOptions } from './options.js'
import type { Env } from '../jwt/read-env.js'
import type { JwtProvider } from '../../../types/providers.js'

const VARIABLES = Object.freeze({ issuer: 'AUTH_ISSUER', audience: 'AUTH_AUDIENCE', clockToleranceSeconds: 'AUTH_CLOCK_TOLERANCE_SECONDS' })

/**
 * {@link oidc} with options from the environment: `AUTH_ISSUER`, `AUTH_AUDIENCE` and, where wanted, `AUTH_CLOCK_TOLERANCE_SECONDS`.
 * Values are taken as they are: there are no lists in them.
 *
 * @param overrides options that count in place of those of the environment
 * @throws {AUTH_OPTION_INVALID} naming the variable that is missing or wrong
 */
export function oidcFromEnv (env: Env = process.env, overrides: Partial<OidcOptions> = {}): JwtProvider {
  const { clockToleranceSeconds: tolerance, ...texts } = readEnv(env, VARIABLES)
  const options = {
    ...texts,
    ...tolerance !== undefined && { clockToleranceSeconds: parseWholeNumber(tolerance, VARIABLES.clockToleranceSeconds) },
    ...overrides
  }
  return createOidcProvider(options, nameByVariable('oidc', VARIABLES))
}
