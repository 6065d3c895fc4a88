import type { GuardDescription } from '../../types/guard.js'
import type { OpenapiRequirements } from '../../types/options.js'

/** The kinds of names that each setting publishes. */
const PUBLISHED: Readonly<Record<OpenapiRequirements, readonly string[]>> = Object.freeze({
  scopes: ['scopes'],
  all: ['scopes', 'roles', 'groups', 'permissions'],
  none: []
})

/**
 * The part of a guard that readers of a document may know; `null` when there is none. A guard that can also be passed by other means than
 * published names publishes nothing, or the document would ask for more than the server does.
 */
export function publishGuard (guard: GuardDescription, requirements: OpenapiRequirements): GuardDescription | null {
  switch (guard.kind) {
    case 'any': return publishAny(guard.parts.map(part => publishGuard(part, requirements)))
    case 'all': return publishAll(guard.parts.flatMap(part => publishGuard(part, requirements) ?? []))
    default: return PUBLISHED[requirements].includes(guard.kind) ? guard : null
  }
}

function publishAny (parts: ReadonlyArray<GuardDescription | null>): GuardDescription | null {
  const published = parts.filter(part => part !== null)
  return published.length === parts.length ? { kind: 'any', parts: published } : null
}

function publishAll ([first, ...others]: readonly GuardDescription[]): GuardDescription | null {
  if (first === undefined || others.length === 0) {
    return first ?? null
  }
  return { kind: 'all', parts: [first, ...others] }
}
