import { createDiscoveryKeySource } from './discovery-key-source.js'
import { oidcOptionsSchema } from './options.js'
import { DEFAULT_ALGORITHMS } from '../jwt/algorithms.js'
import { BEARER_TOKEN, createProvider } from '../jwt/create-provider.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { RemoteKeySet } from '../jwt/remote-key-set.js'
import { assertOptions, resolveSettings } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { Endpoints } from './discovery-key-source.js'
import type { OidcOptions } from './options.js'
import type { NameOption } from '../jwt/resolve-settings.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { SecurityScheme } from '../../../types/scheme.js'

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
  const { issuer, discoveryUrl = toDiscoveryUrl(issuer), securityScheme = 'openIdConnect' } = options
  if (!isAllowedUrl(issuer) || issuer.includes('?')) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['issuer'])} must be ${ALLOWED_URL}, and without a query`)
  }
  if (!isAllowedUrl(discoveryUrl)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['discoveryUrl'])} must be ${ALLOWED_URL}`)
  }
  const settings = resolveSettings(options, { name: 'oidc', issuers: [issuer], algorithms: DEFAULT_ALGORITHMS, nameOption })
  const source = createDiscoveryKeySource({ ...settings, issuer, discoveryUrl })
  return createProvider(options, {
    settings,
    keySet: new RemoteKeySet(source, settings),
    describe: () => describeTokens(securityScheme, source.endpoints, discoveryUrl)
  })
}

/** OpenAPI 3.1, sections 4.8.27 and 4.8.28; RFC 6749, section 4.1. */
function describeTokens (wanted: NonNullable<OidcOptions['securityScheme']>, endpoints: Endpoints | 'none' | null, openIdConnectUrl: string): SecurityScheme {
  if (wanted === 'http' || endpoints === 'none') {
    return BEARER_TOKEN
  }
  if (wanted === 'oauth2' && endpoints !== null) {
    return { type: 'oauth2', flows: { authorizationCode: { authorizationUrl: endpoints.authorization, tokenUrl: endpoints.token, scopes: {} } } }
  }
  return { type: 'openIdConnect', openIdConnectUrl }
}

/** OpenID Connect Discovery 1.0, section 4.1. */
function toDiscoveryUrl (issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function nameOidcOption (path: readonly string[]): string {
  return ['oidc', ...path].join('.')
}
