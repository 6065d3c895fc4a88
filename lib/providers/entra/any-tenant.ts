/**
 * In place of a tenant: tokens of whatever organization, as long as they are for this API. Everybody can make a tenant of his own,
 * so what their tokens say of groups and roles counts for those in `trustTenants` only.
 */
export const anyTenant: unique symbol = Symbol.for('fastify-gatekeeper.any-tenant')
