import { toAims } from './to-aims.js'
import { toAimsReport } from './to-aims-report.js'
import { toHttpReport } from './to-http-report.js'
import { toMicroReport } from './to-micro-report.js'
import { toScaleReport } from './to-scale-report.js'

import type { Results } from '../results.js'

/** Everything that a run has found, as Markdown that is also readable in a terminal. */
export function toReport (results: Results): string {
  const { http, micro, scale, machine, pace } = results
  return [
    `Node ${machine.node} on ${machine.processor}, ${machine.cores} cores shared with the senders, ${machine.date}; ${pace.rounds} rounds, ${pace.tokens.toLocaleString('en')} tokens.`,
    ...http === undefined ? [] : [toHttpReport(http)],
    ...micro === undefined ? [] : [toMicroReport(micro)],
    ...scale === undefined ? [] : [toScaleReport(scale)],
    toAimsReport(toAims(results))
  ].join('\n\n')
}
