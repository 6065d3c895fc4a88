import { Buffer } from 'node:buffer'

import { GatewayFailure } from './gateway-failure.js'
import { parseJsonRecord } from '../../util/parse-json-record.js'

import type { GatewayIdentityMapping, ServiceAnswer } from './answer-types.js'
import type { Claims } from '../../../types/identity.js'

const NOTHING: Claims = Object.freeze({})

// base64 or base64url, padded or not: RFC 4648, sections 4 and 5
const base64Text = /^[A-Za-z0-9+/_-]+={0,2}$/

/**
 * What the service says of the user as data: its body, or the header that holds it. Nothing where the body is no JSON.
 * @throws {GatewayFailure} when the header is missing or holds something else
 */
export function readPayload (answer: ServiceAnswer, payload: GatewayIdentityMapping['payload']): Claims {
  if (payload === undefined) {
    return answer.json ?? NOTHING
  }
  const { header, encoding = 'json' } = payload
  const [text, another] = answer.headers[header.toLowerCase()] ?? []
  const bytes = text === undefined || another !== undefined ? null : decode(text, encoding)
  const claims = bytes === null ? null : parseJsonRecord(bytes)
  if (claims === null) {
    throw new GatewayFailure('gateway_identity', { status: answer.status, expected: { header: header.toLowerCase(), encoding } })
  }
  return claims
}

/** Headers come as latin1. */
function decode (text: string, encoding: 'json' | 'base64'): Uint8Array | null {
  if (encoding === 'json') {
    return Buffer.from(text, 'latin1')
  }
  return base64Text.test(text) ? Buffer.from(text, 'base64') : null
}
