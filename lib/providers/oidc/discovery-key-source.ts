import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { fetchIssuerJson, fetchKeysAt } from '../jwt/key-source.js'
import { FetchError } from '../../util/fetch-json.js'

import type { FetchSettings, KeySource } from '../jwt/key-source.js'
import type { Milliseconds, Seconds } from '../../../types/units.js'

/** Whose keys, and where to ask for their address. */
export interface DiscoverySettings extends FetchSettings {
  readonly jwksMaxAgeSeconds: Seconds
  readonly issuer: string
  readonly discoveryUrl: string
  /** Where to fetch the keys that the issuer says are at `jwksUri`; `null` where its word is not taken. Default: there. */
  readonly toKeysUrl?: (jwksUri: string) => string | null
}

/** Where people sign in and where tokens are issued, as far as the issuer says so with addresses that can be trusted. */
export interface Endpoints {
  readonly authorization: string
  readonly token: string
}

/** A source that learns more than keys. */
export interface DiscoveryKeySource extends KeySource {
  /** `null` until the issuer has described itself; `'none'` where people cannot sign in with it. */
  readonly endpoints: Endpoints | 'none' | null
}

/** Where an issuer said its keys are, and when. */
interface Discovered {
  readonly jwksUri: string
  readonly endpoints: Endpoints | 'none'
  readonly atMs: Milliseconds
}

/**
 * The keys of an issuer that says itself where they are. It is asked again when that is as old as keys may get, and when its keys cannot be fetched.
 * @see OpenID Connect Discovery 1.0, sections 4.1 to 4.3
 */
export function createDiscoveryKeySource (settings: DiscoverySettings): DiscoveryKeySource {
  let discovered: Discovered | null = null
  let endpoints: Endpoints | 'none' | null = null

  async function fetchKeys (signal: AbortSignal): Promise<readonly unknown[]> {
    const known = discovered !== null && isRecent(discovered, settings) ? discovered : await discover(settings, signal)
    // Forgotten until the keys have come.
    discovered = null
    const keys = await fetchKeysAt(known.jwksUri, settings, signal)
    discovered = known
    endpoints = known.endpoints
    return keys
  }

  return Object.freeze({ fetchKeys, get endpoints () { return endpoints } })
}

async function discover (settings: DiscoverySettings, signal: AbortSignal): Promise<Discovered> {
  const { issuer, discoveryUrl, toKeysUrl = asStated } = settings
  const { issuer: stated, jwks_uri: keysUri, authorization_endpoint: authorization, token_endpoint: token } = await fetchIssuerJson(discoveryUrl, settings, signal)
  // Who answers for another issuer does not speak for ours.
  if (stated !== issuer) {
    throw new FetchError(discoveryUrl, `the issuer ${issuer}`)
  }
  if (!isAllowedUrl(keysUri)) {
    throw new FetchError(discoveryUrl, `as jwks_uri ${ALLOWED_URL}`)
  }
  const jwksUri = toKeysUrl(keysUri)
  if (jwksUri === null) {
    throw new FetchError(discoveryUrl, 'a jwks_uri on a host of its own')
  }
  const endpoints = isAllowedUrl(authorization) && isAllowedUrl(token) ? { authorization, token } : 'none'
  return { jwksUri, endpoints, atMs: Date.now() }
}

function asStated (jwksUri: string): string {
  return jwksUri
}

function isRecent ({ atMs }: Discovered, { jwksMaxAgeSeconds }: DiscoverySettings): boolean {
  return Date.now() - atMs < jwksMaxAgeSeconds * 1000
}
