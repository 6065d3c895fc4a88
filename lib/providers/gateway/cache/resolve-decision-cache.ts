import { createDecisionCache } from './create-decision-cache.js'

import type { GatewayCacheOptions } from '../cache-options.js'
import type { DecisionCache, DecisionCacheSettings } from './types.js'

/** What a cache of decisions needs to know beside its options. */
export type CacheBasis<T> = Pick<DecisionCacheSettings<T>, 'id' | 'timeoutMs' | 'isOutcome'>

/** A cache of decisions, from options whose shape has been checked. */
export function resolveDecisionCache<T> (options: GatewayCacheOptions, basis: CacheBasis<T>): DecisionCache<T> {
  const { allowedSeconds = 30, deniedSeconds = 5, max = 10_000, store = null, honorCacheControl = false } = options
  return createDecisionCache(Object.freeze({ ...basis, allowedSeconds, deniedSeconds, max, store, honorCacheControl }))
}
