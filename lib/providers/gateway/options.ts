import { Type } from '@sinclair/typebox'

import { cacheProperty } from './cache-options.js'
import { transportProperties } from './transport-options.js'

import type { TSchema } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { GatewayIdentityMapping, ServiceAnswer, ToGatewayIdentity } from './answer-types.js'
import type { GatewayCacheOptions } from './cache-options.js'
import type { GatewayTransportOptions } from './transport-options.js'
import type { ErrorBody } from '../../../types/options.js'
import type { OwnProviders } from '../../../types/providers.js'
import type { TokenSource } from '../../../types/scheme.js'
import type { Bytes, OneOrMore } from '../../../types/units.js'

/** What a function that makes headers is told. */
export interface HeadersContext {
  readonly token: string
  /** `null` where the client is asked without one. */
  readonly request: FastifyRequest | null
  /** Aborts when nobody waits for the headers any more. */
  readonly signal: AbortSignal
}

/** Headers by name. */
export type SentHeaders = Readonly<Record<string, string>>

/** What the service is told of the request: `X-Forwarded-Method`, `-Uri`, `-Host`, `-Proto` and `-For`. */
export type ForwardedPart = 'method' | 'uri' | 'host' | 'proto' | 'for'

/** Where the service finds the credential: in a header, behind a word or alone; in a cookie. */
export type CredentialPlace = { readonly header: string, readonly prefix?: string | null } | { readonly cookie: string }

/** The credential is sent as a form, as RFC 7662 has it; only `active: true` lets in. */
export interface GatewayIntrospectionOptions {
  /** What the service calls this API, as the one who asks. */
  readonly clientId: string
  readonly clientSecret: string
  /** How this API says who it is: in a header or in the form. Default `'basic'`. RFC 6749, section 2.3.1. */
  readonly auth?: 'basic' | 'post'
  /** Default `'access_token'`; `null` gives no hint. RFC 7662, section 2.1. */
  readonly tokenTypeHint?: string | null
}

