import { median } from '../statistics/median.js'

import type { Measured } from './run-http.js'
import type { Subject } from '../subject.js'

/** One line of the table. */
export interface Summary {
  readonly name: string
  readonly title: string
  readonly kind: Subject['kind']
  /** Medians over the rounds. */
  readonly requestsPerSecond: number
  readonly cpuMicrosPerRequest: number
  /** The best round. */
  readonly lowestCpuMicrosPerRequest: number
  /** CPU per request as a multiple of the yardstick's in the same round; the median. `null` when the yardstick was not measured. */
  readonly ratio: number | null
  /** The same of the best rounds. */
  readonly lowestRatio: number | null
}

/** Medians and ratios of all that was measured. */
export function summarize (measured: readonly Measured[], yardstick: Subject): readonly Summary[] {
  const unit = measured.find(({ subject }) => subject === yardstick)
  return measured.map(function toSummary ({ subject, samples }) {
    const cpu = samples.map(sample => sample.cpuMicrosPerRequest)
    const units = unit?.samples.map(sample => sample.cpuMicrosPerRequest)
    const lowest = Math.min(...cpu)
    return {
      name: subject.name,
      title: subject.title,
      kind: subject.kind,
      requestsPerSecond: median(samples.map(sample => sample.requestsPerSecond)),
      cpuMicrosPerRequest: median(cpu),
      lowestCpuMicrosPerRequest: lowest,
      ratio: units === undefined ? null : median(cpu.map((micros, round) => micros / (units[round] as number))),
      lowestRatio: units === undefined ? null : lowest / Math.min(...units)
    }
  })
}
