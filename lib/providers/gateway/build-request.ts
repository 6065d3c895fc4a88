import type { FastifyRequest } from 'fastify'

import { pickClientHeaders } from './client-headers.js'
import { toCredentialHeaders, toIntrospectionForm } from './credential-headers.js'
import { GatewayFailure } from './gateway-failure.js'
import { toPlainName } from './header-names.js'
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
  const { request, url } = subject
  const { headers, ...rest } = toProof(subject, rules)
  const ours = { ...toLowerNames(subject.headers), ...headers }
  if (request === null) {
    return { ...rest, method: rules.method === 'preserve' ? 'GET' : rules.method, url, headers: { accept: '*/*', ...ours } }
  }
  return {
    ...rest,
    method: rules.method === 'preserve' ? request.method : rules.method,
    url: rules.appendUrl ? append(url, request) : url,
    headers: { accept: '*/*', ...withoutNames(toRequestHeaders(request, subject, rules), ours), ...ours },
    network: toNetwork(request.ip)
  }
}

/** The credential, in a header or in a form. */
function toProof ({ token, body }: Subject, { introspection, credential }: RequestRules): Pick<GatewayRequest, 'headers' | 'body' | 'mayRepeat'> {
  if (introspection === null) {
    return { headers: toCredentialHeaders(token, credential), body }
  }
  // To ask twice what a token is worth does no harm.
  return { ...toIntrospectionForm(token, introspection), mayRepeat: true }
}

/** What others took for one of `taken` is left out: many servers read `x_user` as `X-User`. */
function withoutNames (headers: SentHeaders, taken: SentHeaders): SentHeaders {
  const names = new Set(Object.keys(taken).map(toPlainName))
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(toPlainName(name))))
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
