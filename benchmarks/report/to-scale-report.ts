import { toTable } from './to-table.js'

import type { LaneResult } from '../micro/lane.js'
import type { ScaleResults } from '../scale/run-scale.js'

const MEBIBYTE = 2 ** 20

/** What grows with what. */
export function toScaleReport (scale: ScaleResults): string {
  return [toRoutes(scale), toLanes('issuers', scale.issuers), toLanes('groups of the user', scale.groups), toTokens(scale), toRemembered(scale), toFlood(scale), toImports(scale)].join('\n\n')
}

function toRoutes ({ routes: { count, guarded, plain } }: ScaleResults): string {
  return toTable([`${count.toLocaleString('en')} routes`, 'boot, ms', 'document, ms'], [
    ['guarded', guarded.bootMs.toFixed(0), guarded.documentMs.toFixed(0)],
    ['without the plugin', plain.bootMs.toFixed(0), plain.documentMs.toFixed(0)]
  ])
}

function toLanes (title: string, lanes: readonly LaneResult[]): string {
  return toTable([title, 'CPU µs of a request in process'], lanes.map(({ title, cpuMicros }) => [Number(title).toLocaleString('en'), Math.min(...cpuMicros).toFixed(1)]))
}

function toTokens ({ tokens }: ScaleResults): string {
  return toTable(['different tokens', 'a second', 'memory, MiB', 'heap, MiB', 'longest pause, ms', 'p99 of pauses, ms', 'known again'], tokens.map(row => [
    row.tokens.toLocaleString('en'),
    Math.round(row.perSecond).toLocaleString('en'),
    (row.residentBytes / MEBIBYTE).toFixed(1),
    (row.heapBytes / MEBIBYTE).toFixed(1),
    row.longestPauseMs.toFixed(1),
    row.pauseP99Ms.toFixed(1),
    toPercent(row.hitRate)
  ]))
}

function toRemembered ({ remembered: { bytesPerToken, charactersPerToken } }: ScaleResults): string {
  return `A remembered token of ${charactersPerToken} characters takes ${Math.round(bytesPerToken).toLocaleString('en')} bytes.`
}

function toFlood ({ flood }: ScaleResults): string {
  return toTable(['flood', 'wanted/s', 'sent/s', 'good p50, ms', 'good p99, ms', 'longest pause, ms', 'p99 of pauses, ms', 'server CPU', 'known after'], flood.map(row => [
    row.title,
    row.wantedPerSecond.toLocaleString('en'),
    Math.round(row.sentPerSecond).toLocaleString('en'),
    row.goodP50Ms.toFixed(1),
    row.goodP99Ms.toFixed(1),
    row.longestPauseMs.toFixed(1),
    row.pauseP99Ms.toFixed(1),
    toPercent(row.load),
    toPercent(row.hitRate)
  ]))
}

function toImports ({ imports }: ScaleResults): string {
  const fastify = imports.find(({ title }) => title === 'fastify')?.cpuMs ?? NaN
  return toTable(['import of', 'CPU ms', 'of fastify'], imports.map(({ title, cpuMs }) => [title, cpuMs.toFixed(0), (cpuMs / fastify).toFixed(2)]))
}

function toPercent (share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
