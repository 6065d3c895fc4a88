import type { Algorithm } from './algorithms.js'
import type { SignatureCheck } from './create-signature-check.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { Count } from '../../../types/units.js'

/** A key that has been vetted and may verify signatures of one algorithm. RFC 8725, section 3.1. */
export interface VerificationKey {
  readonly kid: string | null
  /** Whose tokens alone it is for, where the key set says so; `null`: everybody's who may use the set. */
  readonly issuer: string | null
  /** Canonical: `Ed25519`, never `EdDSA`. */
  readonly algorithm: Algorithm
  readonly check: SignatureCheck
  /** Equal only for the same material under the same name and algorithm. */
  readonly fingerprint: string
}

/** What the header of a token says of its signature. Both values come from the token: nothing is done with them but comparing. */
export interface SignatureQuery {
  /** Canonical: `Ed25519`, never `EdDSA`. */
  readonly algorithm: Algorithm
  readonly kid: string | null
}

/** Which key a token asks for. */
export interface KeyQuery extends SignatureQuery {
  /** Who issued it: one of ours, in the form that the token writes. */
  readonly issuer: string
}

/** The keys of one provider, wherever they come from. */
export interface KeySet {
  /**
   * The one key that the token may be verified with: at once when it is at hand.
   * @throws {AUTH_TOKEN_INVALID} 401, when there is none, or no single one
   * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when that could not be found out
   */
  find (wanted: KeyQuery, context: ProviderContext): VerificationKey | Promise<VerificationKey>
  /** Told of every token whose signature was good. */
  countUse (): void
  /** Grows when a key is withdrawn. */
  readonly generation: Count
  /** Gets the keys, where that takes time. */
  warmUp? (): Promise<void>
  close? (): Promise<void>
}
