import type { AuthenticatedIdentity } from '../../../types/scheme.js'
import type { StoredApiKey } from '../../../types/api-keys.js'

type Holder = Pick<StoredApiKey, 'kind' | 'name' | 'scopes' | 'groups' | 'roles' | 'permissions' | 'expiresAt'>

/** Whoever holds a key or a token, as plain data. What is not said stays open, for providers to say. */
export function toIdentity (subject: string, holder: Holder): AuthenticatedIdentity {
  const { kind = 'machine', name = null, scopes = [], groups = null, roles = null, permissions = null, expiresAt = null } = holder
  return { subject, kind, name, email: null, emailVerified: null, clientId: null, scopes, claims: {}, expiresAt, groups, roles, permissions }
}
