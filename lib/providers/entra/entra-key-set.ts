import { parseIssuer, TENANT_PLACEHOLDER } from './issuers.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'
import { when } from '../../util/when.js'

import type { EntraCloud } from './clouds.js'
import type { EntraIssuer, TokenVersion } from './issuers.js'
import type { KeyQuery, KeySet, VerificationKey } from '../jwt/key-set.js'
import type { ProviderContext } from '../../../types/providers.js'

/**
 * The keys of both versions as one set: tokens are verified with keys that were published for their version, and for their tenant or all of them.
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
 */
export function createEntraKeySet (sets: ReadonlyMap<TokenVersion, KeySet>, cloud: EntraCloud): KeySet {
  const all = [...sets.values()]

  function find (wanted: KeyQuery, context: ProviderContext): VerificationKey | Promise<VerificationKey> {
    const issuer = parseIssuer(wanted.issuer, cloud)
    const set = issuer === null ? undefined : sets.get(issuer.version)
    if (issuer === null || set === undefined) {
      throw new AUTH_TOKEN_INVALID({ reason: 'issuer_unknown' })
    }
    return when(set.find(wanted, context), key => assertOwn(key, issuer, cloud))
  }

  return Object.freeze({
    find,
    countUse () {
      for (const set of all) {
        set.countUse()
      }
    },
    get generation () {
      return all.reduce((sum, { generation }) => sum + generation, 0)
    },
    /** Side by side. The keys for version 1.0 alone stop nobody: not every directory publishes some, and tokens that need them are 503 until they come. */
    async warmUp () {
      const [current] = await Promise.allSettled(all.map(async set => { await set.warmUp?.() }))
      if (current?.status === 'rejected') {
        throw current.reason
      }
    },
    async close () {
      await Promise.all(all.map(async set => { await set.close?.() }))
    }
  })
}

/** A key for one tenant, that of persons for example, is for no other one, and signs nothing of another cloud. */
function assertOwn (key: VerificationKey, { tenantId }: EntraIssuer, cloud: EntraCloud): VerificationKey {
  const published = parseIssuer((key.issuer ?? '').replace(TENANT_PLACEHOLDER, tenantId), cloud)
  if (published?.tenantId !== tenantId) {
    throw new AUTH_TOKEN_INVALID({ reason: 'key_issuer', expected: 'a key for the tenant of iss' })
  }
  return key
}