/** Options of `gateway` and `gatewayClient`. */
export interface GatewayOptions extends GatewayTransportOptions, OwnProviders {
  /** The address of the service: https, or http on this machine or over `socketPath`. Nothing of the caller's is added, unless `appendUrl` says so. */
  readonly url: string
  /** The word for it in `user.authenticator`, in routes, documents, logs and events. Default `'gatewayAuth'`. */
  readonly name?: string
  /** Named in the challenge: printable ASCII without quotes and backslashes. Default `'api'`. RFC 9110, section 11.5. */
  readonly realm?: string
  /** Where the credential is read from. Default `[fromHeader()]`. */
  readonly sources?: OneOrMore<TokenSource>
  /** A longer credential is refused, and nobody is asked. Bytes, 1 to 1,048,576; default 16,384. */
  readonly maxTokenBytes?: Bytes
  /** How the service is asked; `'preserve'`: as we were. Default `'GET'`. */
  readonly method?: string
  /** `true`: the path and the query of the request are added to `url`. Default `false`. */
  readonly appendUrl?: boolean
  /** Where the service finds the credential; `null`: only where `headers` puts it. Default `{ header: 'authorization', prefix: 'Bearer' }`, wherever it was read. */
  readonly credential?: CredentialPlace | null
  /** Headers of the caller that the service is sent; a `*` at the end stands for any rest. Never those of a connection, nor those that say who somebody is. Default none. */
  readonly forwardHeaders?: readonly string[]
  /** Headers of the caller that it is never sent, whatever `forwardHeaders` says. Default none. */
  readonly dropHeaders?: readonly string[]
  /** Headers of our own, in place of the caller's: by name, or a function that makes them for each question. Default none. */
  readonly headers?: SentHeaders | ((context: HeadersContext) => SentHeaders | Promise<SentHeaders>)
  /** What it is told of the request, as Fastify's `trustProxy` sees it; `true`: everything. Default `true`. */
  readonly forwarded?: boolean | readonly ForwardedPart[]
  /** Whether it gets `X-Request-Id`, and the caller's `traceparent`. Default `true`. */
  readonly trace?: boolean
  /** Whether it is told which route was met and what its guards ask: `X-Route`, `X-Required-Scopes` and so on. Default `false`. */
  readonly requirements?: boolean
  /** How much of a body the service is sent: with more, 413. Needs a `method` with a body. Bytes, 1 to 10,485,760; default `null`: no body is sent, nor read. */
  readonly maxBodyBytes?: Bytes | null
  /** The credential goes as a form, as RFC 7662 has it. Default: it does not. */
  readonly introspection?: GatewayIntrospectionOptions
  /** Which statuses let in, should nothing else speak against it. Default: 200 to 299. */
  readonly allowStatuses?: readonly number[]
  /** Whether an answer of such a status lets in; `false` is 401. Default: unless it is JSON with `active: false`. */
  readonly allow?: (answer: ServiceAnswer) => boolean | Promise<boolean>
  /** Other statuses as one of 401, 403, 429 and 503: `{ 404: 403 }`. Default `{}`: 401, 403 and 429 are what they are, all others 503. */
  readonly statusMap?: Readonly<Record<number, 401 | 403 | 429 | 503>>
  /** Whether the body of a 401, 403 or 429 goes on to the caller; `false`: `customError`, or ours. Default `true`. */
  readonly relayBody?: boolean
  /** Which headers of a 401, 403 or 429 go on to the caller, beside `WWW-Authenticate` and `Retry-After`. Default: those of rate limits. */
  readonly relayHeaders?: readonly string[]
  /** Which headers of an answer that lets in are added to ours: `['set-cookie']` for example. Default none. */
  readonly allowHeaders?: readonly string[]
  /** Which parts of the answer make the user, or a function that makes it. Default: `sub`, `name`, `email`, `scope` and so on of a JSON body. */
  readonly identity?: GatewayIdentityMapping | ToGatewayIdentity
  /** TypeBox schema that the payload of every answer must fit: else 503. Default: none. */
  readonly claimsSchema?: TSchema
  /** The body of our own refusals on routes that it is asked for: a value or a function, as `errorBody` of the plugin. Default: the plugin's. */
  readonly customError?: ErrorBody
  /** `true`: while the service is out, callers go on as nobody, marked with `isDegraded(request)`. A route that needs a user stops the boot. Default `false`. */
  readonly failOpen?: boolean
  /** How long decisions are remembered; `null`: not at all, the service is asked about each request. Default `null`. */
  readonly cache?: GatewayCacheOptions | null
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const fn = Type.Function([], Type.Unknown(), { description: 'a function' })
const flag = Type.Optional(Type.Boolean({ description: 'true or false' }))
const TOKEN = '^[!#$%&\'*+\\-.^_`|~0-9A-Za-z]+$'
const fieldName = Type.String({ pattern: TOKEN, description: "a header's name" })
const names = Type.Optional(Type.Array(fieldName, { description: 'a list of names of headers' }))
const status = Type.Integer({ minimum: 200, maximum: 599, description: 'a status from 200 to 599' })
const source = Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 }), Type.Object({ header: fieldName }, { additionalProperties: false }), Type.Null(), fn], {
  description: 'a name, a list of names, { header }, null or a function'
})
const sources = Object.fromEntries(['id', 'issuer', 'name', 'email', 'emailVerified', 'clientId', 'scopes', 'groups', 'roles', 'permissions', 'expiresAt', 'kind']
  .map(name => [name, Type.Optional(source)]))
const tokenSource = Type.Object({ name: text, read: fn }, { description: 'a TokenSource: fromHeader(), fromCookie(…), or an object with name and read' })

