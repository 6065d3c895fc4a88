import createError from '@fastify/error'

import type { AuthError as AuthErrorShape, AuthErrorDetail } from '../types/verdict.js'

const kAuthError = Symbol.for('fastify-gatekeeper.error')

/** Makes errors of one code. */
export type AuthErrorClass = new (detail?: AuthErrorDetail) => AuthErrorShape

/** 400: the request carries more than one credential. */
export const AUTH_CREDENTIALS_AMBIGUOUS = defineError('AUTH_CREDENTIALS_AMBIGUOUS', 'Ambiguous credentials', 400)

/** 400: the answer to a challenge is wrong, or came too late. */
export const AUTH_CHALLENGE_REJECTED = defineError('AUTH_CHALLENGE_REJECTED', 'Invalid or expired challenge', 400)
/** 400: the code is wrong, or came too late. */
export const AUTH_CODE_REJECTED = defineError('AUTH_CODE_REJECTED', 'Invalid or expired code', 400)
/** 400: the new password is not one that the user may have. */
export const AUTH_PASSWORD_UNSUITABLE = defineError('AUTH_PASSWORD_UNSUITABLE', 'Password does not meet the policy', 400)
/** 400: what the user wants with his second factor does not work for him or his pool. */
export const AUTH_MFA_UNAVAILABLE = defineError('AUTH_MFA_UNAVAILABLE', 'Multi-factor authentication cannot be set up', 400)

/** 401: nobody is signed in, and somebody has to be. */
export const AUTH_CREDENTIALS_MISSING = defineError('AUTH_CREDENTIALS_MISSING', 'Authentication required', 401)
/** 401: the credential is not written as its scheme demands. */
export const AUTH_CREDENTIALS_MALFORMED = defineError('AUTH_CREDENTIALS_MALFORMED', 'Malformed credentials', 401)
/** 401: the token is not valid here. */
export const AUTH_TOKEN_INVALID = defineError('AUTH_TOKEN_INVALID', 'Invalid token', 401)
/** 401: the token was valid once. */
export const AUTH_TOKEN_EXPIRED = defineError('AUTH_TOKEN_EXPIRED', 'Token expired', 401)

/** 401: the token has been revoked. */
export const AUTH_TOKEN_REVOKED = defineError('AUTH_TOKEN_REVOKED', 'Token revoked', 401)

/** 401: there is no such user, or the password is another one. */
export const AUTH_PASSWORD_REJECTED = defineError('AUTH_PASSWORD_REJECTED', 'Wrong username or password', 401)
/** 401: the password counts no more, until the user has set a new one. */
export const AUTH_PASSWORD_RESET_REQUIRED = defineError('AUTH_PASSWORD_RESET_REQUIRED', 'Password reset required', 401)
/** 401: there is no such API key, or it has ended or been revoked. */
export const AUTH_KEY_REJECTED = defineError('AUTH_KEY_REJECTED', 'Invalid API key', 401)

/** 401: the external service refuses the credential. */
export const AUTH_GATEWAY_DENIED = defineError('AUTH_GATEWAY_DENIED', 'Access denied', 401)

/** 403: a browser added the credential by itself, and nothing shows that a page of ours asked for it. */
export const AUTH_ORIGIN_REFUSED = defineError('AUTH_ORIGIN_REFUSED', 'Operation not allowed', 403)
/** 403: the user is in none of the groups asked for, or not in all. */
export const AUTH_GROUP_MISSING = defineError('AUTH_GROUP_MISSING', 'Operation not allowed', 403)
/** 403: the user has none of the roles asked for, or not all. */
export const AUTH_ROLE_MISSING = defineError('AUTH_ROLE_MISSING', 'Operation not allowed', 403)
/** 403: the user has none of the permissions asked for, or not all. */
export const AUTH_PERMISSION_MISSING = defineError('AUTH_PERMISSION_MISSING', 'Operation not allowed', 403)
/** 403: the token was not issued for the scopes asked for. */
export const AUTH_SCOPE_MISSING = defineError('AUTH_SCOPE_MISSING', 'Operation not allowed', 403)
/** 403: the route is for people or for machines, and the user is not shown to be one. */
export const AUTH_KIND_REFUSED = defineError('AUTH_KIND_REFUSED', 'Operation not allowed', 403)

