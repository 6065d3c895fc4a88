export { oidc } from './oidc.js'
export { oidcFromEnv } from './oidc-from-env.js'

export type { OidcOptions } from './options.js'
export type { Env } from '../jwt/read-env.js'
