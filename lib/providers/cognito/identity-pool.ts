import { createHash } from 'node:crypto'

import { IdentityService } from './identity-service.js'
import { loadIdentitySdk } from './load-identity-sdk.js'
import { resolveIdentityPoolOptions } from './identity-pool-options.js'
import { TemporaryCredentials } from './temporary-credentials.js'
import { AUTH_KIND_REFUSED, AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID, isAuthError } from '../../errors.js'
import { createCache } from '../../sources/cache/create-cache.js'
import { isRecord } from '../../util/is-record.js'

import type { IdentityPoolOptions, IdentityPoolSettings } from './identity-pool-options.js'
import type { IdentitySdk } from './load-identity-sdk.js'
import type { Exchange } from './pool-seat.js'
import type { AwsCredentials, CredentialParts } from './temporary-credentials.js'
import type { Principal } from '../../user/principal.js'
import type { Cache } from '../../sources/cache/create-cache.js'
import type { Identity } from '../../../types/identity.js'
import type { AuthUser } from '../../../types/user.js'
import type { Milliseconds } from '../../../types/units.js'

/** Longer than any credentials live: what they say themselves is what counts. */
const KEEP_MS: Milliseconds = 86_400_000

/** When the clients of the AWS SDK ask for new ones, too. */
const MARGIN_MS: Milliseconds = 300_000

/** An identity pool that gives credentials to the users of a user pool. */
export interface IdentityPool {
  /** Forgets the credentials of one user, or of all: who asks next gets new ones. Those that were given stay valid until they end, at AWS. */
  clear (user?: Pick<AuthUser, 'issuer' | 'id'>): Promise<void>
}

/** Credentials, and how long they are kept. */
type Kept = CredentialParts & Readonly<Record<string, unknown>> & { readonly lifetimeMs: Milliseconds }

/**
 * An Amazon Cognito identity pool, which gives the users of a user pool AWS credentials: for `awsCredentials(request)` and `awsCredentialsProvider(request)`.
 *
 * Costs nothing until somebody asks; then two calls for each token, whose credentials are kept until five minutes before they end, or until the token does.
 * The AWS SDK, which makes the calls, is a package of its own: install `@aws-sdk/client-cognito-identity`.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown or wrong, or the user pool has an identity pool; and when the app boots, where the package is missing
 * @see Amazon Cognito Developer Guide, "Accessing AWS services using an identity pool after sign-in"
 * @example identityPool({ identityPoolId: 'us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', userPool })
 */
export function identityPool (options: IdentityPoolOptions): IdentityPool {
  return createIdentityPool(options, loadIdentitySdk)
}

/** {@link identityPool}, for those who load the package in a way of their own. */
export function createIdentityPool (options: unknown, load: () => Promise<IdentitySdk>): IdentityPool {
  const settings = resolveIdentityPoolOptions(options)
  const exchange = new PoolExchange(settings, load)
  settings.seat.take(exchange)
  return Object.freeze({
    async clear (user?: Pick<AuthUser, 'issuer' | 'id'>) { await exchange.forget(user === undefined ? [] : [user.issuer, user.id]) }
  })
}

class PoolExchange implements Exchange {
  readonly #service: IdentityService
  readonly #kept: Cache<Kept>

  constructor (settings: IdentityPoolSettings, load: () => Promise<IdentitySdk>) {
    this.#service = new IdentityService(settings, load)
    // An exchange ends by itself, long before this.
    this.#kept = createCache({
      name: 'identityPool', ttlMs: KEEP_MS, staleMs: 0, timeoutMs: KEEP_MS, max: settings.max, store: null, isValue: isRecord as (value: unknown) => value is Kept, lifetimeMsOf: toLifetimeMs
    })
  }

  async credentialsOf (principal: Principal): Promise<AwsCredentials> {
    const { identity } = principal
    const token = toIdToken(principal)
    const user = [identity.issuer, identity.subject]
    await this.#assertUnrevoked(principal, user)
    const key = { of: user, rest: [createHash('sha256').update(token).digest('base64url')] }
    return new TemporaryCredentials(await this.#kept.get(key, () => this.#load(token, principal), principal))
  }

  async forget (user: readonly string[]): Promise<void> {
    await this.#kept.invalidate(user)
  }

  async warmUp (): Promise<void> {
    await this.#service.warmUp()
  }

  close (): void {
    this.#service.close()
  }

  async #assertUnrevoked (principal: Principal, user: readonly string[]): Promise<void> {
    try {
      await principal.assertUnrevoked()
    } catch (error) {
      if (isAuthError(error) && error.code === 'AUTH_TOKEN_REVOKED') {
        await this.forget(user)
      }
      throw error
    }
  }

  /** Nothing outlives the user's own token. */
  async #load (token: string, { identity, log }: Principal): Promise<Kept> {
    const beganAtMs = Date.now()
    const tokenEndsAtMs = toEndMs(identity)
    if (tokenEndsAtMs <= beganAtMs) {
      throw new AUTH_TOKEN_EXPIRED({ reason: 'expired' })
    }
    const parts = await this.#service.exchange(token, log)
    return { ...parts, lifetimeMs: Math.min(parts.expiresAtMs - MARGIN_MS, tokenEndsAtMs) - beganAtMs }
  }
}

function toLifetimeMs ({ lifetimeMs }: Kept): Milliseconds {
  return lifetimeMs
}

function toEndMs ({ expiresAt }: Identity): number {
  return (expiresAt as number) * 1000
}

/** Identity pools take ID tokens. Machines have none. */
function toIdToken ({ identity: { kind, claims }, token }: Principal): string {
  if (kind === 'machine') {
    throw new AUTH_KIND_REFUSED({ reason: 'kind', expected: 'human' })
  }
  if (claims['token_use'] !== 'id') {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_use', expected: { token_use: 'id' } })
  }
  // Who was verified by a provider of tokens came with one.
  return token as string
}
