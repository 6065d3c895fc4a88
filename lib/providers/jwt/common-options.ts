import type { TSchema } from '@sinclair/typebox'
import type { Algorithm } from './algorithms.js'
import type { ClaimsMapping } from './claims-mapping.js'
import type { OwnProviders } from '../../../types/providers.js'
import type { Bytes, Count, Milliseconds, OneOrMore, Seconds } from '../../../types/units.js'
import type { Fetch } from '../../util/fetch-json.js'

/** Options of every provider that verifies JWTs. */
export interface CommonJwtOptions extends OwnProviders {
  /** Who the token must be meant for (`aud`), at least one of these. No default: write `null` to accept any audience, or none. RFC 7519, section 4.1.3. */
  readonly audience: OneOrMore<string> | null
  /** Named in log lines. Default: the name of the factory. */
  readonly name?: string
  /**
   * Accepted signature algorithms, all with public keys or all with a secret. Default: every RS, PS and ES algorithm, EdDSA and Ed25519; HS256 with `secret`.
   * A key that does not name its algorithm gets exactly one: RSA keys RS256, or the only RSA algorithm listed; others that of their curve.
   * RFC 8725, section 3.1.
   */
  readonly algorithms?: readonly Algorithm[]
  /**
   * `'at+jwt'`: only access tokens that say so in their header; recommended where the issuer follows RFC 9068, since an ID token that does not say
   * what it is passes otherwise. Default `null`: not asked for, and `tokenUse` looks at more. RFC 9068, section 2.1.
   */
  readonly typ?: 'at+jwt' | null
  /**
   * The use a token must be made for. `'access'` refuses what says it is an ID, refresh or logout token or looks like one (`nonce`, `at_hash`, `c_hash`, `events`);
   * `'id'` what says it is anything else; `null` accepts all. Default `'access'`. RFC 8725, section 3.12.
   */
  readonly tokenUse?: 'access' | 'id' | null
  /** How far the issuer's clock may be off, for `exp`, `nbf` and `iat`. Seconds, 0 to 300; default 5. RFC 7519, section 4.1.4. */
  readonly clockToleranceSeconds?: Seconds
  /** How long after `iat` a token is accepted, and that it has an `iat`. Seconds, 1 or more; default `null`: as long as `exp` says. */
  readonly maxTokenAgeSeconds?: Seconds | null
  /** How long after `iat` a token may be made to expire, and that it has an `iat`. Seconds, 1 or more; default `null`: no limit. */
  readonly maxLifetimeSeconds?: Seconds | null
  /** A longer token is refused before anything of it is decoded. Bytes, 1 to 1,048,576; default 16,384. */
  readonly maxTokenBytes?: Bytes
  /** Which claims the parts of the identity are read from. */
  readonly claims?: ClaimsMapping
  /** TypeBox schema that the claims of every token must fit. Default: none. */
  readonly claimsSchema?: TSchema
  /** How long a fetched key set is used before it is fetched again, in the background. Seconds, 60 to 604,800; default 1,200 (20 minutes). */
  readonly jwksMaxAgeSeconds?: Seconds
  /** Fetches the key set, in the background, after so many verified tokens. 1 or more; default `null`: its age alone counts. */
  readonly jwksMaxUses?: Count | null
  /** How long keys past their age serve while the issuer cannot be reached; then 503. Seconds, 0 to 604,800; default 43,200 (12 hours). */
  readonly jwksStaleSeconds?: Seconds
  /**
   * Least time between two fetches, whatever became of the first: an unknown `kid` in between is 401 when it succeeded, else 503.
   * Seconds, 1 to 3,600; default 10.
   */
  readonly jwksCooldownSeconds?: Seconds
  /** How long one answer of the issuer may take, its body included. Milliseconds, 1 to 60,000; default 5,000. */
  readonly jwksTimeoutMs?: Milliseconds
  /** A larger answer of the issuer is not read to its end and counts as a failed fetch. Bytes, 1 to 16,777,216; default 524,288. */
  readonly jwksMaxBytes?: Bytes
  /** A key set with more keys counts as a failed fetch. 1 to 1,000; default 100. */
  readonly jwksMaxKeys?: Count
  /** Fetches in place of Node's own, for private authorities and proxies; the bounds above hold for it too. */
  readonly fetch?: Fetch
  /** Whether keys are fetched while the app boots: a failure is a warning, and requests get 503 until keys arrive; `'required'`: it stops the boot. Default `true`. */
  readonly warmUp?: boolean | 'required'
}
