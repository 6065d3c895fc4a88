import { askOnce } from '../process/ask-once.js'
import { measureImports } from './import-time.js'
import { runFlood } from './run-flood.js'
import { runTokens } from './run-tokens.js'

import type { LaneResult } from '../micro/lane.js'
import type { Pace, ScalePace } from '../pace.js'
import type { Tokens } from '../tokens.js'
import type { ImportResult } from './import-time.js'
import type { RememberedResult } from './remembered.js'
import type { RoutesResult } from './routes.js'
import type { FloodResult } from './run-flood.js'
import type { TokensResult } from './run-tokens.js'

/** What grows with what. */
export interface ScaleResults {
  /** The quickest of several boots. */
  readonly routes: { readonly count: number, readonly guarded: RoutesResult, readonly plain: RoutesResult }
  /** CPU of a request in process, by the number of issuers. */
  readonly issuers: readonly LaneResult[]
  /** The same by the number of groups that its user is in. */
  readonly groups: readonly LaneResult[]
  readonly tokens: readonly TokensResult[]
  readonly remembered: RememberedResult
  readonly flood: readonly FloodResult[]
  readonly imports: readonly ImportResult[]
}

export async function runScale (tokens: Tokens, { micro, scale }: Pace): Promise<ScaleResults> {
  return {
    imports: await measureImports(scale.repeats),
    routes: {
      count: scale.routes,
      guarded: await boot(scale, true),
      plain: await boot(scale, false)
    },
    issuers: await askOnce(new URL('issuers.js', import.meta.url), { issuers: scale.issuers, pace: micro }),
    groups: await askOnce(new URL('groups.js', import.meta.url), { groups: scale.groups, trust: tokens.trust, tokens: tokens.good, pace: micro }),
    remembered: await askOnce(new URL('remembered.js', import.meta.url), { tokens: scale.rememberedTokens }),
    flood: await runFlood(tokens, scale.floodMs),
    tokens: await runAll(scale.distinctTokens)
  }
}

async function boot ({ repeats, routes }: ScalePace, isGuarded: boolean): Promise<RoutesResult> {
  let best: RoutesResult = { bootMs: Infinity, documentMs: Infinity }
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { bootMs, documentMs } = await askOnce<RoutesResult>(new URL('routes.js', import.meta.url), { routes, isGuarded })
    best = { bootMs: Math.min(best.bootMs, bootMs), documentMs: Math.min(best.documentMs, documentMs) }
  }
  return best
}

async function runAll (counts: readonly number[]): Promise<readonly TokensResult[]> {
  const results: TokensResult[] = []
  for (const count of counts) {
    results.push(await runTokens(count))
  }
  return results
}
