import type { GuardDescription } from '../../../types/guard.js'
import type { SettledRoute } from '../../../types/route.js'

type NamesKind = 'scopes' | 'groups' | 'roles' | 'permissions'

const HEADERS: Readonly<Record<NamesKind, string>> = Object.freeze({
  scopes: 'x-required-scopes', groups: 'x-required-groups', roles: 'x-required-roles', permissions: 'x-required-permissions'
})

/**
 * What a route is and what its guards ask, for a service that decides by it: `X-Route`, and the names of all guards in `X-Required-Scopes`, `-Groups`,
 * `-Roles`, `-Permissions` and `-Policies`, each percent-encoded, with a space between two. What is under a `not` is not asked for.
 */
export function requirementHeaders ({ url, guards }: SettledRoute): Record<string, string> {
  const headers: Record<string, string> = { 'x-route': encodeURI(url) }
  const parts = guards.flatMap(flatten)
  for (const [kind, header] of Object.entries(HEADERS)) {
    addNames(headers, header, parts.flatMap(part => part.kind === kind ? (part as { readonly wanted: readonly string[] }).wanted : []))
  }
  addNames(headers, 'x-required-policies', parts.flatMap(part => part.kind === 'policy' && typeof part.policy === 'string' ? [part.policy] : []))
  return headers
}

function addNames (headers: Record<string, string>, header: string, names: readonly string[]): void {
  if (names.length > 0) {
    headers[header] = [...new Set(names)].map(encodeURIComponent).join(' ')
  }
}

function flatten (guard: GuardDescription): readonly GuardDescription[] {
  switch (guard.kind) {
    case 'any':
    case 'all': return guard.parts.flatMap(flatten)
    case 'not': return []
    default: return [guard]
  }
}
