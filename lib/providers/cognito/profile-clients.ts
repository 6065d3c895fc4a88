import type { CognitoClient, CognitoSdk } from './load-sdk.js'
import type { CognitoProfileOptions } from './profile-options.js'
import type { Count } from '../../../types/units.js'

/** The first try counts, too: whoever asks waits, and asks again. */
const MAX_ATTEMPTS: Count = 2

/** A client for each region, made for the first user of one. */
export class ProfileClients {
  readonly #options: CognitoProfileOptions
  readonly #byRegion = new Map<string, CognitoClient>()

  constructor (options: CognitoProfileOptions) {
    this.#options = options
  }

  in (region: string, sdk: CognitoSdk): CognitoClient {
    const { client, credentials, endpoint } = this.#options
    const known = client ?? this.#byRegion.get(region)
    if (known !== undefined) {
      return known
    }
    // The SDK writes into the credentials that it is given.
    const own = new sdk.CognitoIdentityProviderClient({
      region,
      maxAttempts: MAX_ATTEMPTS,
      ...credentials !== undefined && { credentials: typeof credentials === 'function' ? credentials : { ...credentials } },
      ...endpoint !== undefined && { endpoint }
    })
    this.#byRegion.set(region, own)
    return own
  }

  /** Closes the connections of its own clients. Another app may go on with the same provider: then there are new ones. */
  close (): void {
    const clients = [...this.#byRegion.values()]
    this.#byRegion.clear()
    clients.forEach(client => { client.destroy?.() })
  }
}
