import { Buffer } from 'node:buffer'

import { requirementHeaders } from './requirement-headers.js'
import { settledRouteOf } from '../../route-record.js'

import type { FastifyRequest } from 'fastify'
import type { ForwardedPart } from './options.js'

// version "-" trace-id "-" parent-id "-" flags: W3C Trace Context, section 3.2.2
const traceparent = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/

/** What the service is told beside the credential. */
export interface OwnHeaderRules {
  readonly forwarded: ReadonlySet<ForwardedPart>
  readonly trace: boolean
  readonly requirements: boolean
}

/** Headers that say what was asked of us, by whom and where: our own words, whatever the caller wrote into headers of these names. */
export function toOwnHeaders (request: FastifyRequest, { forwarded, trace, requirements }: OwnHeaderRules): Record<string, string> {
  const route = requirements ? settledRouteOf(request) : null
  return {
    ...toForwarded(request, forwarded),
    ...trace && toTrace(request),
    ...route !== null && requirementHeaders(route)
  }
}

/** As Fastify's `trustProxy` has it. */
function toForwarded (request: FastifyRequest, parts: ReadonlySet<ForwardedPart>): Record<string, string> {
  const { method, originalUrl, host, protocol, ip } = request
  const all: Readonly<Record<ForwardedPart, Readonly<Record<string, string>>>> = {
    method: { 'x-forwarded-method': method, 'x-original-method': method },
    uri: { 'x-forwarded-uri': toVisible(originalUrl), 'x-original-uri': toVisible(originalUrl) },
    host: { 'x-forwarded-host': toVisible(host) },
    proto: { 'x-forwarded-proto': toVisible(protocol) },
    for: { 'x-forwarded-for': toVisible(ip) }
  }
  return Object.assign({}, ...[...parts].map(part => all[part])) as Record<string, string>
}

function toTrace ({ id, raw: { headers } }: FastifyRequest): Record<string, string> {
  const parent = headers['traceparent']
  return { 'x-request-id': toVisible(String(id)), ...typeof parent === 'string' && traceparent.test(parent) && { traceparent: parent } }
}

/** What could not stand in a header is percent-encoded. RFC 9110, section 5.5. */
function toVisible (text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/gu, character => Buffer.from(character).reduce((written, byte) => `${written}%${byte.toString(16).toUpperCase().padStart(2, '0')}`, ''))
}
