import { median } from '../statistics/median.js'
import { readBaseline, writeBaseline } from './baseline-file.js'
import { runGate } from './run-gate.js'

/** Checks the ratio of hot to no-op hooks against the baseline, or makes it the new one; whether that went well. */
export async function keepGate (gate: 'check' | 'renew'): Promise<boolean> {
  if (gate === 'renew') {
    const { ratios } = await runGate(null)
    await writeBaseline(median(ratios))
    console.log(`\nNew baseline of hot to no-op hooks: the median of ${toText(ratios)}`)
    return true
  }
  const baseline = await readBaseline()
  const { ratios, isPassed } = await runGate(baseline)
  console.log(`\nGate: hot to no-op hooks ${toText(ratios)}, baseline ${baseline}: ${isPassed ? 'passed' : 'more than 10 % above it, three runs of three'}`)
  return isPassed
}

function toText (ratios: readonly number[]): string {
  return ratios.map(ratio => ratio.toFixed(3)).join(', ')
}
