import type { FastifyRequest } from 'fastify'
import type { GuardDescription, Policy } from './guard.js'
import type { GroupsProvider, JwtProvider, PermissionsProvider, ProfileProvider, RolesProvider } from './providers.js'
import type { PassthroughMode } from './passthrough.js'
import type { PolicyName } from './register.js'
import type { RevocationList } from './revocation.js'
import type { Authenticator, TokenAuthenticator, TokenSource } from './scheme.js'
import type { Store } from './store.js'
import type { AuthError } from './verdict.js'
import type { Bytes, Count, Milliseconds, OneOrMore, Seconds } from './units.js'

/** What a route asks of its callers; the table in `docs/routes-and-modes.md`. */
export type Mode = 'public' | 'tolerant' | 'optional' | 'required'

/** `config.auth` of a route: its mode, or its mode and the only authenticators it accepts. */
export type RouteAuth = Mode | {
  readonly mode: Mode
  readonly authenticators?: OneOrMore<string>
  /** Misspelt. Where a config is written inline, Fastify takes its type for whatever was written: only what is known to be wrong does not compile. */
  readonly authenticator?: never
}

/** A route declared public from outside: its full pattern as routed, prefix included; `/docs/*` is `/docs` and all below it. */
export type Exclusion = string | { readonly method: string, readonly url: string }

/** How many verified tokens are remembered. */
export interface TokenCacheOptions {
  /** Tokens, 1 or more; default 10,000. */
  readonly max?: Count
  /** Estimated size of all that is remembered, 1,024 or more; default 33,554,432 (32 MiB). */
  readonly maxBytes?: Bytes
}

/** Which pages may use credentials that browsers send by themselves. */
export interface CsrfOptions {
  /** Origins beside the app's own, exactly as browsers write them: `https://app.example.com`. Default none. */
  readonly trustedOrigins?: readonly string[]
}

/** An error as `errorBody` gets it: what the caller may know. */
export type PublicAuthError = Pick<AuthError, 'code' | 'message' | 'statusCode'> & { readonly scopes: readonly string[] }

/** How many refused attempts to guess a password, a key or an opaque token are answered. */
export interface FailureLimitOptions {
  /** Refused attempts from one address within the window, 1 to 1,000; default 10. */
  readonly max?: Count
  /** How long an attempt counts. 1 to 86,400; default 300. */
  readonly windowSeconds?: Seconds
  /** Where attempts are counted, for several processes that are to count together. Default: in this process. */
  readonly store?: Store
}

/** What is sent in place of the app's error body. */
export type ErrorBody = 'problem' | object | ((error: PublicAuthError, request: FastifyRequest) => unknown)

/** Which names of guards OpenAPI documents publish: scopes, all (groups, roles and permissions too), or none. */
export type OpenapiRequirements = 'scopes' | 'all' | 'none'

/** What OpenAPI documents say. */
export interface OpenapiOptions {
  /** The names under which `@fastify/swagger` was registered: its option `decorator`. Default `['swagger']`. */
  readonly decorators?: readonly string[]
  /** Which names of guards are published. Default `'scopes'`, which clients must know to ask for them. */
  readonly requirements?: OpenapiRequirements
}

