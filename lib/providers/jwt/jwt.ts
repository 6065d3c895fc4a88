import { DEFAULT_ALGORITHMS, DEFAULT_SECRET_ALGORITHMS } from './algorithms.js'
import { BEARER_TOKEN, createProvider } from './create-provider.js'
import { ALLOWED_URL, isAllowedUrl } from './is-allowed-url.js'
import { createUrlKeySource } from './key-source.js'
import { jwtOptionsSchema } from './options.js'
import { createPublicKeySet } from './public-key.js'
import { RemoteKeySet } from './remote-key-set.js'
import { assertOptions, resolveSettings, toList } from './resolve-settings.js'
import { createSecretKeySet } from './secret-key-set.js'
import { createStaticKeySet } from './static-key-set.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { KeySet } from './key-set.js'
import type { JwtOptions } from './options.js'
import type { JwtSettings, NameOption } from './resolve-settings.js'
import type { JwtProvider } from '../../../types/providers.js'

const KEY_OPTIONS = ['jwksUri', 'jwks', 'publicKey', 'secret'] as const

/**
 * A provider for JWTs of one or several issuers whose keys come from `jwksUri`, `jwks`, `publicKey` or `secret`.
 *
 * Costs a fetch of the keys when the app boots and every 20 minutes after that, with `jwksUri` only.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong, or a key cannot be trusted
 * @see RFC 7519; RFC 8725
 * @example jwt({ issuer: 'https://issuer.example', audience: 'https://api.example', jwksUri: 'https://issuer.example/jwks' })
 */
export function jwt (options: JwtOptions): JwtProvider {
  return createJwtProvider(options, nameJwtOption)
}

/** {@link jwt}, for those who got its options from somewhere else. */
export function createJwtProvider (options: unknown, nameOption: NameOption): JwtProvider {
  assertOptions<JwtOptions>(jwtOptionsSchema, options, nameOption)
  const given = KEY_OPTIONS.filter(name => options[name] !== undefined)
  if (given.length !== 1) {
    const names = KEY_OPTIONS.map(name => nameOption([name])).join(', ')
    throw new AUTH_OPTION_INVALID(`exactly one of ${names} must say which keys are trusted, not ${given.length}`)
  }
  const settings = resolveSettings(options, {
    name: 'jwt',
    issuers: toList(options.issuer),
    algorithms: options.secret === undefined ? DEFAULT_ALGORITHMS : DEFAULT_SECRET_ALGORITHMS,
    nameOption
  })
  return createProvider(options, {
    settings,
    keySet: createKeySet(options, settings, nameOption),
    describe: () => BEARER_TOKEN
  })
}

function createKeySet ({ jwksUri, jwks, publicKey, secret }: JwtOptions, settings: JwtSettings, nameOption: NameOption): KeySet {
  const { algorithms } = settings
  if (jwks !== undefined) {
    return createStaticKeySet(jwks.keys, algorithms, nameOption(['jwks']))
  }
  if (publicKey !== undefined) {
    return createPublicKeySet(publicKey, algorithms, nameOption(['publicKey']))
  }
  if (secret !== undefined) {
    return createSecretKeySet(secret, algorithms, { secret: nameOption(['secret']), algorithms: nameOption(['algorithms']) })
  }
  if (!isAllowedUrl(jwksUri)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['jwksUri'])} must be ${ALLOWED_URL}`)
  }
  return new RemoteKeySet(createUrlKeySource(jwksUri, settings), settings)
}

function nameJwtOption (path: readonly string[]): string {
  return ['jwt', ...path].join('.')
}
