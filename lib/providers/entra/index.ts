export { anyTenant } from './any-tenant.js'
export { entra } from './entra.js'

export type { EntraCloud } from './clouds.js'
export type { EntraOptions } from './options.js'
export type { Env } from '../jwt/read-env.js'
