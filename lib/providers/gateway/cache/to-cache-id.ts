import { toRuleText } from '../to-rule-text.js'
import { toDigest } from './to-decision-key.js'

import type { GatewayOptions } from '../options.js'

/**
 * Whose decisions may be shared: those of one service, read by the same rules. What two gateways take the same answer for is not the same where one of
 * them asks for more. Functions count by their texts.
 */
export function toCacheId (name: string, url: URL, options: GatewayOptions): string {
  const { allowStatuses, allow, statusMap, relayBody, relayHeaders, allowHeaders, identity, claimsSchema } = options
  const rules = { allowStatuses, allow, statusMap, relayBody, relayHeaders, allowHeaders, identity, claimsSchema }
  return `${name} ${url.href} ${toDigest([toRuleText(rules)])}`
}
