import { assertPermissionMatch } from './assert-permission-match.js'
import { AUTH_OPTION_INVALID } from './errors.js'
import { assertNarrow, freezeExclusions } from './exclusions.js'
import { pluginOptionsSchema } from './options-schema.js'
import { createInheritance } from './resolve-inherited.js'
import { resolveFailureLimit } from './resolve-failure-limit.js'
import { fromHeader } from './schemes/from-header.js'
import { findMismatch } from './util/find-mismatch.js'
import { toLogLevel } from './util/to-log-level.js'

import type { Inherit, Inherited } from './resolve-inherited.js'
import type { FailureLimitSettings } from './failure-limit.js'
import type { Policy } from '../types/guard.js'
import type { AuthPluginOptions, ErrorBody, Exclusion, LogLevel, OpenapiOptions } from '../types/options.js'
import type { JwtProvider, OwnProviders } from '../types/providers.js'
import type { Authenticator, TokenAuthenticator, TokenSource } from '../types/scheme.js'
import type { Bytes, Count, Milliseconds } from '../types/units.js'

const DEFAULT_TOKEN_CACHE = Object.freeze({ max: 10_000, maxBytes: 33_554_432 })
const DEFAULT_OPENAPI = Object.freeze({ decorators: Object.freeze(['swagger']), requirements: 'scopes' } as const)
const DEFAULT_PROVIDER_TIMEOUT_MS = 5_000

/** The plugin's options after the check: copied, frozen, every default filled in. */
export interface Settings extends Inherited {
  /** What would hold inside another registration. */
  readonly inherit: Inherit
  readonly jwtProviders: readonly JwtProvider[]
  readonly tokenSources: readonly TokenSource[]
  readonly authenticators: ReadonlyArray<Authenticator | TokenAuthenticator>
  readonly policies: Readonly<Record<string, Policy>>
  /** `null`: failures are not counted. */
  readonly failureLimit: FailureLimitSettings | null
  readonly errorBody: ErrorBody | null
  /** `null`: documents are left alone. */
  readonly openapi: Required<OpenapiOptions> | null
  /** The providers of names and profiles that all users share. */
  readonly shared: OwnProviders
  readonly exclude: readonly Exclusion[]
  readonly tokenCache: { readonly max: Count, readonly maxBytes: Bytes } | null
  readonly providerTimeoutMs: Milliseconds
  readonly realm: string
  /** `null`: the app's own. */
  readonly logLevel: LogLevel | null
}

/**
 * Checks the plugin's options, fills in the defaults and freezes the copy.
 *
 * @param outer the settings of the registration around this one
 * @throws {AUTH_OPTION_INVALID} naming the path of what is wrong
 */
export function resolveOptions (options: unknown, env: NodeJS.ProcessEnv, outer?: Settings): Settings {
  const given = checkOptions(options)
  const { groupsProvider, rolesProvider, permissionsProvider, profileProvider } = given
  const inherit = createInheritance(given, env)
  const settings: Settings = Object.freeze({
    ...resolveWaysIn(given),
    ...inherit(outer ?? null),
    inherit,
    shared: Object.freeze(withoutUndefined({ groupsProvider, rolesProvider, permissionsProvider, profileProvider })),
    policies: Object.freeze({ ...given.policies } as Record<string, Policy>),
    failureLimit: given.failureLimit === null ? null : resolveFailureLimit(given.failureLimit),
    errorBody: given.errorBody ?? null,
    openapi: resolveOpenapi(given.openapi),
    exclude: freezeExclusions(given.exclude ?? []),
    tokenCache: resolveTokenCache(given.tokenCache),
    providerTimeoutMs: given.providerTimeoutMs ?? DEFAULT_PROVIDER_TIMEOUT_MS,
    realm: given.realm ?? 'api',
    logLevel: given.logLevel ?? readLogLevel(env)
  })
  assertNarrow(settings.exclude, { option: 'exclude', instead: "make every route public; say mode: 'public'" })
  return settings
}

