import { createDiscoveryKeySource } from './discovery-key-source.js'
import { oidcOptionsSchema } from './options.js'
import { DEFAULT_ALGORITHMS } from '../jwt/algorithms.js'
import { createProvider } from '../jwt/create-provider.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { RemoteKeySet } from '../jwt/remote-key-set.js'
import { assertOptions, resolveSettings } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

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
  return createOidcProvider(options, nameOidcOption)
}

/** {@link oidc}, for those who got its options from somewhere else. */
export function createOidcProvider (options: unknown, nameOption: NameOption): JwtProvider {
  assertOptions<OidcOptions>(oidcOptionsSchema, options, nameOption)
  const { issuer, discoveryUrl = toDiscoveryUrl(issuer) } = options
  if (!isAllowedUrl(issuer) || issuer.includes('?')) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['issuer'])} must be ${ALLOWED_URL}, and without a query`)
  }
  if (!isAllowedUrl(discoveryUrl)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['discoveryUrl'])} must be ${ALLOWED_URL}`)
  }
  const settings = resolveSettings(options, { name: 'oidc', issuers: [issuer], algorithms: DEFAULT_ALGORITHMS, nameOption })
  return createProvider(options, {
    settings,
    keySet: new RemoteKeySet(createDiscoveryKeySource({ ...settings, issuer, discoveryUrl }), settings),
    securityScheme: { type: 'openIdConnect', openIdConnectUrl: discoveryUrl }
  })
}

/** OpenID Connect Discovery 1.0, section 4.1. */
function toDiscoveryUrl (issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function nameOidcOption (path: readonly string[]): string {
  return ['oidc', ...path].join('.')
}
