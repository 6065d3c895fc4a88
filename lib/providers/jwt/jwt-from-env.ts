import { createJwtProvider } from './jwt.js'
import { nameByVariable, readEnv } from './read-env.js'
import { isRecord } from '../../util/is-record.js'

import type { JwtOptions } from './options.js'
import type { Env } from './read-env.js'
import type { JwtProvider } from '../../../types/providers.js'

const VARIABLES = Object.freeze({ issuer: 'AUTH_ISSUER', audience: 'AUTH_AUDIENCE' })
const KEY_VARIABLES = Object.freeze({ jwksUri: 'AUTH_JWKS_URI', publicKey: 'AUTH_PUBLIC_KEY', secret: 'AUTH_SECRET' })

/**
 * {@link jwt} with options from the environment: `AUTH_ISSUER`, `AUTH_AUDIENCE` and one of `AUTH_JWKS_URI`, `AUTH_PUBLIC_KEY` (PEM, its line feeds
 * written as `\n` or as they are, or a JSON Web Key) and `AUTH_SECRET`. Values are taken as they are: there are no lists in them.
 *
 * @param overrides options that count in place of those of the environment; with keys among them, the variables for keys are not read
 * @throws {AUTH_OPTION_INVALID} naming the variable that is missing or wrong
 */
export function jwtFromEnv (env: Env = process.env, overrides: Partial<JwtOptions> = {}): JwtProvider {
  const hasKeys = ['jwks', ...Object.keys(KEY_VARIABLES)].some(option => overrides[option as keyof JwtOptions] !== undefined)
  const { publicKey, ...keys } = hasKeys ? {} : readEnv(env, KEY_VARIABLES)
  const options = {
    ...readEnv(env, VARIABLES),
    ...keys,
    ...publicKey !== undefined && { publicKey: parseKey(publicKey) },
    ...overrides
  }
  return createJwtProvider(options, nameByVariable('jwt', { ...VARIABLES, ...KEY_VARIABLES }))
}

function parseKey (text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : text
  } catch {
    return text.replaceAll('\\n', '\n')
  }
}
