import { toAims } from './to-aims.js'
import { toAimsReport } from './to-aims-report.js'
import { toHttpReport } from './to-http-report.js'

import type { HttpResults, Results } from '../results.js'

/** What the README shows of a run: the chart, the subjects, and the aims. */
export function toReadmeSection (results: Results & { readonly http: HttpResults }, chart: string): string {
  const { http, machine, pace } = results
  return [
    `![CPU of the server per request](${chart})`,
    toHttpReport(http),
    `${pace.tokens.toLocaleString('en')} RS256 tokens of ${http.tokenCharacters} characters in turn on 64 connections; ${pace.rounds} rounds; Node ${machine.node.slice(1)}, ${machine.cores} cores shared with the sender, ${machine.date}.`,
    toAimsReport(toAims(results))
  ].join('\n\n')
}
