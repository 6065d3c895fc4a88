import type { FastifyRequest } from 'fastify'
import type { EntitlementName, ProvidedIdentity } from './identity.js'
import type { ErrorBody } from './options.js'
import type { JwtProvider, OwnProviders, ProviderContext, ProviderLifecycle } from './providers.js'
import type { RouteTerms, SettledRoute } from './route.js'
import type { Milliseconds } from './units.js'
import type { AuthError } from './verdict.js'

/** A security scheme object of OpenAPI 3.1, section 4.8.27. */
export interface SecurityScheme {
  readonly type: 'http' | 'apiKey' | 'oauth2' | 'openIdConnect' | 'mutualTLS'
  readonly [member: string]: unknown
}

/** A place in the request that a token is read from. */
export interface TokenSource {
  /** What it reads, in words: `header authorization` for example. Two alike stop the boot. */
  readonly name: string
  /**
   * Takes the token from the request: no I/O, `null` when there is none.
   * Throws a coded error when there is something, and it cannot be a token.
   */
  read (request: FastifyRequest): string | null
  /** How OpenAPI documents describe it. Default: as its providers describe their tokens, bearer tokens that is. */
  readonly securityScheme?: SecurityScheme
}

/** A way to sign in of one's own: reads, verifies, asks and is documented. */
export interface Authenticator<Credentials = unknown> extends ProviderLifecycle, OwnProviders {
  /** The word for it in `user.authenticator`, `config.auth.authenticators` and the OpenAPI document. */
  readonly name: string
  readonly securityScheme: SecurityScheme
  /** Like {@link TokenSource.read}. */
  read (request: FastifyRequest): Credentials | null
  /**
   * Checks everything there is to check. Throws a coded error for bad credentials; anything else it throws is an outage: 503.
   * An identity without `issuer` gets `urn:fastify-gatekeeper:<name>`.
   */
  verify (credentials: Credentials, context: ProviderContext): AuthenticatedIdentity | Promise<AuthenticatedIdentity>
  /** One challenge for `WWW-Authenticate`; `failure` is what was wrong with the credentials, `null` when none came. `null` asks for nothing. */
  challenge (failure: AuthError | null): string | null
  /** What its identities may carry; absent: nothing. */
  readonly supplies?: readonly EntitlementName[]
  /**
   * Whose credentials somebody tries, in the words of the request; `null` when that is not known. Where it is there, refused credentials count as attempts
   * to guess some, for the option `failureLimit`. No I/O.
   */
  accountOf? (credentials: Credentials): string | null
  /** Where it reads tokens, should it read some with sources: so that nobody else reads there, and that the rules for queries and WebSockets hold. */
  readonly tokenSources?: readonly TokenSource[]
  /** Whether browsers send these credentials by themselves. Absent: as the security scheme says. */
  isAmbient? (credentials: Credentials, request: FastifyRequest): boolean
  /** How long `verify` may take, in place of the plugin's `providerTimeoutMs`. */
  readonly timeoutMs?: Milliseconds
  /** `true`: what it refuses may carry an answer that is sent in place of our own ({@link AuthErrorDetail.answer}). Default `false`. */
  readonly relaysAnswers?: boolean
  /** The body of refusals on routes that accept it, in place of the plugin's `errorBody`. Absent: the plugin's. */
  readonly errorBody?: ErrorBody
  /** Asked while the app boots, for each route that accepts it and is not public: whether its outages let strangers in, and with what it refuses. What it throws stops the boot. */
  settleRoute? (route: SettledRoute): RouteTerms
}

/** A way to sign in with tokens, as `bearer` makes it. */
export interface TokenAuthenticator {
  /** Like {@link Authenticator.name}. */
  readonly name: string
  readonly tokenSources: readonly TokenSource[]
  readonly jwtProviders: readonly JwtProvider[]
}

/** What an authenticator returns: an identity whose issuer may be left to the plugin. */
export type AuthenticatedIdentity = Omit<ProvidedIdentity, 'issuer'> & {
  readonly issuer?: string
  /** Headers that are added to the answer of the request, a renewed cookie for example, where {@link Authenticator.relaysAnswers} is `true`. */
  readonly answerHeaders?: Readonly<Record<string, readonly string[]>>
}