function resolveWaysIn ({ jwtProvider = [], tokenSources = [fromHeader()], authenticators = [] }: AuthPluginOptions): Pick<Settings, 'jwtProviders' | 'tokenSources' | 'authenticators'> {
  const jwtProviders = Object.freeze([jwtProvider].flat() as JwtProvider[])
  if (jwtProviders.length === 0 && authenticators.length === 0) {
    throw new AUTH_OPTION_INVALID('jwtProvider is missing: without it, and without authenticators, nobody could sign in')
  }
  const all = [...jwtProviders, ...authenticators.flatMap(authenticator => 'jwtProviders' in authenticator ? authenticator.jwtProviders : [])]
  assertDistinct([...new Set(all)])
  return { jwtProviders, tokenSources: Object.freeze([...tokenSources]), authenticators: Object.freeze([...authenticators]) as Settings['authenticators'] }
}

function checkOptions (options: unknown): AuthPluginOptions {
  const given = withoutUndefined(options)
  const mismatch = findMismatch(pluginOptionsSchema, given)
  if (mismatch !== null) {
    throw new AUTH_OPTION_INVALID(`${mismatch.path.join('.') || 'options'} ${mismatch.problem}`)
  }
  assertPermissionMatch(given as AuthPluginOptions)
  return given as AuthPluginOptions
}

function resolveOpenapi (openapi: AuthPluginOptions['openapi']): Settings['openapi'] {
  if (openapi === null) {
    return null
  }
  const { decorators, requirements } = { ...DEFAULT_OPENAPI, ...withoutUndefined(openapi) as OpenapiOptions }
  return Object.freeze({ decorators: Object.freeze([...decorators]), requirements })
}

function resolveTokenCache (tokenCache: AuthPluginOptions['tokenCache']): Settings['tokenCache'] {
  return tokenCache === null ? null : Object.freeze({ ...DEFAULT_TOKEN_CACHE, ...withoutUndefined(tokenCache) as object })
}

/** An option that is there and undefined is an option that is not there. */
function withoutUndefined (options: unknown): unknown {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return options
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function assertDistinct (providers: readonly JwtProvider[]): void {
  const owners = new Map<string, string>()
  for (const { name, issuers, opaqueTokens } of providers) {
    if (issuers.length === 0 && opaqueTokens === undefined) {
      throw new AUTH_OPTION_INVALID(`jwtProvider must have a list of at least one issuer, or opaqueTokens: no token would ever come to ${name}`)
    }
    for (const issuer of issuers) {
      const owner = owners.get(issuer)
      if (owner !== undefined) {
        throw new AUTH_OPTION_INVALID(`jwtProvider: ${owner} and ${name} have one issuer, ${issuer}; each issuer has one provider`)
      }
      owners.set(issuer, name)
    }
  }
  assertRulesDistinct(providers)
}

function assertRulesDistinct (providers: readonly JwtProvider[]): void {
  for (const ruler of providers) {
    for (const { name, issuers } of providers.filter(provider => provider !== ruler)) {
      const shared = issuers.find(issuer => ruler.ownsIssuer?.(issuer) === true)
      if (shared !== undefined) {
        throw new AUTH_OPTION_INVALID(`jwtProvider: ${ruler.name} and ${name} have one issuer, ${shared}; each issuer has one provider`)
      }
    }
  }
}

function readLogLevel (env: NodeJS.ProcessEnv): LogLevel | null {
  const text = env['AUTH_MIDDLEWARE_LOG_LEVEL']
  if (text === undefined || text === '') {
    return null
  }
  const level = toLogLevel(text)
  if (level === null) {
    throw new AUTH_OPTION_INVALID("AUTH_MIDDLEWARE_LOG_LEVEL must be a level of pino's or Python's: info, WARNING, CRITICAL for example")
  }
  return level
}
