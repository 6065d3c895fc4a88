export { jwt } from './jwt.js'
export { jwtFromEnv } from './jwt-from-env.js'

export type { Algorithm } from './algorithms.js'
export type { ClaimPath, ClaimsMapping, ClaimSource } from './claims-mapping.js'
export type { CommonJwtOptions } from './common-options.js'
export type { JwtOptions } from './options.js'
export type { Env } from './read-env.js'
export type { Fetch } from '../../util/fetch-json.js'
