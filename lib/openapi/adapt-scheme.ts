import { isRecord } from '../util/is-record.js'

import type { Version } from './version.js'
import type { SecurityScheme } from '../../types/scheme.js'

type Flow = Readonly<Record<string, unknown>>

/** Flows by their names in OpenAPI 3, with those they had before. OpenAPI 2.0, "Security Scheme Object". */
const FLOWS_OF_2: ReadonlyArray<readonly [string, string]> = [['authorizationCode', 'accessCode'], ['implicit', 'implicit'], ['password', 'password'], ['clientCredentials', 'application']]

/** A security scheme as an edition of OpenAPI can write it: schemes are declared as OpenAPI 3.1 has them, with what 3.2 adds. */
export function adaptScheme (scheme: SecurityScheme, version: Version): Readonly<Record<string, unknown>> {
  switch (version) {
    case '2.0': return toVersion2(withoutNews(scheme))
    case '3.0': return scheme.type === 'mutualTLS' ? withNote({ type: 'http', scheme: 'mutual-tls' }, 'a client certificate (mutual TLS)', scheme) : withoutNews(scheme)
    case '3.1': return withoutNews(scheme)
    default: return scheme
  }
}

/** What OpenAPI 3.2 added. */
function withoutNews ({ oauth2MetadataUrl, deprecated, ...scheme }: SecurityScheme): SecurityScheme {
  if (!isRecord(scheme['flows'])) {
    return scheme
  }
  const { deviceAuthorization, ...flows } = scheme['flows']
  return { ...scheme, flows }
}

/** OpenAPI 2.0 knows Basic, API keys in headers and queries, and OAuth with one flow. */
function toVersion2 (scheme: SecurityScheme): Readonly<Record<string, unknown>> {
  switch (scheme.type) {
    case 'apiKey': return scheme['in'] === 'cookie' ? withNote({ type: 'apiKey', in: 'header', name: 'Cookie' }, `${String(scheme['name'])}=<value>`, scheme) : scheme
    case 'http': return toVersion2Http(scheme)
    case 'oauth2': return toVersion2Flow(scheme) ?? toAuthorization('Bearer <token>', scheme)
    case 'openIdConnect': return toAuthorization('Bearer <token>', scheme)
    default: return toAuthorization('a client certificate (mutual TLS)', scheme)
  }
}

function toVersion2Http (scheme: SecurityScheme): Readonly<Record<string, unknown>> {
  const name = String(scheme['scheme']).toLowerCase()
  if (name === 'basic') {
    return { type: 'basic', ...toDescription(scheme['description']) }
  }
  return toAuthorization(name === 'bearer' ? 'Bearer <token>' : `${String(scheme['scheme'])} <credentials>`, scheme)
}

function toVersion2Flow ({ flows, description }: SecurityScheme): Readonly<Record<string, unknown>> | null {
  if (!isRecord(flows)) {
    return null
  }
  for (const [name, flow] of FLOWS_OF_2) {
    if (isRecord(flows[name])) {
      const { refreshUrl, ...members } = flows[name] as Flow
      return { type: 'oauth2', flow, ...members, ...toDescription(description) }
    }
  }
  return null
}

function toAuthorization (value: string, scheme: SecurityScheme): Readonly<Record<string, unknown>> {
  return withNote({ type: 'apiKey', in: 'header', name: 'Authorization' }, value, scheme)
}

/** Says in words what the edition has no words for. */
function withNote (scheme: Readonly<Record<string, unknown>>, note: string, { description }: SecurityScheme): Readonly<Record<string, unknown>> {
  return { ...scheme, description: description === undefined ? note : `${String(description)} (${note})` }
}

function toDescription (description: unknown): { readonly description?: unknown } {
  return description === undefined ? {} : { description }
}
