import { CLOUDS } from './clouds.js'

import type { EntraCloud } from './clouds.js'

/** The version of a token, as its claim `ver` writes it. */
export type TokenVersion = '1.0' | '2.0'

/** What an issuer's address says. */
export interface EntraIssuer {
  readonly tenantId: string
  readonly version: TokenVersion
}

/** Stands for the tenant in what is published for several of them. */
export const TENANT_PLACEHOLDER = '{tenantid}'

/**
 * Where accounts of persons are, who belong to no organization.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export const CONSUMER_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'

// guid = 8( HEXDIG ) 3( "-" 4( HEXDIG ) ) "-" 12( HEXDIG ), in lower case: the one spelling that tokens have
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a value is a GUID as tokens write it: with hyphens, in lower case, without braces. */
export function isGuid (value: unknown): value is string {
  return typeof value === 'string' && guid.test(value)
}

/** The issuer of a tenant's tokens. That of version 2.0 is the one form that its users are known by. */
export function toIssuer (tenantId: string, version: TokenVersion, cloud: EntraCloud): string {
  const { login, sts } = CLOUDS[cloud]
  return version === '2.0' ? `${login}/${tenantId}/v2.0` : `${sts}/${tenantId}/`
}

/**
 * What `iss` says, when it is exactly that of a tenant of this cloud; else `null`. There are no tokens of version 1.0 for persons.
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
export function parseIssuer (iss: string, cloud: EntraCloud): EntraIssuer | null {
  const tenantId = iss.split('/')[3]
  if (!isGuid(tenantId)) {
    return null
  }
  const versions: readonly TokenVersion[] = tenantId === CONSUMER_TENANT ? ['2.0'] : ['2.0', '1.0']
  const version = versions.find(candidate => iss === toIssuer(tenantId, candidate, cloud))
  return version === undefined ? null : { tenantId, version }
}
