import { Type } from '@sinclair/typebox'

import { DEFAULT_ALGORITHMS } from '../jwt/algorithms.js'
import { commonJwtProperties } from '../jwt/options.js'

import type { TInteger } from '@sinclair/typebox'
import type { JsonWebKey } from 'node:crypto'
import type { Algorithm } from '../jwt/algorithms.js'
import type { ClaimsMapping } from '../jwt/claims-mapping.js'
import type { OwnProviders } from '../../../types/providers.js'
import type { Bytes, Count, Milliseconds, OneOrMore, Seconds } from '../../../types/units.js'
import type { Fetch } from '../../util/fetch-json.js'

/** Options of `introspection`. */
export interface IntrospectionOptions extends OwnProviders {
  /** The introspection endpoint: https, or http on this machine outside production. Redirects are not followed. RFC 7662, section 2. */
  readonly url: string
  /** Who issues the tokens, compared code point by code point with the `iss` of answers that have one. RFC 7662, section 2.2. */
  readonly issuer: string
  /** `false`: only opaque tokens are introspected, and another provider verifies the issuer's JWTs. Default `true`: they are introspected, too. */
  readonly jwts?: boolean
  /** Who the token must be meant for (`aud`), at least one of these. No default: write `null` to accept any audience, or none. RFC 7662, section 2.2. */
  readonly audience: OneOrMore<string> | null
  /** What the issuer calls this API, as the one who asks. */
  readonly clientId: string
  /** The secret of `clientId`, for `auth: 'basic'` and `'post'`. */
  readonly clientSecret?: string
  /** How this API says who it is: `'basic'` in a header, `'post'` in the form, `'private_key_jwt'` with a signature. Default `'basic'`. RFC 6749, section 2.3.1; RFC 7523, section 2.2. */
  readonly auth?: 'basic' | 'post' | 'private_key_jwt'
  /** Signs for `auth: 'private_key_jwt'`: PEM, or a JSON Web Key, whose `kid` is sent along. */
  readonly privateKey?: string | JsonWebKey
  /** What it signs with. Default: RS256 for RSA keys; for others that of their curve. RFC 7518, section 3.1. */
  readonly algorithm?: Algorithm
  /** Named in log lines. Default `'introspection'`. */
  readonly name?: string
  /** How long a good answer is used, never longer than `exp`: so long may a revoked token still get in. Seconds, 0 (never) to 3,600; default 30. */
  readonly maxCacheSeconds?: Seconds
  /** How long the answer is used that a token is no good, at most `maxCacheSeconds`. Seconds, 0 to 5; default 5. */
  readonly inactiveCacheSeconds?: Seconds
  /** How long an answer may take, its body included, and how long a call may wait for its turn. Less than `providerTimeoutMs` of the plugin, which ends both. Milliseconds, 1 to 60,000; default 4,000. */
  readonly timeoutMs?: Milliseconds
  /** How many calls are under way at once. 1 to 1,000; default 32. */
  readonly maxConcurrent?: Count
  /** How many calls wait for their turn; with more, 503. 0 to 100,000; default 256. */
  readonly maxQueued?: Count
  /** A longer token is refused, and nobody is asked. Bytes, 1 to 1,048,576; default 16,384. */
  readonly maxTokenBytes?: Bytes
  /** How far the issuer's clock may be off, for `exp` and `nbf`. Seconds, 0 to 300; default 5. */
  readonly clockToleranceSeconds?: Seconds
  /** Which members of the answer the parts of the identity are read from, as for `jwt`. */
  readonly claims?: ClaimsMapping
  /** Calls in place of Node's own, for private authorities and proxies; the bounds above hold for it too. */
  readonly fetch?: Fetch
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })
const { audience, name, maxTokenBytes, clockToleranceSeconds, claims, fetch, groupsProvider, rolesProvider, permissionsProvider, profileProvider } = commonJwtProperties

/** What `introspection` accepts. */
export const introspectionOptionsSchema = Type.Object({
  url: Type.String({ description: 'an https address' }),
  issuer: text,
  jwts: Type.Optional(Type.Boolean({ description: 'true or false' })),
  audience,
  clientId: text,
  clientSecret: Type.Optional(text),
  auth: Type.Optional(Type.Union([Type.Literal('basic'), Type.Literal('post'), Type.Literal('private_key_jwt')], { description: "'basic', 'post' or 'private_key_jwt'" })),
  privateKey: Type.Optional(Type.Union([text, Type.Object({})], { description: 'a PEM text or a JSON Web Key' })),
  algorithm: Type.Optional(Type.Union(DEFAULT_ALGORITHMS.map(algorithm => Type.Literal(algorithm)), { description: `one of ${DEFAULT_ALGORITHMS.join(', ')}` })),
  name,
  maxCacheSeconds: Type.Optional(integer(' of seconds', 0, 3_600)),
  inactiveCacheSeconds: Type.Optional(integer(' of seconds', 0, 5)),
  timeoutMs: Type.Optional(integer(' of milliseconds', 1, 60_000)),
  maxConcurrent: Type.Optional(integer('', 1, 1_000)),
  maxQueued: Type.Optional(integer('', 0, 100_000)),
  maxTokenBytes,
  clockToleranceSeconds,
  claims,
  fetch,
  groupsProvider,
  rolesProvider,
  permissionsProvider,
  profileProvider
}, { additionalProperties: false, description: 'an object with options' })

function integer (ofWhat: string, minimum: number, maximum: number): TInteger {
  return Type.Integer({ minimum, maximum, description: `a whole number${ofWhat} from ${minimum} to ${maximum.toLocaleString('en-US')}` })
}
