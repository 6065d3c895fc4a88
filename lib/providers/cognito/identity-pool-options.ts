import { Type } from '@sinclair/typebox'

import { seatOf } from './pool-seat.js'
import { toRegion } from './to-region.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { assertOptions } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { PoolSeat } from './pool-seat.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { Count, Milliseconds } from '../../../types/units.js'

/** Options of `identityPool`. */
export interface IdentityPoolOptions {
  /** The id of the identity pool, `us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee` for example. Amazon Cognito Federated Identities API Reference, GetId. */
  readonly identityPoolId: string
  /** The user pool whose users get credentials: what `cognito` returned. Each user pool has one identity pool; it may be in another region. */
  readonly userPool: JwtProvider
  /** The region of the identity pool, which is checked against its id. Default: the region in the id; for ids without one, of emulators, it must be given. */
  readonly region?: string
  /** Where Amazon Cognito's federated identities are, for emulators: https, or http on this machine outside production. Default: those of the region. */
  readonly endpoint?: string
  /**
   * What the identity pool calls the user pool. Default: its original issuer without `https://`, `cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdEFGH1` for
   * example. Amazon Cognito Federated Identities API Reference, GetId, "Logins".
   */
  readonly providerName?: string
  /** For how many tokens credentials are kept, those asked for least lately forgotten first. 1 or more; default 10,000. */
  readonly max?: Count
  /** How long an exchange may take, both calls and their second tries. Milliseconds, 1 to 60,000; default 5,000. */
  readonly timeoutMs?: Milliseconds
}

/** What follows from the options. */
export interface IdentityPoolSettings {
  readonly identityPoolId: string
  readonly seat: PoolSeat
  readonly region: string
  readonly endpoint: string | null
  readonly providerName: string
  readonly max: Count
  readonly timeoutMs: Milliseconds
}

/** What `identityPool` accepts. */
export const identityPoolOptionsSchema = Type.Object({
  identityPoolId: Type.String({ pattern: '^[A-Za-z0-9_-]+:[0-9A-Za-z-]+$', maxLength: 55, description: 'the id of an identity pool, like us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' }),
  userPool: Type.Unknown({ description: 'what cognito(…) returned' }),
  region: Type.Optional(Type.String({ minLength: 1, description: 'a region' })),
  endpoint: Type.Optional(Type.String({ description: ALLOWED_URL })),
  providerName: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'a text of 1 to 128 characters' })),
  max: Type.Optional(Type.Integer({ minimum: 1, description: 'a whole number, 1 or more' })),
  timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000, description: 'a whole number from 1 to 60,000' }))
}, { additionalProperties: false, description: 'an object with options' })

/**
 * The settings that the options make.
 * @throws {AUTH_OPTION_INVALID} naming the first that is unknown or wrong, or does not go with the others
 */
export function resolveIdentityPoolOptions (options: unknown): IdentityPoolSettings {
  assertOptions<IdentityPoolOptions>(identityPoolOptionsSchema, options, path => ['identityPool', ...path].join('.'))
  const { identityPoolId, userPool, endpoint = null, max = 10_000, timeoutMs = 5_000 } = options
  const seat = seatOf(userPool)
  if (seat === null) {
    throw new AUTH_OPTION_INVALID('identityPool.userPool must be what cognito(…) returned')
  }
  if (endpoint !== null && !isAllowedUrl(endpoint)) {
    throw new AUTH_OPTION_INVALID(`identityPool.endpoint must be ${ALLOWED_URL}`)
  }
  const { providerName = seat.issuer.replace(/^https?:\/\//, '') } = options
  return Object.freeze({ identityPoolId, seat, region: toRegion({ factory: 'identityPool', idOption: 'identityPoolId', home: identityPoolId.slice(0, identityPoolId.indexOf(':')), region: options.region }), endpoint, providerName, max, timeoutMs })
}
