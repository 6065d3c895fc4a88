import { createCognitoProvider } from './cognito.js'
import { nameByVariable, parseWholeNumber, readEnv } from '../jwt/read-env.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { CognitoOptions } from './options.js'
import type { Env } from '../jwt/read-env.js'
import type { JwtProvider } from '../../../types/providers.js'

const VARIABLES = Object.freeze({
  userPoolId: 'USER_POOL_ID',
  region: 'USER_POOL_REGION',
  clientId: 'USER_POOL_CLIENT_ID',
  jwksUri: 'JWKS_URL_TEMPLATE',
  jwksMaxAgeSeconds: 'JWKS_CACHE_INTERVAL',
  jwksMaxUses: 'JWKS_CACHE_USAGES',
  clockToleranceSeconds: 'JWT_LEEWAY'
})
const SWITCH = 'JWT_TOKEN_VERIFICATION_DISABLED'
const OFF = ['', 'false', '0', 'no']

const DEFAULT_MINUTES = 20
const MAX_MINUTES = 10_080
const DEFAULT_USES = 1_000

type Texts = Partial<Record<keyof typeof VARIABLES, string>>

/**
 * A {@link cognito} with options from the environment: `USER_POOL_ID`, `USER_POOL_CLIENT_ID` and, where wanted, `USER_POOL_REGION`,
 * `JWKS_URL_TEMPLATE` (with `{}` for the region and again for the pool, or `{region}` and `{pool}`), `JWKS_CACHE_INTERVAL` (minutes),
 * `JWKS_CACHE_USAGES` and `JWT_LEEWAY` (seconds). Values are taken as they are: there are no lists in them.
 *
 * @param overrides options that count in place of those of the environment; to accept every client of the pool, write `clientId: null` here
 * @throws {AUTH_OPTION_INVALID} naming the variable that is missing or wrong, or `JWT_TOKEN_VERIFICATION_DISABLED`, which nothing here obeys
 */
export function cognitoFromEnv (env: Env = process.env, overrides: Partial<CognitoOptions> = {}): JwtProvider {
  if (!OFF.includes((env[SWITCH] ?? '').trim().toLowerCase())) {
    throw new AUTH_OPTION_INVALID(`${SWITCH} is set, and there is no such switch: tokens are always verified; remove it`)
  }
  const isOpen = ([option]: [string, string]): boolean => overrides[option as keyof CognitoOptions] === undefined
  const variables = Object.fromEntries(Object.entries(VARIABLES).filter(isOpen))
  const { jwksUri, jwksMaxAgeSeconds, jwksMaxUses, clockToleranceSeconds, ...texts }: Texts = readEnv(env, variables)
  const options = {
    ...texts,
    ...jwksUri !== undefined && { jwksUri: fillTemplate(jwksUri, { ...texts, ...overrides }) },
    ...jwksMaxAgeSeconds !== undefined && { jwksMaxAgeSeconds: toSeconds(jwksMaxAgeSeconds) },
    ...jwksMaxUses !== undefined && { jwksMaxUses: parseWholeNumber(jwksMaxUses, VARIABLES.jwksMaxUses) || DEFAULT_USES },
    ...clockToleranceSeconds !== undefined && { clockToleranceSeconds: parseWholeNumber(clockToleranceSeconds, VARIABLES.clockToleranceSeconds) },
    ...overrides
  }
  return createCognitoProvider(options, nameByVariable('cognito', variables))
}

function toSeconds (text: string): number {
  const minutes = parseWholeNumber(text, VARIABLES.jwksMaxAgeSeconds) || DEFAULT_MINUTES
  if (minutes > MAX_MINUTES) {
    throw new AUTH_OPTION_INVALID(`${VARIABLES.jwksMaxAgeSeconds} must be a whole number of minutes, 1 to ${MAX_MINUTES}, or 0 for ${DEFAULT_MINUTES}`)
  }
  return minutes * 60
}

/** @throws {AUTH_OPTION_INVALID} when the pool would not be in it */
function fillTemplate (template: string, { userPoolId = '', region }: Pick<Partial<CognitoOptions>, 'userPoolId' | 'region'>): string {
  const [home = ''] = [region ?? userPoolId.slice(0, userPoolId.lastIndexOf('_'))].flat()
  const [first, second, third, ...others] = template.split('{}')
  if (second !== undefined && third !== undefined && others.length === 0) {
    return `${first}${home}${second}${userPoolId}${third}`
  }
  if (second !== undefined || !template.includes('{pool}')) {
    throw new AUTH_OPTION_INVALID(`${VARIABLES.jwksUri} must have {} for the region and again for the user pool, or {region} and {pool}`)
  }
  return template.replaceAll('{region}', home).replaceAll('{pool}', userPoolId)
}
