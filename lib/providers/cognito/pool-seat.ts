import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { Principal } from '../../user/principal.js'
import type { JwtProvider } from '../../../types/providers.js'
import type { AwsCredentials } from './temporary-credentials.js'

const kSeat = Symbol.for('fastify-gatekeeper.cognito-seat')

/** What an identity pool does for a user pool. */
export interface Exchange {
  credentialsOf (principal: Principal): Promise<AwsCredentials>
  warmUp (): Promise<void>
  close (): void
}

/** Where the identity pool of a user pool sits: beside its provider, so that each app, and each of its user pools, has its own. */
export class PoolSeat {
  /** Whom the users of the pool are from. */
  readonly issuer: string
  #exchange: Exchange | null = null

  constructor (issuer: string) {
    this.issuer = issuer
  }

  get exchange (): Exchange | null {
    return this.#exchange
  }

  /** @throws {AUTH_OPTION_INVALID} when somebody sits here */
  take (exchange: Exchange): void {
    if (this.#exchange !== null) {
      throw new AUTH_OPTION_INVALID('identityPool.userPool has an identity pool already; each user pool has one')
    }
    this.#exchange = exchange
  }
}

/**
 * The provider with a seat beside it: who takes it is warmed up before the provider is, and closed with it. Keys that cannot be had may come later; a package
 * that is missing will not, and stops the boot.
 */
export function addSeat (provider: JwtProvider, issuer: string): JwtProvider {
  const seat = new PoolSeat(issuer)
  let isSeatWarm = true
  const added = {
    [kSeat]: seat,
    get warmUpRequired () {
      return !isSeatWarm || provider.warmUpRequired === true
    },
    async warmUp () {
      isSeatWarm = false
      await seat.exchange?.warmUp()
      isSeatWarm = true
      await provider.warmUp?.()
    },
    async close () {
      seat.exchange?.close()
      await provider.close?.()
    }
  }
  // As descriptors: some members of a provider are read anew each time.
  return Object.freeze(Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(provider), ...Object.getOwnPropertyDescriptors(added) })) as JwtProvider
}

/** The seat beside a provider; `null` when it is none of `cognito`. */
export function seatOf (provider: unknown): PoolSeat | null {
  return typeof provider === 'object' && provider !== null ? (provider as { readonly [kSeat]?: PoolSeat })[kSeat] ?? null : null
}
