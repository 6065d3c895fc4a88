import { anyTenant } from './any-tenant.js'
import { CONSUMER_TENANT, isGuid, parseIssuer, TENANT_PLACEHOLDER, toIssuer } from './issuers.js'
import { toList } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { EntraCloud } from './clouds.js'
import type { TokenVersion } from './issuers.js'
import type { EntraOptions } from './options.js'
import type { NameOption } from '../jwt/resolve-settings.js'

/** Whose tokens are accepted, and for how much they count. */
export interface Tenants {
  /** The part of Microsoft's addresses that stands for all of them. */
  readonly authority: string
  /** What stands for the tenant in the issuer that metadata of this authority name. */
  readonly published: string
  /** The versions that their tokens have. */
  readonly versions: readonly TokenVersion[]
  /** Their issuers, or what these look like. */
  readonly issuers: readonly string[]
  /** Whether `issuers` are only what they look like. */
  readonly isOpen: boolean
  accepts (tenantId: string): boolean
  /** Whether groups and roles in tokens of this tenant count. */
  trusts (tenantId: string): boolean
}

const VERSIONS: readonly TokenVersion[] = ['2.0', '1.0']

/** Names of authorities that stand for many tenants. */
const MANY_TENANTS: readonly string[] = ['common', 'organizations', 'consumers']

type TenantOptions = Pick<EntraOptions, 'tenantId' | 'trustTenants' | 'personalAccounts'>

/** @throws {AUTH_OPTION_INVALID} when they are no tenants, or options are there that are not about them */
export function resolveTenants (options: TenantOptions, cloud: EntraCloud, nameOption: NameOption): Tenants {
  const { tenantId } = options
  if (tenantId === anyTenant) {
    return toOpenTenants(options, cloud)
  }
  for (const option of ['trustTenants', 'personalAccounts'] as const) {
    if (options[option] !== undefined) {
      throw new AUTH_OPTION_INVALID(`${nameOption([option])} is for anyTenant only: listed tenants are trusted as they are`)
    }
  }
  return toListedTenants(toTenantIds(tenantId, nameOption), cloud)
}

/**
 * GUIDs of tenants as tokens write them.
 * @throws {AUTH_OPTION_INVALID} when one is no GUID
 */
export function toTenantIds (tenantId: string | readonly string[] | symbol, nameOption: NameOption): readonly string[] {
  const ids = typeof tenantId === 'symbol' ? [''] : toList(tenantId).map(id => id.toLowerCase())
  if (ids.some(id => MANY_TENANTS.includes(id))) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['tenantId'])} must be the GUID of a tenant; for tokens of every tenant give the symbol anyTenant, and read what that means`)
  }
  if (!ids.every(isGuid)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['tenantId'])} must be the GUID of a tenant, its "Directory (tenant) ID", and no domain name: the issuer in tokens holds the GUID`)
  }
  return [...new Set(ids)]
}

function toListedTenants (ids: readonly string[], cloud: EntraCloud): Tenants {
  const issuers = ids.flatMap(id => VERSIONS.map(version => toIssuer(id, version, cloud))).filter(iss => parseIssuer(iss, cloud) !== null)
  const [first = '', second] = ids
  const authority = second === undefined ? first : toAuthority(ids.includes(CONSUMER_TENANT))
  return {
    authority,
    published: authority === first ? first : TENANT_PLACEHOLDER,
    versions: VERSIONS.filter(version => issuers.some(iss => parseIssuer(iss, cloud)?.version === version)),
    issuers,
    isOpen: false,
    accepts: tenantId => ids.includes(tenantId),
    trusts: () => true
  }
}

function toOpenTenants ({ trustTenants = [], personalAccounts = false }: TenantOptions, cloud: EntraCloud): Tenants {
  const trusted = trustTenants.map(id => id.toLowerCase())
  return {
    authority: toAuthority(personalAccounts),
    published: TENANT_PLACEHOLDER,
    versions: VERSIONS,
    issuers: VERSIONS.map(version => toIssuer(TENANT_PLACEHOLDER, version, cloud)),
    isOpen: true,
    accepts: tenantId => personalAccounts || tenantId !== CONSUMER_TENANT,
    trusts: tenantId => trusted.includes(tenantId)
  }
}

/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri */
function toAuthority (hasPersons: boolean): string {
  return hasPersons ? 'common' : 'organizations'
}
