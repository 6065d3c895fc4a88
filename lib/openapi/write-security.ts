import type { RouteMark, Security } from './mark.js'
import type { Clause } from './to-clauses.js'
import type { Version } from './version.js'

/** Security schemes as they stand in a document, by name. */
export type Schemes = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What an operation says of security. */
export interface WrittenSecurity {
  /** Empty for who needs nothing. */
  readonly security: Security
  /** What could not be said there. */
  readonly description: string | null
}

const ANYTHING: readonly Clause[] = Object.freeze([Object.freeze({ scopes: [], names: [] })])

/** Writes what a route asks as alternatives, with the names that the edition lets stand there, and the rest in words. */
export function writeSecurity (mark: RouteMark, { schemes, version }: { readonly schemes: Schemes, readonly version: Version }): WrittenSecurity {
  if (mark.security !== null) {
    return { security: mark.security, description: null }
  }
  if (mark.isPublic) {
    // Said even where the document has no default: what says nothing may have been forgotten.
    return { security: [], description: null }
  }
  const entries = (mark.clauses ?? ANYTHING).flatMap(clause => Object.keys(mark.schemes).map(name => ({ name, clause, listed: toListed(clause, schemes[name], version) })))
  const isSaid = mark.clauses !== null && entries.every(({ clause, listed }) => listed.length === clause.scopes.length + clause.names.length)
  const alternatives = new Map(entries.map(({ name, listed }) => [JSON.stringify([name, listed]), { [name]: listed }]))
  return {
    security: [...alternatives.values(), ...mark.isOpen ? [{}] : []],
    description: mark.words === null || isSaid ? null : `Requires ${mark.words}.`
  }
}

/** Scopes where the scheme has scopes; any name where the edition says that a list may hold roles. OpenAPI 3.0.4 and 3.1.1, "Security Requirement Object". */
function toListed ({ scopes, names }: Clause, scheme: Schemes[string] = {}, version: Version): readonly string[] {
  if (scheme['type'] === 'oauth2' || scheme['type'] === 'openIdConnect') {
    return scopes
  }
  return version === '2.0' || version === '3.0' ? [] : [...scopes, ...names]
}
