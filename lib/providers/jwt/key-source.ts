import { FetchError, fetchJson } from '../../util/fetch-json.js'

import type { JwtSettings } from './resolve-settings.js'

/** Where a key set comes from. */
export interface KeySource {
  /** Fetches the keys as published, once. Rejects when they are not to be had. */
  fetchKeys (signal: AbortSignal): Promise<readonly unknown[]>
}

/** The bounds that hold for everything that is fetched from an issuer. */
export type FetchSettings = Pick<JwtSettings, 'fetch' | 'jwksTimeoutMs' | 'jwksMaxBytes' | 'jwksMaxKeys'>

/** Keys published at a known address. */
export function createUrlKeySource (url: string, settings: FetchSettings): KeySource {
  return Object.freeze({
    async fetchKeys (signal: AbortSignal) {
      return await fetchKeysAt(url, settings, signal)
    }
  })
}

/**
 * The keys published at `url`. An empty list is an answer: all are withdrawn. RFC 7517, section 5.1.
 * @throws {FetchError} when there is no key set, or a larger one than allowed
 */
export async function fetchKeysAt (url: string, settings: FetchSettings, signal: AbortSignal): Promise<readonly unknown[]> {
  const { keys } = await fetchIssuerJson(url, settings, signal)
  if (!Array.isArray(keys) || keys.length > settings.jwksMaxKeys) {
    throw new FetchError(url, `a key set with at most ${settings.jwksMaxKeys} keys`)
  }
  return keys
}

/** What an issuer publishes at `url`, within the bounds of the settings. */
export async function fetchIssuerJson (url: string, { fetch, jwksTimeoutMs, jwksMaxBytes }: FetchSettings, signal: AbortSignal): Promise<Record<string, unknown>> {
  return await fetchJson(url, { fetch, timeoutMs: jwksTimeoutMs, maxBytes: jwksMaxBytes, signal })
}
