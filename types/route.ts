import type { GuardDescription } from './guard.js'
import type { Mode } from './options.js'
import type { AuthError } from './verdict.js'

/** What a route was settled to be when the app got ready. */
export interface SettledRoute {
  /** `GET /books/:id` for example; for what stops the boot. */
  readonly name: string
  readonly methods: readonly string[]
  /** The full pattern as routed. */
  readonly url: string
  readonly mode: Mode
  readonly guards: readonly GuardDescription[]
  /** What the app wrote into the route's `config`. */
  readonly config: unknown
}

/** What an authenticator says of a route that accepts it. */
export interface RouteTerms {
  /**
   * `true`: a caller whom the authenticator cannot judge (503) goes on as nobody, marked with `isDegraded(request)`; whoever is refused stays refused.
   * A route that lets no stranger in stops the boot then. Default `false`.
   */
  readonly failOpen?: boolean
  /** With what it refuses credentials there, beside 401: OpenAPI documents have a response for each status. Default: nothing else. */
  readonly refusals?: readonly RouteRefusal[]
}

/** An error as documents know it. */
export type RouteRefusal = Pick<AuthError, 'statusCode' | 'code' | 'message'>
