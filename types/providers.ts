import type { FastifyBaseLogger } from 'fastify'
import type { EntitlementName, Identity, ProvidedIdentity } from './identity.js'
import type { SecurityScheme } from './scheme.js'
import type { Bytes } from './units.js'

/** A list of names, at hand or promised. A list at hand costs no promise. */
export type Names = readonly string[] | Promise<readonly string[]>

/** Whatever a profile provider knows of a user: deeply frozen and without a prototype by the time anyone reads it. */
export type Profile = Readonly<Record<string, unknown>>

/** What a provider gets beside its question. Made only when a provider is asked. */
export interface ProviderContext {
  /** The token that was verified, for providers that call others on the user's behalf; `null` where the credential is none. Never log it. */
  readonly token: string | null
  /** Aborts when the time for the answer is over. */
  readonly signal: AbortSignal
  /** The request's logger, at the plugin's level. */
  readonly log: FastifyBaseLogger
}

/** What every provider may have beside its one method. */
export interface ProviderLifecycle {
  /** Called once while the app boots; all providers side by side, at most 5 seconds in all. A rejection is a warning. */
  warmUp? (): Promise<void>
  /** `true`: a failed warm-up stops the boot. Default `false`. */
  readonly warmUpRequired?: boolean
  /** Called when the app closes. */
  close? (): Promise<void>
}

/** Providers of names that count for the users of one provider only, before those of the plugin. */
export interface OwnProviders {
  readonly groupsProvider?: GroupsProvider
  readonly rolesProvider?: RolesProvider
  readonly permissionsProvider?: PermissionsProvider
  readonly profileProvider?: ProfileProvider
}

/** Verifies the tokens of one or several issuers. */
export interface JwtProvider extends ProviderLifecycle, OwnProviders {
  /** Named in log lines and in what stops the boot. */
  readonly name: string
  /** Values of `iss` whose JWTs come here, compared code point by code point. Two providers with one issuer stop the boot. Empty only beside `opaqueTokens`. */
  readonly issuers: readonly string[]
  /**
   * Whether an `iss` that is not among `issuers` comes here too, for issuers that nobody can list; `issuers` then says in a few words which. Asked of what
   * a token claims, before anything is verified. Two providers with one issuer stop the boot here as well. Absent: none.
   */
  readonly ownsIssuer?: (issuer: string) => boolean
  /** Who may stand behind its identities, where those are others than `issuers`: who issues the opaque tokens that come here, while JWTs of his go elsewhere. */
  readonly identityIssuers?: readonly string[]
  /**
   * Checks everything there is to check. Throws a coded error for a bad token (`new AUTH_TOKEN_INVALID({ reason })`);
   * anything else it throws is an outage: 503.
   */
  verify (token: string, context: ProviderContext): ProvidedIdentity | Promise<ProvidedIdentity>
  /** `true`: the token cache may remember its verdicts until `expiresAt`. Default `false`. */
  readonly cacheable?: boolean
  /** Grows when a key is withdrawn: tokens cached before are verified again. */
  readonly keyGeneration?: number
  /** A longer token is refused before anything of it is decoded. Default 16,384. */
  readonly maxTokenBytes?: Bytes
  /**
   * Tokens beside the JWTs of its `issuers`: those that the function knows, asked at once and in the order of the providers, or `'any'` that is no JWT
   * and that no other provider knows. Whoever knows a token judges it finally. Two providers for `'any'` stop the boot. Absent: none.
   */
  readonly opaqueTokens?: 'any' | ((token: string) => boolean)
  /** `true`: refused tokens count as attempts to guess one, for the option `failureLimit`. Default `false`. */
  readonly countsFailures?: boolean
  /** How its tokens are described to clients. Default: a bearer token that is a JWT. */
  readonly securityScheme?: SecurityScheme
  /** Which names its identities may carry: others are not looked at. Absent: none. */
  readonly supplies?: readonly EntitlementName[]
  /** The part of `supplies` that nobody has configured: counts only while this is the app's one JWT provider. */
  readonly suppliesByDefault?: readonly EntitlementName[]
}

/** Says which groups an identity is in. */
export interface GroupsProvider extends ProviderLifecycle {
  /** `[]` means none. What it throws, an answer that is too late and any other answer than a list of texts are 503. */
  fetchGroups (identity: Identity, context: ProviderContext): Names
}

/** Says which roles an identity has. */
export interface RolesProvider extends ProviderLifecycle {
  /** Like {@link GroupsProvider.fetchGroups}. */
  fetchRoles (identity: Identity, context: ProviderContext): Names
}

/** Says which permissions an identity has. */
export interface PermissionsProvider extends ProviderLifecycle {
  /** Like {@link GroupsProvider.fetchGroups}. */
  fetchPermissions (identity: Identity, context: ProviderContext): Names
  /** `'wildcard'`: a held `user.*` grants `user.create` and `user.address.read`, but neither `user` nor `users.create`. Default `'exact'`; anything else stops the boot. */
  readonly permissionMatch?: 'exact' | 'wildcard'
}

/** Says what else is known of an identity. */
export interface ProfileProvider extends ProviderLifecycle {
  /** `{}` means that nothing is known. What it throws, an answer that is too late and anything but an object are 503. */
  fetchProfile (identity: Identity, context: ProviderContext): Profile | Promise<Profile>
}
