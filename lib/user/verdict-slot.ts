import type { Principal } from './principal.js'
import type { Mode } from '../../types/options.js'
import type { AuthError } from '../../types/verdict.js'

/** The request's own place for its verdict. Guards read this, never the public `request.user`. */
export const kVerdict = Symbol.for('fastify-gatekeeper.verdict')

/** What was found out about who sent the request. */
export interface Verdict {
  /** What the route answers instead of running; `null` lets the request on. */
  readonly error: AuthError | null
  readonly principal: Principal | null
  /** The authenticators that the credentials were for; `null` when none were read. */
  readonly authenticators: readonly string[] | null
  readonly route: JudgedRoute
}

/** What a verdict says of the route it was found for. */
export interface JudgedRoute {
  readonly instance: object
  readonly mode: Mode
  /** Declared public, by its config or from outside: guards that it inherits are not for it. */
  readonly liftsGuards: boolean
}

interface Slotted { [kVerdict]?: Verdict | null }

/** The verdict on a request; `null` when it has not been judged yet. */
export function verdictOf (request: object): Verdict | null {
  return (request as Slotted)[kVerdict] ?? null
}

/** Gives the request its verdict. */
export function writeVerdict (request: object, verdict: Verdict): void {
  (request as Slotted)[kVerdict] = verdict
}
