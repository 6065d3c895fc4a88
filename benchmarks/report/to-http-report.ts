import { toTable } from './to-table.js'

import type { Summary } from '../http/summarize.js'
import type { HttpResults } from '../results.js'

/** The subjects side by side, and why others are missing. */
export function toHttpReport ({ summaries, excluded, yardstick }: HttpResults): string {
  const table = toTable(['', 'requests/s', 'CPU µs/request', 'lowest', `of ${yardstick}`, 'of lowest'], summaries.map(toRow))
  return [table, ...excluded.map(({ title, difference }) => `Not comparable: ${title} ${difference}.`)].join('\n\n')
}

function toRow ({ title, requestsPerSecond, cpuMicrosPerRequest, lowestCpuMicrosPerRequest, ratio, lowestRatio }: Summary): readonly string[] {
  return [
    title,
    Math.round(requestsPerSecond).toLocaleString('en'),
    cpuMicrosPerRequest.toFixed(1),
    lowestCpuMicrosPerRequest.toFixed(1),
    ratio?.toFixed(2) ?? '',
    lowestRatio?.toFixed(2) ?? ''
  ]
}
