import { isGuid, parseIssuer, toIssuer } from './issuers.js'
import { isOverage } from './overage.js'
import { checkEvidence, toKind } from './token-kind.js'
import { checkAudience } from '../jwt/check-claims.js'
import { checkTokenUse } from '../jwt/check-token-use.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'
import { isNames } from '../../util/is-names.js'

import type { EntraCloud } from './clouds.js'
import type { EntraOptions } from './options.js'
import type { Tenants } from './resolve-tenants.js'
import type { ClaimSource } from '../jwt/claims-mapping.js'
import type { Dialect, WantedUse } from '../jwt/dialect.js'
import type { ClaimsDefaults } from '../jwt/resolve-claims.js'
import type { CarriedNames, Claims, ProvidedIdentity } from '../../../types/identity.js'
import type { UnverifiedJwt } from '../../util/jwt-text.js'

/** The longest id of a user that fits behind a tenant. */
const MAX_OBJECT_ID_LENGTH = 200

/** https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims */
const CLAIMS: ClaimsDefaults = Object.freeze({
  id: 'oid',
  name: Object.freeze({ firstOf: Object.freeze(['username', 'preferred_username', 'name', 'upn', 'unique_name', 'sub']) }),
  email: 'email',
  clientId: Object.freeze({ firstOf: Object.freeze(['azp', 'appid']) }),
  scopes: 'scp',
  groups: 'groups',
  roles: 'roles',
  permissions: null
})

/** What the tokens of these tenants mean. */
export function createEntraDialect (options: EntraOptions, tenants: Tenants, cloud: EntraCloud): Dialect {
  const { claims: mapping = {}, tokenUse = 'access', directoryRoles = false } = options

  function toCanonical (iss: string): string | null {
    const issuer = parseIssuer(iss, cloud)
    return issuer !== null && tenants.accepts(issuer.tenantId) ? toIssuer(issuer.tenantId, '2.0', cloud) : null
  }

  function checkParties (claims: Claims, audience: readonly string[] | null): void {
    checkTenant(claims, cloud)
    checkAudience(claims, audience)
  }

  function finish (identity: ProvidedIdentity): ProvidedIdentity {
    const { claims } = identity
    const tenantId = String(claims['tid'])
    const toGranted = (names: CarriedNames) => names === null || tenants.trusts(tenantId) ? names : []
    return {
      ...identity,
      subject: mapping.id === undefined ? toSubject(tenantId, identity.subject) : identity.subject,
      emailVerified: readsClaim(mapping.email, 'email') && identity.email !== null && claims['xms_edov'] === true ? true : null,
      groups: toGranted(readsClaim(mapping.groups, 'groups') && isOverage(claims, 'groups') ? 'unknown' : identity.groups),
      roles: toGranted(directoryRoles ? withDirectoryRoles(toRoles(identity, mapping.roles), claims) : toRoles(identity, mapping.roles)),
      permissions: toGranted(identity.permissions)
    }
  }

  return Object.freeze({
    claims: CLAIMS, keepsNames: true, toIssuer: toCanonical, checkUse, checkParties, toKind: (claims: Claims) => toKind(claims, tokenUse), finish
  })
}

/** What a token says that it is for, and then what it shows. */
function checkUse (jwt: UnverifiedJwt, wanted: WantedUse): void {
  checkTokenUse(jwt, wanted)
  checkEvidence(jwt.payload, wanted.tokenUse)
}

/**
 * The tenant and the version are what `iss` says they are.
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer
 */
function checkTenant ({ iss, tid, ver }: Claims, cloud: EntraCloud): void {
  const issuer = parseIssuer(String(iss), cloud)
  if (!isGuid(tid) || issuer?.tenantId !== tid || issuer.version !== ver) {
    throw new AUTH_TOKEN_INVALID({ reason: 'issuer_mismatch', expected: { tid: 'the tenant of iss', ver: 'the version of iss' } })
  }
}

/** Object ids are unique within a tenant, where `sub` is another one for each application. */
function toSubject (tenantId: string, objectId: string): string {
  if (objectId.length > MAX_OBJECT_ID_LENGTH) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: 'oid', is: `a text of 1 to ${MAX_OBJECT_ID_LENGTH} characters` } })
  }
  return `${tenantId}:${objectId}`
}

function toRoles ({ roles, claims }: ProvidedIdentity, source: ClaimSource | undefined): CarriedNames {
  return readsClaim(source, 'roles') && isOverage(claims, 'roles') ? 'unknown' : roles
}

/** https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference */
function withDirectoryRoles (roles: CarriedNames, claims: Claims): CarriedNames {
  const { wids = [] } = claims
  if (!isNames(wids)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'claim_type', expected: { claim: 'wids', is: 'a list of texts' } })
  }
  if (roles === null || roles === 'unknown' || isOverage(claims, 'wids')) {
    return 'unknown'
  }
  return [...new Set([...roles, ...wids])]
}

/** Whether a part of the identity is read from this claim, perhaps beside others. */
function readsClaim (source: ClaimSource | undefined, name: string): boolean {
  if (source === undefined || source === name) {
    return true
  }
  const paths = source !== null && typeof source === 'object' && 'firstOf' in source ? source.firstOf : [source]
  return paths.some(path => path === name || (Array.isArray(path) && path.length === 1 && path[0] === name))
}
