import { isRecord } from '../util/is-record.js'

import type { Security } from './mark.js'
import type { Schemes } from './write-security.js'

/** The types of schemes whose credentials stand in the `Authorization` header; Basic by its name in OpenAPI 2.0. */
const AUTHORIZATION: readonly unknown[] = ['http', 'basic', 'oauth2', 'openIdConnect']

/**
 * Parameters without those that a security scheme stands for: pages do not send an `Authorization` header that is declared as a parameter.
 * OpenAPI 3.1, section 4.8.12.2.
 */
export function dropRedundant (parameters: readonly unknown[], security: Security, schemes: Schemes): readonly unknown[] {
  const places = new Set(security.flatMap(alternative => Object.keys(alternative)).map(name => toPlace(schemes[name] ?? {})))
  return parameters.filter(parameter => !isRecord(parameter) || !places.has(toKey(parameter['in'], parameter['name'])))
}

function toPlace ({ type, in: place, name }: Schemes[string]): string {
  if (type === 'apiKey') {
    return toKey(place, name)
  }
  return AUTHORIZATION.includes(type) ? 'header authorization' : ''
}

/** Header names are the same in any case. RFC 9110, section 5.1. */
function toKey (place: unknown, name: unknown): string {
  return place === 'header' ? `header ${String(name).toLowerCase()}` : `${String(place)} ${String(name)}`
}