/** Levels of pino, most severe first. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** Options of the plugin. An unknown or ill-typed one stops the boot with `AUTH_OPTION_INVALID`, naming its path. */
export interface AuthPluginOptions {
  /** Who verifies bearer tokens: one provider, or several with different issuers. May be left out where `authenticators` has some. */
  readonly jwtProvider?: OneOrMore<JwtProvider>
  /** Where the tokens of `jwtProvider` are read from: one authenticator for each kind of source (`bearerAuth`, `cookieAuth`, `queryAuth`). Default `[fromHeader()]`. */
  readonly tokenSources?: readonly TokenSource[]
  /** Further ways to sign in: `bearer(…)`, or one's own. Default none. */
  readonly authenticators?: ReadonlyArray<Authenticator | TokenAuthenticator>
  /** Asked for the groups of users whose JWT provider has no `groupsProvider` of its own. Default: what the token carries. */
  readonly groupsProvider?: GroupsProvider
  /** Asked for roles, like `groupsProvider`. */
  readonly rolesProvider?: RolesProvider
  /** Asked for permissions, like `groupsProvider`. */
  readonly permissionsProvider?: PermissionsProvider
  /** Asked for the profile, like `groupsProvider`. Default: `{}`. */
  readonly profileProvider?: ProfileProvider
  /**
   * What a route asks of its callers when neither `exclude`, nor its config, nor a guard says so. Default `'required'`; in a registration
   * inside another one, that of the outer one, which may only be tightened.
   */
  readonly mode?: Mode
  /** Routes declared public, those of other plugins for example. Not inherited by registrations further in. Default none. */
  readonly exclude?: readonly Exclusion[]
  /** `true`: a route that has neither a guard, nor a config, nor is excluded, stops the boot. Default `false`. */
  readonly strict?: boolean
  /** Policies by name, for `requirePolicy('name')`. Default none. */
  readonly policies?: Readonly<Partial<Record<PolicyName, Policy>>>
  /**
   * Credentials that browsers send by themselves count only on requests that a page of this app, or of a trusted origin, made; `null` believes all.
   * On by default.
   */
  readonly csrf?: CsrfOptions | null
  /** Asked on every authenticated request whether the credential has been revoked. Default none. */
  readonly revocation?: RevocationList
  /**
   * Refused passwords, API keys and opaque tokens count per address (IPv6: per network of 64 bits), and per address and account; never per account alone,
   * so nobody can lock another out. Too many are answered with 429 before any password is hashed and anybody is asked. `null` answers all of them.
   * Default `{ max: 10, windowSeconds: 300 }`.
   */
  readonly failureLimit?: FailureLimitOptions | null
  /** The body of our errors: `'problem'` (RFC 9457), a value, or a function. Default `null`: the app's error handler decides. */
  readonly errorBody?: ErrorBody | null
  /** What the documents of `@fastify/swagger` say of security; `null` leaves them alone. Default `{ decorators: ['swagger'], requirements: 'scopes' }`. */
  readonly openapi?: OpenapiOptions | null
  /**
   * `true`: nobody is asked for anything, and everybody is the synthetic user. Only while `NODE_ENV` is `development` or `test`, else the boot stops.
   * Default: `AUTH_MIDDLEWARE_DISABLED`, else `false`.
   */
  readonly disabled?: boolean
  /** `true`: `disabled` counts whatever `NODE_ENV` says. Default `false`. */
  readonly allowDisabledInProduction?: boolean
  /** `true`: a registration inside another one may loosen what the outer one demands. Default `false`. */
  readonly override?: boolean
  /** Remembers verified tokens of cacheable providers; `null` verifies every token anew. Default `{ max: 10_000, maxBytes: 33_554_432 }`. */
  readonly tokenCache?: TokenCacheOptions | null
  /** How long any provider may take for an answer before it counts as an outage (503). Milliseconds, 1 to 600,000; default 5,000. */
  readonly providerTimeoutMs?: Milliseconds
  /** Named in every challenge: printable ASCII without quotes and backslashes. Default `'api'`. RFC 9110, section 11.5. */
  readonly realm?: string
  /** Level of the plugin's log lines. Default: `AUTH_MIDDLEWARE_LOG_LEVEL`, else the app's own. */
  readonly logLevel?: LogLevel
}

/** What one route asks of its callers, as it is enforced. */
export interface AccessRow {
  readonly methods: readonly string[]
  /** The full pattern as routed. */
  readonly url: string
  readonly mode: Mode
  /** Who said so: a guard on it, its own config, the option `exclude`, or nobody. */
  readonly declaredBy: 'guard' | 'config' | 'exclude' | 'default'
  /** What its guards demand together; `null` when it has none. */
  readonly guard: GuardDescription | null
  /** The ways to sign in that it accepts; none where it is public. */
  readonly authenticators: readonly string[]
  /**
   * What the plugin `passthrough` does with credentials that are for others; absent where it is not registered. It verifies none, so it guards
   * nothing: who gets in is said by the members above.
   */
  readonly passthrough?: PassthroughMode
}
