export { introspection } from './introspection.js'

export type { IntrospectionOptions } from './options.js'
export type { Algorithm } from '../jwt/algorithms.js'
export type { ClaimPath, ClaimsMapping, ClaimSource } from '../jwt/claims-mapping.js'
export type { Fetch } from '../../util/fetch-json.js'
