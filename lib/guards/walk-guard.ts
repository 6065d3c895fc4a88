import { allowsAnonymous } from './policy.js'

import type { SimpleGuard } from './judge-candidate.js'
import type { GuardDescription, Policy } from '../../types/guard.js'

/** A guard without parts. */
export type LeafGuard = SimpleGuard | Extract<GuardDescription, { readonly kind: 'policy' }>

/** The guards without parts that a guard is made of, in their order. */
export function leavesOf (guard: GuardDescription): readonly LeafGuard[] {
  switch (guard.kind) {
    case 'any':
    case 'all': return guard.parts.flatMap(leavesOf)
    case 'not': return leavesOf(guard.part)
    default: return [guard]
  }
}

/** Whether somebody who is not signed in could pass. Only a policy that says so of itself lets him. */
export function admitsStrangers (guard: GuardDescription, findPolicy: (policy: string | Policy) => Policy): boolean {
  switch (guard.kind) {
    case 'any': return guard.parts.some(part => admitsStrangers(part, findPolicy))
    case 'all': return guard.parts.every(part => admitsStrangers(part, findPolicy))
    case 'policy': return allowsAnonymous(findPolicy(guard.policy))
    default: return false
  }
}
