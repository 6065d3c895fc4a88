import { isRecord } from '../util/is-record.js'

import type { Security } from './mark.js'
import type { Schemes } from './write-security.js'

type Scheme = Schemes[string]

/** Schemes of OAuth whose flows offer every scope that routes ask for: a page lets people ask for no other. OpenAPI 3.1, section 4.8.29. */
export function listScopes (schemes: Schemes, security: Security): Schemes {
  return Object.fromEntries(Object.entries(schemes).map(([name, scheme]) => [name, listScopesOf(scheme, scopesOf(name, security))]))
}

/** Scopes that routes ask for and that no flow of their scheme offers. */
export function findUnlisted (schemes: Schemes, security: Security): readonly string[] {
  return Object.entries(schemes).flatMap(function find ([name, scheme]) {
    const offered = flowsOf(scheme).map(flow => flow['scopes'])
    return scheme['type'] === 'oauth2' ? scopesOf(name, security).filter(scope => !offered.some(scopes => isRecord(scopes) && Object.hasOwn(scopes, scope))).map(scope => `${name}: ${scope}`) : []
  })
}

function listScopesOf (scheme: Scheme, asked: readonly string[]): Scheme {
  const { flows } = scheme
  if (isRecord(flows)) {
    return { ...scheme, flows: Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, withScopes(flow, asked)])) }
  }
  return scheme['type'] === 'oauth2' ? withScopes(scheme, asked) as Scheme : scheme
}

function withScopes (flow: unknown, asked: readonly string[]): unknown {
  return isRecord(flow) ? { ...flow, scopes: { ...Object.fromEntries(asked.map(scope => [scope, ''])), ...flow['scopes'] as object | undefined } } : flow
}

/** Before OpenAPI 3 a scheme is its one flow. */
function flowsOf (scheme: Scheme): readonly Scheme[] {
  const { flows } = scheme
  return isRecord(flows) ? Object.values(flows).filter(isRecord) : [scheme]
}

function scopesOf (name: string, security: Security): readonly string[] {
  return [...new Set(security.flatMap(alternative => Object.hasOwn(alternative, name) ? alternative[name] as readonly string[] : []))]
}
