import { createDiscoveryKeySource } from '../oidc/discovery-key-source.js'
import { isRecord } from '../../util/is-record.js'

import type { DiscoverySettings } from '../oidc/discovery-key-source.js'
import type { KeySource } from '../jwt/key-source.js'

/** Where metadata are, whom they must speak for, and on which hosts the keys may be. */
export interface MetadataSettings extends Omit<DiscoverySettings, 'toKeysUrl'> {
  /** Origins, beside that of the metadata. */
  readonly origins: readonly string[]
  /** Whose keys are asked for, where an app has keys of its own. */
  readonly appId: string | null
}

/**
 * Keys that Microsoft publishes, each with the issuer that it is for: its own, or else that of the metadata which led to it.
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature
 */
export function createMetadataKeySource ({ origins, appId, ...settings }: MetadataSettings): KeySource {
  const { issuer } = settings
  const discoveryUrl = withAppId(settings.discoveryUrl, appId)
  const allowed = [...origins, new URL(discoveryUrl).origin]

  function toKeysUrl (jwksUri: string): string | null {
    return allowed.includes(new URL(jwksUri).origin) ? withAppId(jwksUri, appId) : null
  }

  const source = createDiscoveryKeySource({ ...settings, discoveryUrl, toKeysUrl })

  return Object.freeze({
    async fetchKeys (signal: AbortSignal) {
      const keys = await source.fetchKeys(signal)
      return keys.map(key => isRecord(key) ? { ...key, issuer: toKeyIssuer(key, issuer) } : key)
    }
  })
}

/** What is there and no text is an issuer that nobody has. */
function toKeyIssuer ({ issuer: own }: Record<string, unknown>, published: string): string {
  return own === undefined ? published : typeof own === 'string' ? own : ''
}

function withAppId (address: string, appId: string | null): string {
  const url = new URL(address)
  if (appId !== null) {
    url.searchParams.set('appid', appId)
  }
  return url.href
}
