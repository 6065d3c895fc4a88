import { createDiscoveringProvider, nameOptionsOf } from './discovering-provider.js'
import { oidcOptionsSchema } from './options.js'
import { assertOptions } from '../jwt/resolve-settings.js'

import type { OidcOptions } from './options.js'
import type { NameOption } from '../jwt/resolve-settings.js'
import type { JwtProvider } from '../../../types/providers.js'

/**
 * A provider for the tokens of an OpenID provider, of which only the issuer and our audience need to be known.
 *
 * Costs a fetch of the issuer's description and one of its keys when the app boots and every 20 minutes after that.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see OpenID Connect Discovery 1.0; RFC 9068
 * @example oidc({ issuer: 'https://issuer.example', audience: 'https://api.example' })
 */
export function oidc (options: OidcOptions): JwtProvider {
  return createOidcProvider(options, nameOptionsOf('oidc'))
}

/** {@link oidc}, for those who got its options from somewhere else. */
export function createOidcProvider (options: unknown, nameOption: NameOption): JwtProvider {
  assertOptions<OidcOptions>(oidcOptionsSchema, options, nameOption)
  return createDiscoveringProvider(options, { name: 'oidc', nameOption })
}
