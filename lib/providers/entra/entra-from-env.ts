import { CLOUDS } from './clouds.js'
import { createEntraProvider } from './entra.js'
import { nameByVariable, parseWholeNumber, readEnv } from '../jwt/read-env.js'

import type { EntraCloud } from './clouds.js'
import type { EntraOptions } from './options.js'
import type { Env } from '../jwt/read-env.js'
import type { JwtProvider } from '../../../types/providers.js'

const PREFIX = 'AUTH_PROVIDER_AZURE_ENTRA_ID'

const VARIABLES = Object.freeze({
  tenantId: `${PREFIX}_TENANT_ID`,
  audience: `${PREFIX}_AUDIENCE_ID`,
  clockToleranceSeconds: `${PREFIX}_LEEWAY`,
  discoveryUrl: `${PREFIX}_JWKS_URL_TEMPLATE`
})

/**
 * {@link entra} with options from the environment: `AUTH_PROVIDER_AZURE_ENTRA_ID_TENANT_ID`, `AUTH_PROVIDER_AZURE_ENTRA_ID_AUDIENCE_ID` and, where wanted,
 * `AUTH_PROVIDER_AZURE_ENTRA_ID_LEEWAY` (seconds) and `AUTH_PROVIDER_AZURE_ENTRA_ID_JWKS_URL_TEMPLATE` (the address of metadata, with `{tenant}` in it;
 * one of Microsoft's hosts chooses the cloud). Values are taken as they are: there are no lists in them.
 *
 * @param overrides options that count in place of those of the environment
 * @throws {AUTH_OPTION_INVALID} naming the variable that is missing or wrong
 */
export function entraFromEnv (env: Env = process.env, overrides: Partial<EntraOptions> = {}): JwtProvider {
  const { clockToleranceSeconds: leeway, ...texts } = readEnv(env, VARIABLES)
  const options = {
    ...texts,
    ...leeway !== undefined && { clockToleranceSeconds: parseWholeNumber(leeway, VARIABLES.clockToleranceSeconds) },
    ...toCloud(texts.discoveryUrl),
    ...overrides
  }
  return createEntraProvider(options, nameByVariable('entra', VARIABLES))
}

/** The cloud whose host it is. */
function toCloud (template = ''): { readonly cloud?: EntraCloud } {
  const origin = URL.canParse(template) ? new URL(template).origin : ''
  const cloud = (Object.keys(CLOUDS) as EntraCloud[]).find(name => CLOUDS[name].login === origin || CLOUDS[name].keys.includes(origin))
  return cloud === undefined ? {} : { cloud }
}
