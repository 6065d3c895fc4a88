import { Type } from '@sinclair/typebox'

import { exclusionsSchema } from '../options-schema.js'
import { DEFAULT_ALGORITHMS } from '../providers/jwt/algorithms.js'

import type { TInteger } from '@sinclair/typebox'
import type { JsonWebKey } from 'node:crypto'
import type { Algorithm } from '../providers/jwt/algorithms.js'
import type { Exclusion } from '../../types/options.js'
import type { Extractor } from '../../types/passthrough.js'
import type { Count, Milliseconds, OneOrMore, Seconds } from '../../types/units.js'
import type { Fetch } from '../util/fetch-json.js'

/** Options of the plugin `passthrough`. */
export interface PassthroughOptions {
  /** Where credentials are taken from, all that there are, in this order. Default `[authorization(), cookie()]`. */
  readonly extractors?: readonly Extractor[]
  /** Routes whose requests may come without credentials, by their full patterns as routed, written like `exclude` of the main plugin. Default none. */
  readonly excludedPaths?: readonly Exclusion[]
  /** `true`: credentials of excluded routes are kept where there are some. Default `false`. */
  readonly captureExcluded?: boolean
  /** What routes do that do not say it in `config.passthrough`: `true` refuses requests without credentials, `false` lets them in. Default `true`. */
  readonly required?: boolean
  /** Where credentials may go: origins exactly as `URL.origin` writes them, https or on this machine. No default: write `[]` for nowhere. */
  readonly allowedOrigins: readonly string[]
  /** Sends tokens made for their target in place of the caller's own. Default: the credentials go out as they came in. RFC 8693. */
  readonly exchange?: ExchangeOptions
  /** How long an extractor may take; longer is an outage: 503. Milliseconds, 1 to 600,000; default 5,000. */
  readonly timeoutMs?: Milliseconds
}

/** What a token is asked for. */
export interface ExchangeTarget {
  /** The logical name of the service, as the authorization server knows it. RFC 8693, section 2.1. */
  readonly audience?: OneOrMore<string>
  /** The address of the service. RFC 8693, section 2.1; RFC 8707. */
  readonly resource?: OneOrMore<string>
  /** Scopes, with a blank between them. Default: what the authorization server thinks fit. */
  readonly scope?: string
}

/** How tokens are exchanged. */
export interface ExchangeOptions {
  /** The token endpoint: https, or http on this machine outside production. Redirects are not followed. RFC 8693, section 2. */
  readonly tokenEndpoint: string
  /** What the authorization server calls this API. */
  readonly clientId: string
  /** The secret of `clientId`, for `auth: 'basic'` and `'post'`. */
  readonly clientSecret?: string
  /** How this API says who it is: `'basic'` in a header, `'post'` in the form, `'private_key_jwt'` with a signature. Default `'basic'`. RFC 6749, section 2.3.1; RFC 7523, section 2.2. */
  readonly auth?: 'basic' | 'post' | 'private_key_jwt'
  /** Signs for `auth: 'private_key_jwt'`: PEM, or a JSON Web Key, whose `kid` is sent along. */
  readonly privateKey?: string | JsonWebKey
  /** What it signs with. Default: RS256 for RSA keys; for others that of their curve. RFC 7518, section 3.1. */
  readonly algorithm?: Algorithm
  /** Whom it signs for. Default: `tokenEndpoint`. RFC 7523, section 3. */
  readonly issuer?: string
  /** Whom tokens are for: the logical name of the service, as the authorization server knows it; one or several. Default none. RFC 8693, section 2.1. */
  readonly audience?: OneOrMore<string>
  /** Whom tokens are for: the address of the service; one or several. Default none. RFC 8693, section 2.1; RFC 8707. */
  readonly resource?: OneOrMore<string>
  /** Scopes that are asked for, with a blank between them. Default: what the authorization server thinks fit. */
  readonly scope?: string
  /** What is asked for of single allowed origins, in place of `audience`, `resource` and `scope`. Each allowed origin needs an audience or a resource, here or there. Default none. */
  readonly targets?: Readonly<Record<string, ExchangeTarget>>
  /** What the caller's token is. Default `'urn:ietf:params:oauth:token-type:access_token'`. RFC 8693, section 3. */
  readonly subjectTokenType?: string
  /** What is asked for. Default `'urn:ietf:params:oauth:token-type:access_token'`. RFC 8693, section 3. */
  readonly requestedTokenType?: string
  /** How long before its end a token is no longer used. Seconds, 0 to 3,600; default 30. */
  readonly marginSeconds?: Seconds
  /** How many tokens are kept; those asked for least lately go first. 1 to 1,000,000; default 10,000. */
  readonly max?: Count
  /** How long an exchange may take. Milliseconds, 1 to 60,000; default 4,000. */
  readonly timeoutMs?: Milliseconds
  /** Calls in place of Node's own, for private authorities and proxies; the bounds above hold for it too. */
  readonly fetch?: Fetch
}

