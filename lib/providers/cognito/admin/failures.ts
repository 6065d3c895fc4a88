import {
  AUTH_CHALLENGE_REJECTED, AUTH_CODE_REJECTED, AUTH_LOGIN_DENIED, AUTH_MFA_UNAVAILABLE, AUTH_PASSWORD_REJECTED,
  AUTH_PASSWORD_RESET_REQUIRED, AUTH_PASSWORD_UNSUITABLE, AUTH_TOKEN_INVALID, AUTH_TOO_MANY_FAILURES,
  AUTH_TOO_MANY_REQUESTS, AUTH_USER_UNCONFIRMED
} from '../../../errors.js'
import { describeError } from '../../../util/describe-error.js'

import type { AuthErrorClass } from '../../../errors.js'
import type { DescribedError } from '../../../util/describe-error.js'
import type { AuthError, AuthErrorDetail, Reason } from '../../../../types/verdict.js'
import type { Seconds } from '../../../../types/units.js'

/**
 * What callers hear, by the exception that Amazon Cognito answers with. Of some there are kinds, which are looked up first:
 *
 * - `value.<member>`, `value`: an `InvalidParameterException` about what the caller sent, whose member is written in small letters
 * - `secret.hash`: a `NotAuthorizedException` about a secret hash that does not fit; all others about the secret of the client are nobody's but the app's
 * - `token`: a `NotAuthorizedException` about the token
 *
 * What is not there is an outage, or a fault of the configuration.
 */
export type Refusals = Readonly<Record<string, AuthErrorClass>>

/** What went wrong, where it may be looked at. */
export interface Failure {
  /** Which entries of a table it may be, the first that is there counts. */
  readonly kinds: readonly string[]
  readonly error: DescribedError | null
}

/** Amazon Cognito lifts its limits for one user after minutes; the others, of the whole pool, are by the second. */
const LIMIT_SECONDS: Seconds = 60

/** What any action may be refused with. */
export const COMMON: Refusals = Object.freeze({
  PasswordResetRequiredException: AUTH_PASSWORD_RESET_REQUIRED,
  UserNotConfirmedException: AUTH_USER_UNCONFIRMED,
  UserLambdaValidationException: AUTH_LOGIN_DENIED,
  ForbiddenException: AUTH_LOGIN_DENIED,
  TooManyRequestsException: AUTH_TOO_MANY_REQUESTS,
  LimitExceededException: AUTH_TOO_MANY_REQUESTS,
  TooManyFailedAttemptsException: AUTH_TOO_MANY_FAILURES
})

/** What any action that shows an access token may be refused with. */
export const OF_ACCESS_TOKEN: Refusals = Object.freeze({
  ...COMMON,
  NotAuthorizedException: AUTH_TOKEN_INVALID,
  UserNotFoundException: AUTH_TOKEN_INVALID,
  value: AUTH_TOKEN_INVALID
})

const REASONS: ReadonlyMap<AuthErrorClass, Reason> = new Map([
  [AUTH_PASSWORD_REJECTED, 'password'], [AUTH_PASSWORD_RESET_REQUIRED, 'password_reset'], [AUTH_USER_UNCONFIRMED, 'unconfirmed'],
  [AUTH_CHALLENGE_REJECTED, 'challenge'], [AUTH_CODE_REJECTED, 'code'], [AUTH_PASSWORD_UNSUITABLE, 'password_policy'],
  [AUTH_MFA_UNAVAILABLE, 'mfa'], [AUTH_TOKEN_INVALID, 'token_inactive'], [AUTH_LOGIN_DENIED, 'login_denied'],
  [AUTH_TOO_MANY_REQUESTS, 'requests'], [AUTH_TOO_MANY_FAILURES, 'failures']
])

/** Of these the log may have the exception: it does not tell whether there is such a user. */
const NAMED: readonly AuthErrorClass[] = [AUTH_TOO_MANY_REQUESTS, AUTH_LOGIN_DENIED, AUTH_MFA_UNAVAILABLE]

const SLOW = ['LimitExceededException', 'TooManyFailedAttemptsException']

/** What a thrown value is. Exceptions are known by their names, whichever copy of the SDK made them; nothing of their messages is kept. */
export function toFailure (thrown: unknown): Failure {
  const error = describeError(thrown)
  return { kinds: error?.name == null ? [] : toKinds(error.name, toMessage(thrown)), error }
}

/** What callers hear of a failure; `null` when it is none of theirs. */
export function toRefusal ({ kinds, error }: Failure, refusals: Refusals): AuthError | null {
  const kind = kinds.find(kind => Object.hasOwn(refusals, kind))
  return kind === undefined ? null : createRefusal(refusals[kind] as AuthErrorClass, error)
}

/** An error of a class that there is a reason for. */
export function createRefusal (Refusal: AuthErrorClass, error: DescribedError | null = null): AuthError {
  const detail: AuthErrorDetail = {
    reason: REASONS.get(Refusal) as Reason,
    ...NAMED.includes(Refusal) && error !== null && { error },
    ...SLOW.includes(error?.name ?? '') && { retryAfterSeconds: LIMIT_SECONDS }
  }
  return new Refusal(detail)
}

/** Messages are in no reference: what cannot be told by them is what the exception is by itself. */
function toKinds (name: string, message: string): readonly string[] {
  switch (name) {
    case 'NotAuthorizedException': return toKindsOfCaller(name, message)
    case 'InvalidParameterException': return toKindsOfValue(name, message)
    default: return [name]
  }
}

/** `Unable to verify secret hash for client …`, `Client … is configured with secret but SECRET_HASH was not received`, `Access Token has expired` */
function toKindsOfCaller (name: string, message: string): readonly string[] {
  if (!/secret/i.test(message)) {
    return /token/i.test(message) ? ['token', name] : [name]
  }
  return /secret.?hash/i.test(message) && !/received/i.test(message) ? ['secret.hash'] : ['secret']
}

/** `1 validation error detected: Value at 'userCode' failed to satisfy constraint: …` */
function toKindsOfValue (name: string, message: string): readonly string[] {
  if (!/^\d+ validation errors? detected/.test(message)) {
    return [name]
  }
  const [, member = ''] = / at '(?:[\w.]*\.)?(\w+)'/.exec(message) ?? []
  return [`value.${member.toLowerCase()}`, 'value', name]
}

function toMessage (thrown: unknown): string {
  try {
    const { message } = thrown as { readonly message?: unknown }
    return typeof message === 'string' ? message : ''
  } catch {
    return ''
  }
}
