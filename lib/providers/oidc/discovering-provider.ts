import { createDiscoveryKeySource } from './discovery-key-source.js'
import { DEFAULT_ALGORITHMS } from '../jwt/algorithms.js'
import { BEARER_TOKEN, createProvider } from '../jwt/create-provider.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { RemoteKeySet } from '../jwt/remote-key-set.js'
import { resolveSettings } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { Endpoints } from './discovery-key-source.js'
import type { OidcOptions } from './options.js'
import type { Dialect } from '../jwt/dialect.js'
import type { NameOption } from '../jwt/resolve-settings.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { SecurityScheme } from '../../../types/scheme.js'

/** What differs between `oidc` and its presets. */
export interface DiscoveringParts {
  readonly name: string
  readonly nameOption: NameOption
  /** What the issuer's tokens mean. Default: what the RFCs say. */
  readonly dialect?: Dialect
  /** Other spellings of the issuer in `iss`. */
  readonly aliases?: readonly string[]
}

/**
 * A provider that finds out where its issuer's keys are; the shape of `options` has been checked.
 * @throws {AUTH_OPTION_INVALID} when they do not go together
 */
export function createDiscoveringProvider (options: OidcOptions, { name, nameOption, dialect, aliases = [] }: DiscoveringParts): JwtProvider {
  const { issuer, discoveryUrl = toDiscoveryUrl(issuer), securityScheme = 'openIdConnect' } = options
  if (!isAllowedUrl(issuer) || issuer.includes('?')) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['issuer'])} must be ${ALLOWED_URL}, and without a query`)
  }
  if (!isAllowedUrl(discoveryUrl)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['discoveryUrl'])} must be ${ALLOWED_URL}`)
  }
  const basis = { name, issuers: [issuer, ...aliases], algorithms: DEFAULT_ALGORITHMS, nameOption }
  const settings = resolveSettings(options, dialect === undefined ? basis : { ...basis, dialect })
  const source = createDiscoveryKeySource({ ...settings, issuer, discoveryUrl })
  return createProvider(options, {
    settings,
    keySet: new RemoteKeySet(source, settings),
    describe: () => describeTokens(securityScheme, source.endpoints, discoveryUrl)
  })
}

/** Names the options of a factory: `oidc.audience`. */
export function nameOptionsOf (factory: string): NameOption {
  return function nameOption (path) {
    return [factory, ...path].join('.')
  }
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
