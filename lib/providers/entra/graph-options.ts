import { Type } from '@sinclair/typebox'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { assertOptions, fetchAsNode } from '../jwt/resolve-settings.js'

import type { EntraCloud } from './clouds.js'
import type { Bytes, Milliseconds } from '../../../types/units.js'
import type { Fetch } from '../../util/fetch-json.js'

/** What a token for Microsoft Graph is asked for. */
export interface GraphTokenRequest {
  /** Whose directory is asked. */
  readonly tenantId: string
  /** `https://graph.microsoft.com/.default`, or that of the national cloud. */
  readonly scope: string
  /** Aborts when the time for the answer is over. */
  readonly signal: AbortSignal
}

/** Options of `entraGraphGroups`. Exactly one of `clientSecret` and `accessToken` says how the app gets its tokens for Microsoft Graph. */
export interface EntraGraphGroupsOptions {
  /** The app that asks, as its registration calls it. Only beside `clientSecret`. */
  readonly clientId?: string
  /** The secret of `clientId`: a token for the app itself is fetched with it (RFC 6749, section 4.4), and kept until five minutes before it ends. */
  readonly clientSecret?: string
  /** Gives a token for the app itself: for managed identities, workload identities and certificates, as `@azure/identity` has them. Asked before every call, so it should keep its tokens. */
  readonly accessToken?: (request: GraphTokenRequest) => string | Promise<string>
  /** Which of Microsoft's clouds, as for `entra`. Default `'public'`. */
  readonly cloud?: EntraCloud
  /** `true`: security groups only, and of people only: Graph has this question for users alone. Default `false`: groups of every kind. */
  readonly securityEnabledOnly?: boolean
  /** `'overage'`: groups that the token carries are taken as they are, and Graph is asked where it carries too many. `'always'`: Graph is asked whatever the token says. Default `'overage'`. */
  readonly when?: 'overage' | 'always'
  /** How long an answer may take, its body included: that of Graph, and before it that with the token. Together less than `providerTimeoutMs` of the plugin, which ends both. Milliseconds, 1 to 60,000; default 4,000. */
  readonly timeoutMs?: Milliseconds
  /** A longer answer is refused. Graph gives at most 11,000 groups, which is half of the default. Bytes, 1,024 to 16,777,216; default 1,048,576. */
  readonly maxBytes?: Bytes
  /** Calls in place of Node's own, for proxies; the bounds above hold for it too. */
  readonly fetch?: Fetch
}

/** How the app gets its tokens: with a secret, or from whoever has them. */
export type GraphAccess =
  | { readonly kind: 'secret', readonly clientId: string, readonly clientSecret: string }
  | { readonly kind: 'function', readonly accessToken: NonNullable<EntraGraphGroupsOptions['accessToken']> }

/** {@link EntraGraphGroupsOptions}, checked, copied, complete and frozen. */
export interface GraphSettings extends Readonly<Required<Omit<EntraGraphGroupsOptions, 'clientId' | 'clientSecret' | 'accessToken'>>> {
  readonly access: GraphAccess
}

const text = Type.String({ minLength: 1, description: 'a text that is not empty' })

/** What `entraGraphGroups` accepts. */
export const entraGraphGroupsOptionsSchema = Type.Object({
  clientId: Type.Optional(text),
  clientSecret: Type.Optional(text),
  accessToken: Type.Optional(Type.Function([], Type.Unknown(), { description: 'a function' })),
  cloud: Type.Optional(Type.Union([Type.Literal('public'), Type.Literal('usgov'), Type.Literal('china')], { description: "'public', 'usgov' or 'china'" })),
  securityEnabledOnly: Type.Optional(Type.Boolean({ description: 'true or false' })),
  when: Type.Optional(Type.Union([Type.Literal('overage'), Type.Literal('always')], { description: "'overage' or 'always'" })),
  timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000, description: 'a whole number of milliseconds from 1 to 60,000' })),
  maxBytes: Type.Optional(Type.Integer({ minimum: 1_024, maximum: 16_777_216, description: 'a whole number of bytes from 1,024 to 16,777,216' })),
  fetch: Type.Optional(Type.Function([], Type.Unknown(), { description: 'a function' }))
}, { additionalProperties: false, description: 'an object with options' })

/**
 * Settings of options that anybody may have written.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown, missing or wrong
 */
export function resolveGraphOptions (options: unknown): GraphSettings {
  assertOptions<EntraGraphGroupsOptions>(entraGraphGroupsOptionsSchema, options, path => ['entraGraphGroups', ...path].join('.'))
  const { cloud = 'public', securityEnabledOnly = false, when = 'overage', timeoutMs = 4_000, maxBytes = 1_048_576, fetch = fetchAsNode } = options
  return Object.freeze({ access: toAccess(options), cloud, securityEnabledOnly, when, timeoutMs, maxBytes, fetch })
}

function toAccess ({ clientId, clientSecret, accessToken }: EntraGraphGroupsOptions): GraphAccess {
  if (accessToken !== undefined && clientId === undefined && clientSecret === undefined) {
    return Object.freeze({ kind: 'function', accessToken })
  }
  if (accessToken === undefined && clientId !== undefined && clientSecret !== undefined) {
    return Object.freeze({ kind: 'secret', clientId, clientSecret })
  }
  throw new AUTH_OPTION_INVALID('entraGraphGroups must be given either clientId and clientSecret, or accessToken, and nothing of the other')
}
