import { settledRouteOf } from '../../route-record.js'
import { toRuleText } from './to-rule-text.js'

import type { FastifyRequest } from 'fastify'

/** What the guards of a request's route ask, a text for each, in one order; none without a request, and for routes that were declared before the plugin. */
export function toGuardTexts (request: FastifyRequest | null): readonly string[] {
  const guards = request === null ? [] : settledRouteOf(request)?.guards ?? []
  return guards.map(toRuleText).sort()
}
