import { CloneType, Kind } from '@sinclair/typebox'
import { Check } from '@sinclair/typebox/value'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { findMismatch } from '../../util/find-mismatch.js'
import { isRecord } from '../../util/is-record.js'
import { isOfConnection, toPlainName } from './header-names.js'
import { isServiceUrl, SERVICE_URL } from './is-service-url.js'
import { gatewayOptionsSchema } from './options.js'

import type { GatewayIdentityMapping, ServiceAnswer, ToGatewayIdentity } from './answer-types.js'
import type { RequestRules } from './build-request.js'
import type { AnswerRules } from './judge-answer.js'
import type { ForwardedPart, GatewayOptions, SentHeaders } from './options.js'
import type { Claims } from '../../../types/identity.js'
import type { Bytes, Milliseconds } from '../../../types/units.js'

/** Names an option as those see it who set it. */
export type NameOption = (path: readonly string[]) => string

/** The options of a gateway with their defaults, checked and frozen. */
export interface GatewaySettings {
  readonly name: string
  readonly url: URL
  readonly timeoutMs: Milliseconds
  readonly maxTokenBytes: Bytes
  readonly request: RequestRules
  readonly answer: AnswerRules
}

const ALL_PARTS: readonly ForwardedPart[] = ['method', 'uri', 'host', 'proto', 'for']
const METHODS_WITHOUT_BODY: readonly unknown[] = ['GET', 'HEAD']

const REQUEST_DEFAULTS = Object.freeze({
  method: 'GET', appendUrl: false, credential: Object.freeze({ header: 'authorization' }), headers: Object.freeze({}), forwarded: true, trace: true, requirements: false, introspection: null
})

/** Of rate limits, as they are drafted and as they are written. draft-ietf-httpapi-ratelimit-headers. */
const RATE_LIMIT_HEADERS = [
  'ratelimit', 'ratelimit-policy', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'
]

/** Written by others, or about our connection to the service. */
const NOT_RELAYED: readonly string[] = ['www-authenticate', 'retry-after', 'content-type', 'content-encoding', 'content-language', 'content-range', 'etag', 'date']

// field-value, of what fits into one line: RFC 9110, section 5.5
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Checks options and fills in defaults.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function resolveSettings (options: unknown, nameOption: NameOption): GatewaySettings {
  const given = withoutUndefined(options)
  assertShape(given, nameOption)
  assertAgreement(given, nameOption)
  const { url, name = 'gatewayAuth', timeoutMs = 10_000, maxTokenBytes = 16_384 } = given
  return Object.freeze({ name, url: new URL(url), timeoutMs, maxTokenBytes, request: toRequestRules(given), answer: toAnswerRules(given) })
}

