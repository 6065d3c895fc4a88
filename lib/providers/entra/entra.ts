import { toAudienceForms } from './audience-forms.js'
import { CLOUDS } from './clouds.js'
import { createEntraDialect } from './entra-dialect.js'
import { createEntraKeySet } from './entra-key-set.js'
import { parseIssuer, TENANT_PLACEHOLDER, toIssuer } from './issuers.js'
import { createMetadataKeySource } from './metadata-key-source.js'
import { entraOptionsSchema } from './options.js'
import { resolveTenants } from './resolve-tenants.js'
import { BEARER_TOKEN, createProvider } from '../jwt/create-provider.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { RemoteKeySet } from '../jwt/remote-key-set.js'
import { assertOptions, resolveSettings } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { EntraCloud } from './clouds.js'
import type { TokenVersion } from './issuers.js'
import type { EntraOptions } from './options.js'
import type { Tenants } from './resolve-tenants.js'
import type { KeySet } from '../jwt/key-set.js'
import type { JwtSettings, NameOption } from '../jwt/resolve-settings.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { SecurityScheme } from '../../../types/scheme.js'

/** What stands for the tenant in the option `discoveryUrl`. */
const TENANT = '{tenant}'

/** What that option holds for tokens of version 2.0 only. */
const VERSION = '/v2.0/'

/** An option on its way, with what it is resolved with. */
interface Scene {
  readonly tenants: Tenants
  readonly cloud: EntraCloud
  readonly discoveryUrl: string
}

/**
 * A provider for the access tokens, of both versions, that Microsoft Entra ID (formerly Azure AD) issues for this API.
 *
 * Costs two fetches for each version when the app boots and every 20 minutes after that.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens
 * @example entra({ tenantId: 'aaaabbbb-0000-cccc-1111-dddd2222eeee', audience: '00001111-aaaa-2222-bbbb-3333cccc4444' })
 */
export function entra (options: EntraOptions): JwtProvider {
  return createEntraProvider(options, nameEntraOption)
}

/** {@link entra}, for those who got its options from somewhere else. */
export function createEntraProvider (options: unknown, nameOption: NameOption): JwtProvider {
  assertOptions<EntraOptions>(entraOptionsSchema, options, nameOption)
  assertRoles(options, nameOption)
  const { cloud = 'public', securityScheme = 'openIdConnect', discoveryUrl = `${CLOUDS[cloud].login}/${TENANT}${VERSION}.well-known/openid-configuration` } = options
  const tenants = resolveTenants(options, cloud, nameOption)
  assertOwnKeys(options, tenants, nameOption)
  const scene = { tenants, cloud, discoveryUrl: toDiscoveryUrl(discoveryUrl, tenants, nameOption) }
  const settings = resolveSettings({ ...options, audience: toAudienceForms(options.audience) }, {
    name: 'entra',
    issuers: tenants.issuers,
    algorithms: ['RS256'],
    nameOption,
    dialect: createEntraDialect(options, tenants, cloud)
  })
  return createProvider(options, {
    settings,
    keySet: createKeySet(scene, settings, options.signingKeysAppId ?? null),
    describe: () => describeTokens(securityScheme, scene),
    ...tenants.isOpen && { ownsIssuer: (iss: string) => ownsIssuer(iss, scene) }
  })
}

function createKeySet ({ tenants, cloud, discoveryUrl }: Scene, settings: JwtSettings, appId: string | null): KeySet {
  const { login, keys } = CLOUDS[cloud]

  function createSet (version: TokenVersion): KeySet {
    const source = createMetadataKeySource({
      ...settings,
      issuer: toIssuer(tenants.published, version, cloud),
      discoveryUrl: version === '2.0' ? discoveryUrl : discoveryUrl.replace(VERSION, '/'),
      origins: [login, ...keys],
      appId
    })
    return new RemoteKeySet(source, settings)
  }

  return createEntraKeySet(new Map(tenants.versions.map(version => [version, createSet(version)])), cloud)
}

function ownsIssuer (iss: string, { tenants, cloud }: Scene): boolean {
  const issuer = parseIssuer(iss, cloud)
  return issuer !== null && tenants.accepts(issuer.tenantId)
}

/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#sample-response */
function describeTokens (wanted: NonNullable<EntraOptions['securityScheme']>, { tenants: { authority }, cloud, discoveryUrl }: Scene): SecurityScheme {
  if (wanted === 'http') {
    return BEARER_TOKEN
  }
  if (wanted === 'openIdConnect') {
    return { type: 'openIdConnect', openIdConnectUrl: discoveryUrl }
  }
  const endpoints = `${CLOUDS[cloud].login}/${authority}/oauth2/v2.0`
  return { type: 'oauth2', flows: { authorizationCode: { authorizationUrl: `${endpoints}/authorize`, tokenUrl: `${endpoints}/token`, scopes: {} } } }
}

function toDiscoveryUrl (template: string, { authority }: Tenants, nameOption: NameOption): string {
  const parts = [TENANT, VERSION].map(part => template.split(part).length)
  const url = template.replace(TENANT, authority)
  if (parts.some(length => length !== 2) || !isAllowedUrl(url)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['discoveryUrl'])} must be ${ALLOWED_URL}, with ${TENANT} and ${VERSION} in it once each`)
  }
  return url
}

function assertRoles ({ directoryRoles, claims }: EntraOptions, nameOption: NameOption): void {
  if (directoryRoles === true && claims?.roles === null) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['directoryRoles'])} must not be true beside claims.roles: null`)
  }
}

/** Who runs a tenant puts keys to an app in it: such keys must not come to sign for others. */
function assertOwnKeys ({ signingKeysAppId }: EntraOptions, { published }: Tenants, nameOption: NameOption): void {
  if (signingKeysAppId !== undefined && published === TENANT_PLACEHOLDER) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['signingKeysAppId'])} must stand beside one tenant: an app has its own keys in each`)
  }
}

function nameEntraOption (path: readonly string[]): string {
  return ['entra', ...path].join('.')
}
