import { createUrlKeySource } from '../jwt/key-source.js'
import { RemoteKeySet } from '../jwt/remote-key-set.js'

import type { KeyQuery, KeySet, VerificationKey } from '../jwt/key-set.js'
import type { JwtSettings } from '../jwt/resolve-settings.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { Count } from '../../../types/units.js'

/** The keys of a pool: one key set for each region that it is in, asked for the tokens that name this region. */
export class RegionalKeySet implements KeySet {
  readonly #byIssuer: ReadonlyMap<string, RemoteKeySet>
  readonly #sets: readonly RemoteKeySet[]

  /** @param addresses where the keys are, by issuer; issuers with one address share a key set */
  constructor (addresses: ReadonlyMap<string, string>, settings: JwtSettings) {
    const byAddress = new Map([...addresses.values()].map(address => [address, new RemoteKeySet(createUrlKeySource(address, settings), settings)]))
    this.#sets = [...byAddress.values()]
    this.#byIssuer = new Map([...addresses].map(([issuer, address]) => [issuer, byAddress.get(address) as RemoteKeySet]))
  }

  get generation (): Count {
    return this.#sets.reduce((sum, { generation }) => sum + generation, 0)
  }

  find (wanted: KeyQuery, context: ProviderContext): VerificationKey | Promise<VerificationKey> {
    // Its issuer is one of ours: that was checked before.
    return (this.#byIssuer.get(wanted.issuer) as RemoteKeySet).find(wanted, context)
  }

  countUse (): void {
    this.#sets.forEach(set => { set.countUse() })
  }

  /** Rejects with a `FetchError` when keys of a region are not to be had. */
  async warmUp (): Promise<void> {
    await Promise.all(this.#sets.map(set => set.warmUp()))
  }

  async close (): Promise<void> {
    await Promise.all(this.#sets.map(set => set.close()))
  }
}