function assertShape (given: unknown, nameOption: NameOption): asserts given is GatewayOptions {
  const mismatch = findMismatch(gatewayOptionsSchema, given)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${nameOption(mismatch.path)} ${mismatch.problem}`)
  }
}

function assertAgreement (options: GatewayOptions, nameOption: NameOption): void {
  const { url, socketPath, headers, claimsSchema } = options
  const faults: ReadonlyArray<readonly [boolean, string, string]> = [
    [!isServiceUrl(url, socketPath), 'url', `must be ${SERVICE_URL}`],
    ...toBodyFaults(options),
    [typeof headers === 'object' && !isSendable(headers), 'headers', 'holds a header of the connection, or a value that no header can hold'],
    [claimsSchema !== undefined && !(isRecord(claimsSchema) && Kind in claimsSchema), 'claimsSchema', 'must be a TypeBox schema'],
    [options.relayHeaders?.some(isKeptBack) === true, 'relayHeaders', 'names a header that is about a connection or a body, or that is written by itself'],
    [options.allowHeaders?.some(isKeptBack) === true, 'allowHeaders', 'names a header that is about a connection or a body, or that is written by itself']
  ]
  const fault = faults.find(([holds]) => holds)
  if (fault !== undefined) {
    throw new AUTH_OPTION_INVALID(`${nameOption([fault[1]])} ${fault[2]}`)
  }
}

function toBodyFaults ({ method, maxBodyBytes, introspection, credential }: GatewayOptions): ReadonlyArray<readonly [boolean, string, string]> {
  const hasBody = typeof maxBodyBytes === 'number'
  if (introspection === undefined) {
    return [[hasBody && METHODS_WITHOUT_BODY.includes(method ?? 'GET'), 'maxBodyBytes', "needs a method with a body: 'POST' or 'preserve' for example"]]
  }
  return [[hasBody || method !== undefined || credential !== undefined, 'introspection', 'sends a form of its own: method, credential and maxBodyBytes have no place beside it']]
}

/** Whether these can be sent as headers of ours. */
export function isSendable (headers: unknown): headers is SentHeaders {
  return isRecord(headers) && Object.entries(headers).every(([name, value]) =>
    /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(name) && !isOfConnection(name) && typeof value === 'string' && fieldValue.test(value))
}

function isKeptBack (name: string): boolean {
  return isOfConnection(name) || NOT_RELAYED.includes(name.toLowerCase())
}

function toRequestRules (options: GatewayOptions): RequestRules {
  const { method, appendUrl, credential, headers, forwarded, trace, requirements, introspection } = { ...REQUEST_DEFAULTS, ...options }
  const parts = typeof forwarded === 'boolean' ? ALL_PARTS.filter(() => forwarded) : forwarded
  return Object.freeze({
    method: introspection === null ? method : 'POST',
    appendUrl,
    credential: Object.freeze(structuredClone(credential)),
    clientHeaders: Object.freeze({ forward: toLower(options.forwardHeaders), drop: toLower(options.dropHeaders).map(toPlainName), identity: new Set(namedHeaders(options).map(toPlainName)) }),
    headers: typeof headers === 'function' ? headers : Object.freeze({ ...headers }),
    own: Object.freeze({ forwarded: new Set(parts), trace, requirements }),
    introspection: introspection === null ? null : Object.freeze({ ...introspection })
  })
}

function toAnswerRules (options: GatewayOptions): AnswerRules {
  const { allowStatuses, allow, statusMap = {}, relayBody = true, relayHeaders = RATE_LIMIT_HEADERS, allowHeaders, identity = {}, claimsSchema } = options
  const schema = claimsSchema === undefined ? null : CloneType(claimsSchema)
  return Object.freeze({
    allowStatuses: allowStatuses === undefined ? null : new Set(allowStatuses),
    allow: allow ?? (options.introspection === undefined ? isNotInactive : isActive),
    statusMap: new Map(Object.entries(statusMap).map(([from, to]) => [Number(from), to])),
    relayBody,
    relayHeaders: toLower(relayHeaders),
    allowHeaders: toLower(allowHeaders),
    identity: copyIdentity(identity),
    fits: (claims: Claims) => schema === null || Check(schema, claims)
  })
}

/** An endpoint of RFC 7662 answers 200 whatever it thinks of the token. */
function isNotInactive ({ json }: ServiceAnswer): boolean {
  return json === null || json['active'] === undefined || json['active'] === true
}

function isActive ({ json }: ServiceAnswer): boolean {
  return json?.['active'] === true
}

function copyIdentity (identity: GatewayIdentityMapping | ToGatewayIdentity): GatewayIdentityMapping | ToGatewayIdentity {
  return typeof identity === 'function' ? identity : Object.freeze(Object.fromEntries(Object.entries(identity).map(([part, source]) => [part, copySource(source)])))
}

function copySource (source: unknown): unknown {
  if (Array.isArray(source)) {
    return Object.freeze([...source])
  }
  return isRecord(source) ? Object.freeze({ ...source }) : source
}

/** Headers in which the service says who somebody is. */
function namedHeaders ({ identity = {}, allowHeaders = [] }: GatewayOptions): readonly string[] {
  const sources: readonly unknown[] = typeof identity === 'function' ? [] : Object.values(identity)
  return [...sources.flatMap(source => isRecord(source) && typeof source['header'] === 'string' ? [source['header']] : []), ...allowHeaders]
}

function toLower (names: readonly string[] = []): readonly string[] {
  return Object.freeze(names.map(name => name.toLowerCase()))
}

/** An option that is there and undefined is an option that is not there. */
function withoutUndefined (options: unknown): unknown {
  return isRecord(options) ? Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) : options
}