/** 403: a claim of the token is not what was asked for. */
export const AUTH_CLAIM_MISSING = defineError('AUTH_CLAIM_MISSING', 'Operation not allowed', 403)
/** 403: a policy says no. */
export const AUTH_POLICY_DENIED = defineError('AUTH_POLICY_DENIED', 'Operation not allowed', 403)
/** 403: the user passes a guard that he must not pass. */
export const AUTH_GUARD_REFUSED = defineError('AUTH_GUARD_REFUSED', 'Operation not allowed', 403)

/** 403: the user has signed up, and has not confirmed it. */
export const AUTH_USER_UNCONFIRMED = defineError('AUTH_USER_UNCONFIRMED', 'User is not confirmed', 403)
/** 403: whoever decides about logins says no. */
export const AUTH_LOGIN_DENIED = defineError('AUTH_LOGIN_DENIED', 'Login denied', 403)

/** 403: the external service knows the caller, and does not allow this. */
export const AUTH_GATEWAY_FORBIDDEN = defineError('AUTH_GATEWAY_FORBIDDEN', 'Operation not allowed', 403)

/** 413: the external service is to see the body, and it is too long for that. */
export const AUTH_GATEWAY_BODY_TOO_LARGE = defineError('AUTH_GATEWAY_BODY_TOO_LARGE', 'Body too large', 413)

/** 429: too many refused attempts came from the caller's address. */
export const AUTH_TOO_MANY_FAILURES = defineError('AUTH_TOO_MANY_FAILURES', 'Too many failed attempts', 429)
/** 429: whoever keeps the users has been asked too often. */
export const AUTH_TOO_MANY_REQUESTS = defineError('AUTH_TOO_MANY_REQUESTS', 'Too many requests', 429)
/** 429: the external service has been asked too often. */
export const AUTH_GATEWAY_RATE_LIMITED = defineError('AUTH_GATEWAY_RATE_LIMITED', 'Too many requests', 429)

/** 500: a guard runs on an app that never registered the plugin. */
export const AUTH_PLUGIN_MISSING = defineError('AUTH_PLUGIN_MISSING', 'A guard runs on an app without fastify-gatekeeper: register the plugin', 500)

/** 503: whether the credential is good could not be found out. */
export const AUTH_PROVIDER_UNAVAILABLE = defineError('AUTH_PROVIDER_UNAVAILABLE', 'Authentication is temporarily unavailable', 503)
/** 503: what the user is entitled to could not be found out. */
export const AUTH_ENTITLEMENTS_UNAVAILABLE = defineError('AUTH_ENTITLEMENTS_UNAVAILABLE', 'Authorization is temporarily unavailable', 503)
/** 503: who has what could not be written or listed. */
export const AUTH_DIRECTORY_UNAVAILABLE = defineError('AUTH_DIRECTORY_UNAVAILABLE', 'The directory is temporarily unavailable', 503)
/** 503: who has what has been written, and not every cache knows. */
export const AUTH_DIRECTORY_STALE = defineError('AUTH_DIRECTORY_STALE', 'The change is made, but what it replaces may be served for a while', 503)

/** Boot: an option is unknown, missing or wrong. */
export const AUTH_OPTION_INVALID = defineBootError('AUTH_OPTION_INVALID', '%s')
/** Boot: `strict` is on, and a route does not say what it asks. */
export const AUTH_ROUTE_UNDECLARED = defineBootError('AUTH_ROUTE_UNDECLARED', '%s')
/** Boot: a route says two things at once. */
export const AUTH_ROUTE_CONTRADICTORY = defineBootError('AUTH_ROUTE_CONTRADICTORY', '%s')
/** Boot: a guard was declared with nothing to demand. */
export const AUTH_GUARD_EMPTY = defineBootError('AUTH_GUARD_EMPTY', '%s')
/** Boot: a guard stands in a hook that runs too late to guard anything. */
export const AUTH_GUARD_MISPLACED = defineBootError('AUTH_GUARD_MISPLACED', '%s')
/** Boot: a guard names a policy that does not exist. */
export const AUTH_POLICY_UNKNOWN = defineBootError('AUTH_POLICY_UNKNOWN', '%s')
/** Boot: a guard asks for names that nothing on its route can supply. */
export const AUTH_ENTITLEMENTS_UNPROVIDED = defineBootError('AUTH_ENTITLEMENTS_UNPROVIDED', '%s')
/** Boot: `disabled` is on where it must not be. */
export const AUTH_DISABLED_IN_PRODUCTION = defineBootError('AUTH_DISABLED_IN_PRODUCTION', '%s')
/** Boot: another plugin owns `request.user`. */
export const AUTH_DECORATOR_TAKEN = defineBootError('AUTH_DECORATOR_TAKEN', '%s')

