import type { ClaimPath, ClaimsMapping, ClaimSource } from './claims-mapping.js'
import type { Claims, IdentityKind } from '../../../types/identity.js'

/** Names of members, outermost first. */
export type Path = readonly string[]

/** Where a value comes from, the first path that leads to one; `null` reads nothing. */
export type Source = readonly Path[] | null

/** A {@link ClaimsMapping} with its defaults, in one form. */
export interface ResolvedClaims {
  readonly id: Path
  readonly name: Source
  readonly email: Source
  readonly emailVerified: Source
  readonly clientId: Source
  readonly scopes: Source
  readonly groups: Source
  readonly roles: Source
  readonly permissions: Source
  /** `null`: the rule of RFC 9068. */
  readonly kind: ((claims: Claims) => IdentityKind) | null
}

/** A claims mapping without gaps. */
export type ClaimsDefaults = Readonly<Record<Exclude<keyof ClaimsMapping, 'id' | 'kind' | 'mutableId'>, ClaimSource>> & { readonly id: ClaimPath }

export const claimsDefaults: ClaimsDefaults = Object.freeze({
  id: 'sub',
  name: 'name',
  email: 'email',
  clientId: Object.freeze({ firstOf: Object.freeze(['client_id', 'azp']) }),
  scopes: 'scope',
  groups: 'groups',
  roles: 'roles',
  permissions: 'permissions'
})

/** Claims that may name somebody else tomorrow, without their separators. OpenID Connect Core 1.0, section 5.7. */
const MUTABLE_CLAIMS = new Set([
  'email', 'mail', 'upn', 'userprincipalname', 'uniquename', 'preferredusername', 'username', 'cognitousername', 'login', 'samaccountname',
  'nickname', 'name', 'displayname', 'givenname', 'familyname', 'phonenumber', 'phone'
])

/** Whether the claim at the end of `path` is one that an issuer may give to another user. */
export function isMutableClaim (path: ClaimPath): boolean {
  return toPath(path).slice(-1).some(name => MUTABLE_CLAIMS.has(name.toLowerCase().replaceAll(/[^a-z]/g, '')))
}

/** A copy of the mapping, frozen, with its gaps filled. */
export function resolveClaims (mapping: ClaimsMapping, defaults: ClaimsDefaults): ResolvedClaims {
  const { kind } = mapping
  const email = mapping.email === undefined ? defaults.email : mapping.email
  return Object.freeze({
    id: toPath(mapping.id ?? defaults.id),
    name: toSource(mapping.name, defaults.name),
    email: toSource(email, defaults.email),
    // It is said of the claim called `email` and of no other. OpenID Connect Core 1.0, section 5.1.
    emailVerified: email === 'email' ? toSource('email_verified', null) : null,
    clientId: toSource(mapping.clientId, defaults.clientId),
    scopes: toSource(mapping.scopes, defaults.scopes),
    groups: toSource(mapping.groups, defaults.groups),
    roles: toSource(mapping.roles, defaults.roles),
    permissions: toSource(mapping.permissions, defaults.permissions),
    kind: kind ?? null
  })
}

function toSource (source: ClaimSource | undefined, fallback: ClaimSource): Source {
  const chosen = source === undefined ? fallback : source
  if (chosen === null) {
    return null
  }
  const paths = isPath(chosen) ? [chosen] : chosen.firstOf
  return Object.freeze(paths.map(toPath))
}

function toPath (path: ClaimPath): Path {
  return Object.freeze(typeof path === 'string' ? [path] : [...path])
}

function isPath (source: Exclude<ClaimSource, null>): source is ClaimPath {
  return typeof source === 'string' || Array.isArray(source)
}
