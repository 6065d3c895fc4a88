import { GatewayFailure } from './gateway-failure.js'
import { parseJsonRecord } from '../../util/parse-json-record.js'

import type { ServiceAnswer } from './answer-types.js'
import type { GatewayAnswer } from './transport/types.js'

// type "/" [ subtype "+" ] "json" [ ";" parameters ]: RFC 9110, section 8.3.1; RFC 6839, section 3.1
const jsonType = /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json[ \t]*(?:;|$)/i

/**
 * An answer with its JSON read. Other types are fine, and so is none: a service need not say anything beside its status.
 * @throws {GatewayFailure} when it says that it is JSON, and is no JSON object
 */
export function readAnswer ({ status, headers, body }: GatewayAnswer): ServiceAnswer {
  const isJson = body.byteLength > 0 && jsonType.test(headers['content-type']?.[0] ?? '')
  const json = isJson ? parseJsonRecord(body) : null
  if (isJson && json === null) {
    throw new GatewayFailure('gateway_answer', { status, expected: 'a JSON object' })
  }
  return Object.freeze({ status, headers, json, body })
}