/** Every code there is, for a `switch` that the compiler checks. */
export type AuthErrorCode =
  | 'AUTH_CREDENTIALS_AMBIGUOUS'
  | 'AUTH_CHALLENGE_REJECTED' | 'AUTH_CODE_REJECTED' | 'AUTH_PASSWORD_UNSUITABLE' | 'AUTH_MFA_UNAVAILABLE'
  | 'AUTH_CREDENTIALS_MISSING' | 'AUTH_CREDENTIALS_MALFORMED' | 'AUTH_TOKEN_INVALID' | 'AUTH_TOKEN_EXPIRED' | 'AUTH_TOKEN_REVOKED'
  | 'AUTH_PASSWORD_REJECTED' | 'AUTH_PASSWORD_RESET_REQUIRED' | 'AUTH_KEY_REJECTED' | 'AUTH_GATEWAY_DENIED'
  | 'AUTH_ORIGIN_REFUSED'
  | 'AUTH_GROUP_MISSING' | 'AUTH_ROLE_MISSING' | 'AUTH_PERMISSION_MISSING' | 'AUTH_SCOPE_MISSING' | 'AUTH_KIND_REFUSED'
  | 'AUTH_CLAIM_MISSING' | 'AUTH_POLICY_DENIED' | 'AUTH_GUARD_REFUSED' | 'AUTH_GATEWAY_FORBIDDEN'
  | 'AUTH_USER_UNCONFIRMED' | 'AUTH_LOGIN_DENIED'
  | 'AUTH_GATEWAY_BODY_TOO_LARGE' | 'AUTH_TOO_MANY_FAILURES' | 'AUTH_TOO_MANY_REQUESTS' | 'AUTH_GATEWAY_RATE_LIMITED'
  | 'AUTH_PLUGIN_MISSING'
  | 'AUTH_PROVIDER_UNAVAILABLE' | 'AUTH_ENTITLEMENTS_UNAVAILABLE' | 'AUTH_DIRECTORY_UNAVAILABLE' | 'AUTH_DIRECTORY_STALE'
  | 'AUTH_OPTION_INVALID' | 'AUTH_ROUTE_UNDECLARED' | 'AUTH_ROUTE_CONTRADICTORY' | 'AUTH_GUARD_EMPTY' | 'AUTH_GUARD_MISPLACED' | 'AUTH_POLICY_UNKNOWN' | 'AUTH_ENTITLEMENTS_UNPROVIDED' | 'AUTH_DECORATOR_TAKEN' | 'AUTH_DISABLED_IN_PRODUCTION'

/** Whether a value is an error of this package, whichever installed copy made it. What cannot be read, and what claims to have everything, is none. */
export function isAuthError (value: unknown): value is AuthErrorShape {
  try {
    return typeof value === 'object' && value !== null && (value as { readonly [kAuthError]?: unknown })[kAuthError] === true
  } catch {
    return false
  }
}

function defineError (code: AuthErrorCode, message: string, statusCode: number): AuthErrorClass {
  // No stack: these are answers to callers, made per request, and where they are made says nothing.
  const Base = createError(code, message, statusCode, Error, false)
  class AuthError extends Base {
    constructor (detail: AuthErrorDetail = {}) {
      super()
      // Not enumerable: a handler that sends the whole error must not send the reason.
      Object.defineProperty(this, 'cause', { value: Object.freeze({ ...detail }) })
    }
  }
  return brand(AuthError) as unknown as AuthErrorClass
}

function defineBootError (code: AuthErrorCode, message: string): new (problem: string) => Error & { readonly code: AuthErrorCode } {
  const BootError = brand(createError<[string]>(code, message, 500))
  // Some are thrown while a request is answered, where errors of ours say more of themselves.
  Object.defineProperty(BootError.prototype, 'cause', { value: Object.freeze({}), writable: true, configurable: true })
  return BootError as unknown as new (problem: string) => Error & { readonly code: AuthErrorCode }
}

function brand<T extends { readonly prototype: object }> (ErrorClass: T): T {
  Object.defineProperty(ErrorClass.prototype, kAuthError, { value: true })
  return ErrorClass
}
