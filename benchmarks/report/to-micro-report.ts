import { median } from '../statistics/median.js'
import { toTable } from './to-table.js'

import type { LaneResult } from '../micro/lane.js'
import type { MicroResults } from '../micro/run-micro.js'

/** What the parts of a request cost. */
export function toMicroReport ({ requests, verifying, judging }: MicroResults): string {
  return [
    toLanes('a request in process', requests),
    toLanes('verifying a token', verifying),
    toLanes('reading, judging, users', judging)
  ].join('\n\n')
}

function toLanes (title: string, lanes: readonly LaneResult[]): string {
  return toTable([title, 'CPU µs', 'lowest'], lanes.map(({ title, cpuMicros }) => [title, toMicros(median(cpuMicros)), toMicros(Math.min(...cpuMicros))]))
}

function toMicros (micros: number): string {
  return micros.toFixed(micros < 10 ? 2 : 1)
}
