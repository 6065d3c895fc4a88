import type { FastifyError } from '@fastify/error'
import type { Seconds } from './units.js'

/** Why a request was refused or could not be judged: a closed list, each documented in `docs/errors.md`. Goes to the log, never to the caller. */
export type Reason =
  | 'credential_missing' | 'header_syntax' | 'header_repeated' | 'cookie_syntax' | 'cookie_repeated' | 'cookie_signature' | 'query_syntax' | 'query_repeated'
  | 'credentials_several' | 'origin' | 'revoked'
  | 'token_size' | 'token_syntax' | 'header_member' | 'token_type' | 'token_use' | 'algorithm' | 'kid_unknown' | 'key_ambiguous' | 'key_issuer' | 'signature'
  | 'issuer_unknown' | 'issuer_mismatch' | 'audience' | 'claim_missing' | 'claim_type' | 'claims_schema' | 'expired' | 'not_yet_valid' | 'issued_in_future'
  | 'token_age' | 'token_lifetime' | 'confirmation' | 'organization'
  | 'group' | 'role' | 'permission' | 'scope' | 'kind' | 'claim' | 'policy' | 'guard'
  | 'password' | 'key' | 'key_syntax' | 'key_expired' | 'key_revoked' | 'token_unknown' | 'token_inactive' | 'failures'
  | 'hash_unverifiable' | 'overloaded' | 'introspection'
  | 'gateway_denied' | 'gateway_body' | 'gateway_status' | 'gateway_answer' | 'gateway_identity' | 'gateway_unreachable' | 'gateway_timeout' | 'gateway_circuit' | 'gateway_request' | 'caller_gone'
  | 'password_reset' | 'password_policy' | 'unconfirmed' | 'login_denied' | 'challenge' | 'code' | 'mfa' | 'requests'
  | 'exchange' | 'redirect' | 'identity_pool'
  | 'keys_unavailable' | 'provider_failed' | 'provider_timeout' | 'provider_answer' | 'names_not_carried'

/** What somebody else answered, and what is sent of it in place of our own answer. */
export interface RelayedAnswer {
  /** In place of the authenticator's own challenges; empty: those stay. RFC 9110, section 11.6.1. */
  readonly challenges: readonly string[]
  /** By their names in lower case. `WWW-Authenticate` and `Retry-After` are written from `challenges` and `retryAfterSeconds` alone. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** `null`: the body stays ours. */
  readonly body: { readonly type: string | null, readonly bytes: Uint8Array } | null
}

/** What a coded error knows beside its code. For the log only, but for `scopes`, `retryAfterSeconds` and `answer`. */
export interface AuthErrorDetail {
  /** Why; the line in the log has it. */
  readonly reason?: Reason
  /** What our configuration asked for; never what was sent. */
  readonly expected?: unknown
  /** Who the error of others is that led to it, by its name and its code; `null` when those are not known. */
  readonly error?: { readonly name: string | null, readonly code: string | null } | null
  /** The scopes that were needed, for the challenge. RFC 6750, section 3.1. */
  readonly scopes?: readonly string[]
  /** When to try again. RFC 9110, section 10.2.3. */
  readonly retryAfterSeconds?: Seconds
  /** For authenticators that pass on what others answer. */
  readonly answer?: RelayedAnswer
}

/** Any error of this package. Known by its brand, so that two installed copies agree. */
export interface AuthError extends FastifyError {
  readonly statusCode: number
  readonly cause: AuthErrorDetail
}
