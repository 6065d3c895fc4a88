import { LRUCache } from 'lru-cache'

import type { Identity } from '../types/identity.js'
import type { RevocationList } from '../types/revocation.js'
import type { Count, EpochSeconds } from '../types/units.js'

const DEFAULT_MAX = 100_000

/** A revocation list in this process's memory, with the methods that fill it. */
export interface MemoryRevocations extends RevocationList {
  /** Revokes one token, whatever text it was sent as: JWTs can be written in more ways than one. RFC 7519, section 4.1.7. */
  revokeToken (issuer: string, jti: string): void
  /** Revokes all tokens of a user that were issued until now, and those that do not say when they were issued. */
  revokeUser (issuer: string, id: string): void
}

/**
 * Remembers in this process which tokens and users were revoked; other processes do not know, and a restart forgets.
 *
 * @param options `max`: how many are remembered, each of tokens and users, the oldest forgotten first; 1 or more, default 100,000.
 *   `clockToleranceSeconds`: how far the issuer's clock may be ahead; tokens issued so shortly after count as issued before; default 5
 * @example const revocation = memoryRevocations(); await app.register(authPlugin, { jwtProvider, revocation }); revocation.revokeUser(user.issuer, user.id)
 */
export function memoryRevocations ({ max = DEFAULT_MAX, clockToleranceSeconds = 5 }: { readonly max?: Count, readonly clockToleranceSeconds?: number } = {}): MemoryRevocations {
  const tokens = new LRUCache<string, true>({ max })
  const users = new LRUCache<string, EpochSeconds>({ max })

  function isRevoked ({ issuer, subject, claims }: Identity): boolean {
    const { jti, iat } = claims
    if (typeof jti === 'string' && tokens.has(toKey(issuer, jti))) {
      return true
    }
    const revokedAt = users.get(toKey(issuer, subject))
    return revokedAt !== undefined && !(typeof iat === 'number' && iat > revokedAt + clockToleranceSeconds)
  }

  return Object.freeze({
    isRevoked,
    revokeToken: (issuer: string, jti: string) => { tokens.set(toKey(issuer, jti), true) },
    revokeUser: (issuer: string, id: string) => { users.set(toKey(issuer, id), Date.now() / 1000) }
  })
}

function toKey (issuer: string, name: string): string {
  return JSON.stringify([issuer, name])
}
