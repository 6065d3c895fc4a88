import type { IdentityKind } from './identity.js'
import type { EpochSeconds } from './units.js'

/** What is kept of an API key: its digest, never the key. */
export interface StoredApiKey {
  /** Whose key it is, or what: 1 to 255 characters. */
  readonly owner: string
  /** SHA-256 of the whole key, in lower-case hexadecimal digits. */
  readonly digest: string
  /** Default `'machine'`. */
  readonly kind?: IdentityKind
  readonly name?: string | null
  readonly scopes?: readonly string[]
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
  /** When it ends; `null` or absent: it does not. */
  readonly expiresAt?: EpochSeconds | null
  /** `true`: it is refused. Default `false`. */
  readonly revoked?: boolean
}

/** Finds API keys by their digests. */
export interface ApiKeyStore {
  /** `null`: there is no such key. Anything else that is no `StoredApiKey`, and a throw, is an outage: 503. */
  findByDigest (digest: string): Promise<StoredApiKey | null>
  /** Called when the app closes. */
  close? (): Promise<void>
}
