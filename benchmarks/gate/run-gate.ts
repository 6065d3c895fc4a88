import { runHttp } from '../http/run-http.js'
import { summarize } from '../http/summarize.js'
import { GATE } from '../pace.js'
import { publishKey } from '../publish-key.js'
import { hot } from '../subjects/gatekeeper.js'
import { hooks } from '../subjects/plain.js'
import { issueTokens } from '../tokens.js'
import { RUNS, isRegression } from './is-regression.js'

export interface Gate {
  /** CPU of a known token as a multiple of that of no-op hooks, best rounds, run by run. */
  readonly ratios: readonly number[]
  readonly isPassed: boolean
}

/** Measures what a known token costs over no-op hooks, and again while that is more than 10 % above what it was; without a baseline, each time. */
export async function runGate (baseline: number | null): Promise<Gate> {
  const tokens = await issueTokens(GATE.tokens, publishKey)
  const ratios: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const { measured, excluded } = await runHttp([hooks, hot], tokens, GATE)
    if (excluded.length > 0) {
      throw new Error(excluded.map(({ subject, difference }) => `${subject.title} ${difference}`).join('; '))
    }
    ratios.push(summarize(measured, hooks).find(({ name }) => name === hot.name)?.lowestRatio ?? NaN)
    if (baseline !== null && !isRegression(Array<number>(RUNS).fill(ratios.at(-1) as number), baseline)) {
      break
    }
  }
  return { ratios, isPassed: baseline === null || !isRegression(ratios, baseline) }
}
