import { AUTH_OPTION_INVALID } from '../../errors.js'
import { createCache } from './create-cache.js'
import { isCredentialReader } from './credential-reader.js'
import { keyPartsOf, markKeyParts } from './key-parts.js'
import { lifecycleOf } from './lifecycle.js'
import { LoadContext } from './load-context.js'
import { askFor, contractsOf, isAnswer, permissionMatchOf, toProvider } from './names-contract.js'
import { assertOptions, cachedOptionsSchema } from './options.js'

import type { LoadControl } from './create-cache.js'
import type { CacheKey } from './level.js'
import type { Answer, Ask, Contract, NamesProvider, ProvidersOf } from './names-contract.js'
import type { CachedOptions } from './options.js'
import type { Identity } from '../../../types/identity.js'

/** A provider whose answers are kept, with the methods that forget them. */
export type CachedProvider<P> = ProvidersOf<P> & CacheControl

/** Forgets what a cache keeps. */
export interface CacheControl {
  /**
   * Forgets the answers about one user: those kept, and those on their way. In this process at once, in others that share the store when it resolves.
   * Rejects with what the store fails with: then call it again, or the old answers may be served on until they end.
   */
  invalidateUser (issuer: string, subject: string): Promise<void>
  /** Forgets everything that is kept under the name of the cache, like `invalidateUser`. */
  clear (): Promise<void>
}

/**
 * Keeps the answers of a provider of groups, roles, permissions or profiles, or of several of these, for a while.
 *
 * Costs one question for all who ask at the same time, and none while the answer is fresh. Failures are not kept. With a store, every look costs
 * three reads side by side (the answer, and what was invalidated); without, an answer that is kept is given at once.
 *
 * Kept is what is known of a user, for all his credentials. So the provider sees neither the token nor the scopes and names that the credential carries:
 * one that reads them fails, which is 503. Of `claims` it must read only what is the same in all tokens of a user.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong, for something that is no provider, and for what the credential itself carries
 * @example const permissionsProvider = cached(directory, { name: 'permissions', ttlSeconds: 60, staleSeconds: 600 })
 */
export function cached<P extends NamesProvider> (provider: P, options: CachedOptions): CachedProvider<P> {
  const contracts = contractsOf(provider, 'cached.provider')
  assertOptions<CachedOptions>('cached', cachedOptionsSchema, options)
  if (isCredentialReader(provider)) {
    throw new AUTH_OPTION_INVALID('cached.provider gives what one credential carries, which must not count for another: write combined(identityGroups(), cached(…))')
  }
  const { name, ttlSeconds = 60, staleSeconds = 0, max = 10_000, timeoutMs = 5_000, store = null } = options
  const keyParts = keyPartsOf([provider])
  const cache = createCache<Answer>({ name, ttlMs: ttlSeconds * 1000, staleMs: staleSeconds * 1000, timeoutMs, max, store, isValue: isAnswerTo })

  function ask (...[contract, identity, context]: Parameters<Ask>): Answer | Promise<Answer> {
    const load = (control: LoadControl): Answer | Promise<Answer> => {
      const inner = new LoadContext(name, context, control)
      return askFor(provider, contract, inner.toHolder(identity), inner)
    }
    return cache.get(toKey(contract, identity, keyParts?.read(identity) ?? []), load, context)
  }

  const kept = {
    ...lifecycleOf([provider]),
    ...permissionMatchOf([provider], 'cached'),
    ...toProvider(contracts, ask),
    invalidateUser: (issuer: string, subject: string) => cache.invalidate([issuer, subject]),
    clear: () => cache.invalidate([])
  }
  return Object.freeze(keyParts === null ? kept : markKeyParts(kept, keyParts)) as unknown as CachedProvider<P>
}

/** All that tells answers apart, in an order that has those about one user begin alike. */
function toKey (contract: Contract, identity: Identity & { readonly tenant?: unknown }, parts: readonly unknown[]): CacheKey {
  const { issuer, subject, authenticator, kind, clientId, tenant = null } = identity
  return { of: [issuer, subject], rest: [contract, authenticator, kind, clientId, tenant, ...parts] }
}

function isAnswerTo (value: unknown, { rest: [contract] }: CacheKey): value is Answer {
  return isAnswer(contract as Contract, value)
}