const fn = Type.Function([], Type.Unknown(), { description: 'a function' })
const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const flag = Type.Optional(Type.Boolean({ description: 'true or false' }))
const texts = Type.Optional(Type.Union([text, Type.Array(text, { minItems: 1 })], { description: 'a text, or a list of texts' }))
const target = { audience: texts, resource: texts, scope: Type.Optional(text) }

/** What `exchange` accepts. */
export const exchangeOptionsSchema = Type.Object({
  tokenEndpoint: Type.String({ description: 'an https address' }),
  clientId: text,
  clientSecret: Type.Optional(text),
  auth: Type.Optional(Type.Union([Type.Literal('basic'), Type.Literal('post'), Type.Literal('private_key_jwt')], { description: "'basic', 'post' or 'private_key_jwt'" })),
  privateKey: Type.Optional(Type.Union([text, Type.Object({})], { description: 'a PEM text or a JSON Web Key' })),
  algorithm: Type.Optional(Type.Union(DEFAULT_ALGORITHMS.map(algorithm => Type.Literal(algorithm)), { description: `one of ${DEFAULT_ALGORITHMS.join(', ')}` })),
  issuer: Type.Optional(text),
  ...target,
  targets: Type.Optional(Type.Record(text, Type.Object(target, { additionalProperties: false }), { description: 'an object of { audience, resource, scope } by origin' })),
  subjectTokenType: Type.Optional(text),
  requestedTokenType: Type.Optional(text),
  marginSeconds: Type.Optional(integer(' of seconds', 0, 3_600)),
  max: Type.Optional(integer('', 1, 1_000_000)),
  timeoutMs: Type.Optional(integer(' of milliseconds', 1, 60_000)),
  fetch: Type.Optional(fn)
}, { additionalProperties: false, description: 'an object with options' })

/** What the plugin accepts. */
export const passthroughOptionsSchema = Type.Object({
  extractors: Type.Optional(Type.Array(Type.Union([fn, Type.Object({ extract: fn }), Type.Never()], { description: 'an extractor: authorization(), cookie(…), customHeader(…), a function, or an object with extract' }), { minItems: 1, description: 'a list of at least one extractor' })),
  excludedPaths: exclusionsSchema,
  captureExcluded: flag,
  required: flag,
  allowedOrigins: Type.Array(Type.String({ description: 'an origin' }), { description: 'a list of origins' }),
  exchange: Type.Optional(exchangeOptionsSchema),
  timeoutMs: Type.Optional(integer(' of milliseconds', 1, 600_000))
}, { additionalProperties: false, description: 'an object with options' })

function integer (ofWhat: string, minimum: number, maximum: number): TInteger {
  return Type.Integer({ minimum, maximum, description: `a whole number${ofWhat} from ${minimum} to ${maximum.toLocaleString('en-US')}` })
}
