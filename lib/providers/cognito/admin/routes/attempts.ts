import type { FastifyRequest } from 'fastify'

import { isAuthError } from '../../../../errors.js'

import type { AuthErrorCode } from '../../../../errors.js'
import type { FailureLimit } from '../../../../failure-limit.js'

/** What somebody is told who has guessed wrong. A refresh token cannot be guessed, and a weak password is none that was tried. */
const WRONG: readonly AuthErrorCode[] = [
  'AUTH_PASSWORD_REJECTED', 'AUTH_PASSWORD_RESET_REQUIRED', 'AUTH_USER_UNCONFIRMED', 'AUTH_LOGIN_DENIED', 'AUTH_CHALLENGE_REJECTED', 'AUTH_CODE_REJECTED'
]

/** One call of an action. */
export interface Try<T> {
  readonly request: FastifyRequest
  /** Whose account it is about; `null` when that is not known. */
  readonly account: string | null
  run (): Promise<T>
}

/** Lets callers try as long as they have not failed too often. */
export interface Attempts {
  /** What is wrong counts. */
  guess<T> (attempt: Try<T>): Promise<T>
  /** Everything counts: somebody gets mail by it. */
  disturb<T> (attempt: Try<T>): Promise<T>
}

/** @param limit `null`: somebody else counts */
export function createAttempts (limit: FailureLimit | null): Attempts {
  async function attempt<T> ({ request, account, run }: Try<T>, counts: (error: unknown) => boolean): Promise<T> {
    return limit === null ? await run() : await limit.attempt(request, { account, verify: run, counts })
  }

  return Object.freeze<Attempts>({
    guess: async each => await attempt(each, isWrong),
    disturb: async each => await attempt(each, () => true)
  })
}

function isWrong (error: unknown): boolean {
  return isAuthError(error) && WRONG.includes(error.code as AuthErrorCode)
}
