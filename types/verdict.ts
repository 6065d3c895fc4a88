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
  | 'keys_unavailable' | 'provider_failed' | 'provider_timeout' | 'provider_answer' | 'names_not_carried'

/** What a coded error knows beside its code. For the log only, but for `scopes` and `retryAfterSeconds`. */
export interface AuthErrorDetail {
  /** Why; the line in the log has it. */
  readonly reason?: Reason
  /** What our configuration asked for; never what was sent. */
  readonly expected?: unknown
  /** The scopes that were needed, for the challenge. RFC 6750, section 3.1. */
  readonly scopes?: readonly string[]
  /** When to try again. RFC 9110, section 10.2.3. */
  readonly retryAfterSeconds?: Seconds
}

/** Any error of this package. Known by its brand, so that two installed copies agree. */
export interface AuthError extends FastifyError {
  readonly statusCode: number
  readonly cause: AuthErrorDetail
}
