import { sealIdentity } from './user/seal-identity.js'

/** Who everybody is while `disabled` is on. */
export const syntheticUser = sealIdentity({
  subject: 'synthetic',
  issuer: 'urn:fastify-gatekeeper:disabled',
  kind: 'unknown',
  name: 'synthetic',
  email: 'synthetic@email.com',
  emailVerified: null,
  clientId: null,
  scopes: [],
  claims: {},
  expiresAt: null,
  groups: [],
  roles: [],
  permissions: []
}, 'disabled')