/** What `gateway` and `gatewayClient` accept. */
export const gatewayOptionsSchema = Type.Object({
  url: Type.String({ description: 'an https address' }),
  name: Type.Optional(text),
  realm: Type.Optional(Type.String({ pattern: '^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]+$', description: 'printable ASCII without quotes and backslashes' })),
  sources: Type.Optional(Type.Union([tokenSource, Type.Array(tokenSource, { minItems: 1 })], { description: 'a TokenSource or a list of at least one: fromHeader(), fromCookie(…)' })),
  maxTokenBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_048_576, description: 'a whole number of bytes from 1 to 1,048,576' })),
  method: Type.Optional(Type.Union(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'preserve'].map(method => Type.Literal(method)), { description: "'GET', 'HEAD', 'POST', 'PUT', 'PATCH' or 'preserve'" })),
  appendUrl: flag,
  credential: Type.Optional(Type.Union([
    Type.Null(),
    Type.Object({ header: fieldName, prefix: Type.Optional(Type.Union([Type.Null(), Type.String({ pattern: TOKEN })])) }, { additionalProperties: false }),
    Type.Object({ cookie: fieldName }, { additionalProperties: false })
  ], { description: 'null, { header, prefix } or { cookie }' })),
  forwardHeaders: names,
  dropHeaders: names,
  headers: Type.Optional(Type.Union([fn, Type.Record(Type.String(), Type.String())], { description: 'an object of texts, or a function' })),
  forwarded: Type.Optional(Type.Union([Type.Boolean(), Type.Array(Type.Union(['method', 'uri', 'host', 'proto', 'for'].map(part => Type.Literal(part))))], {
    description: "true, false or a list of 'method', 'uri', 'host', 'proto' and 'for'"
  })),
  trace: flag,
  requirements: flag,
  maxBodyBytes: Type.Optional(Type.Union([Type.Null(), Type.Integer({ minimum: 1, maximum: 10_485_760 })], { description: 'null, or a whole number of bytes from 1 to 10,485,760' })),
  introspection: Type.Optional(Type.Object({
    clientId: text,
    clientSecret: text,
    auth: Type.Optional(Type.Union([Type.Literal('basic'), Type.Literal('post')], { description: "'basic' or 'post'" })),
    tokenTypeHint: Type.Optional(Type.Union([Type.Null(), Type.String({ minLength: 1 })], { description: 'null or a text' }))
  }, { additionalProperties: false, description: 'an object with clientId and clientSecret' })),
  allowStatuses: Type.Optional(Type.Array(status, { minItems: 1, description: 'a list of statuses from 200 to 599' })),
  allow: Type.Optional(fn),
  statusMap: Type.Optional(Type.Record(Type.String({ pattern: '^[2-5][0-9][0-9]$' }), Type.Union([401, 403, 429, 503].map(to => Type.Literal(to))), {
    additionalProperties: false, description: 'an object of statuses, each with 401, 403, 429 or 503'
  })),
  relayBody: flag,
  relayHeaders: names,
  allowHeaders: names,
  identity: Type.Optional(Type.Union([fn, Type.Object({
    payload: Type.Optional(Type.Object({ header: fieldName, encoding: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('base64')])) }, { additionalProperties: false })),
    ...sources
  }, { additionalProperties: false })], { description: 'a function, or an object of sources: id, name, groups and so on' })),
  claimsSchema: Type.Optional(Type.Unknown({ description: 'a TypeBox schema' })),
  customError: Type.Optional(Type.Union([Type.Literal('problem'), fn, Type.Object({}), Type.Array(Type.Unknown())], { description: "'problem', an object or a function" })),
  failOpen: flag,
  cache: cacheProperty,
  ...transportProperties,
  groupsProvider: provider('fetchGroups'),
  rolesProvider: provider('fetchRoles'),
  permissionsProvider: provider('fetchPermissions'),
  profileProvider: provider('fetchProfile')
}, { additionalProperties: false, description: 'an object with options' })

/** What a route's `config.gateway` may be. */
export const gatewayRouteSchema = Type.Object({
  url: Type.Optional(Type.String({ description: 'an https address' })),
  failOpen: flag,
  cache: flag,
  maxBodyBytes: gatewayOptionsSchema.properties.maxBodyBytes
}, { additionalProperties: false, description: 'an object with url, failOpen, cache and maxBodyBytes' })

/** In a union a member may be inherited: a provider may be an instance of a class. */
function provider (method: string) {
  return Type.Optional(Type.Union([Type.Object({ [method]: Type.Function([], Type.Unknown()) }), Type.Never()], { description: `an object with the method ${method}` }))
}
