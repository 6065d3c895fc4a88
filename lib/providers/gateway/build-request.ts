import type { FastifyRequest } from 'fastify'

import { pickClientHeaders } from './client-headers.js'
import { toCredentialHeaders, toIntrospectionForm } from './credential-headers.js'
import { GatewayFailure } from './gateway-failure.js'
import { toOwnHeaders } from './own-headers.js'
import { toNetwork } from '../../util/to-network.js'

import type { ClientHeaderRules } from './client-headers.js'
import type { CredentialPlace, GatewayIntrospectionOptions, GatewayOptions, SentHeaders } from './options.js'
import type { OwnHeaderRules } from './own-headers.js'
import type { GatewayRequest } from './transport/types.js'

/** What is sent to the service. */
export interface RequestRules {
  readonly method: string
  readonly appendUrl: boolean
  readonly credential: CredentialPlace | null
  readonly clientHeaders: ClientHeaderRules
  readonly headers: NonNullable<GatewayOptions['headers']>
  readonly own: OwnHeaderRules
  readonly introspection: GatewayIntrospectionOptions | null
}

/** What one question is about. */
export interface Subject {
  readonly token: string
  /** `null`: there is none. */
  readonly request: FastifyRequest | null
  readonly url: URL
  readonly body: Uint8Array | null
  /** Those that the app's option says, made for this question. */
  readonly headers: SentHeaders
}

/**
 * The question as it is sent. Ours are the words where ours and the caller's would say the same, and the credential is what stands where credentials stand.
 * @throws {GatewayFailure} when the caller's path leads out of the service's
 */
export function buildRequest (subject: Subject, rules: RequestRules): GatewayRequest {
  const { token, request, url } = subject
  const { introspection } = rules
  const headers = { accept: '*/*', ...request !== null && toRequestHeaders(request, subject, rules), ...toLowerNames(subject.headers) }
  const common = {
    method: rules.method === 'preserve' ? request?.method ?? 'GET' : rules.method,
    url: rules.appendUrl && request !== null ? append(url, request) : url,
    ...request !== null && { network: toNetwork(request.ip) }
  }
  if (introspection === null) {
    return { ...common, headers: { ...headers, ...toCredentialHeaders(token, rules.credential) }, body: subject.body }
  }
  const form = toIntrospectionForm(token, introspection)
  // To ask twice what a token is worth does no harm.
  return { ...common, headers: { ...headers, ...form.headers }, body: form.body, mayRepeat: true }
}

function toRequestHeaders (request: FastifyRequest, { body }: Subject, { clientHeaders, own }: RequestRules): SentHeaders {
  return {
    ...pickClientHeaders(request.raw.headers, clientHeaders),
    ...body !== null && describeBody(request),
    ...toOwnHeaders(request, own)
  }
}

function describeBody ({ raw: { headers } }: FastifyRequest): SentHeaders {
  const { 'content-type': type, 'content-encoding': encoding } = headers
  return { ...type !== undefined && { 'content-type': type }, ...encoding !== undefined && { 'content-encoding': encoding } }
}

/** The path of the service stays in front: `..` and its other spellings lead nowhere. */
function append (url: URL, { originalUrl }: FastifyRequest): URL {
  const [path = '', ...query] = originalUrl.split('?')
  const base = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname
  const appended = new URL(url)
  appended.pathname = `${base}${path}`
  appended.search = [url.search.slice(1), query.join('?')].filter(text => text !== '').join('&')
  if (!appended.pathname.startsWith(`${base}/`)) {
    throw new GatewayFailure('gateway_request', { expected: 'a path within that of the url' })
  }
  return appended
}

function toLowerNames (headers: SentHeaders): SentHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
