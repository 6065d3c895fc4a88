import type { LeafGuard } from './walk-guard.js'
import type { GuardDescription } from '../../types/guard.js'

/** What a guard demands, in words. */
export function toWords (guard: GuardDescription): string {
  switch (guard.kind) {
    case 'not': return `not (${toWords(guard.part)})`
    case 'any': return guard.parts.map(part => `(${toWords(part)})`).join(' or ')
    case 'all': return guard.parts.map(part => `(${toWords(part)})`).join(' and ')
    default: return toLeafWords(guard)
  }
}

function toLeafWords (guard: LeafGuard): string {
  switch (guard.kind) {
    case 'user': return 'user'
    case 'kind': return `kind ${guard.wanted}`
    case 'claims': return `claims ${Object.entries(guard.wanted).map(([name, values]) => `${name}=${values.map(String).join('|')}`).join(' and ')}`
    case 'policy': return `policy ${typeof guard.policy === 'string' ? guard.policy : '(function)'}`
    default: return `${guard.kind} ${guard.wanted.join(guard.match === 'all' ? ' and ' : ' or ')}`
  }
}
