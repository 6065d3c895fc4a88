import type { Summary } from '../http/summarize.js'
import type { LaneResult } from '../micro/lane.js'
import type { MicroResults } from '../micro/run-micro.js'
import type { Results } from '../results.js'
import type { ScaleResults } from '../scale/run-scale.js'

/** Something this package wants to be, and whether it is. */
export interface Aim {
  readonly title: string
  readonly value: number
  readonly bound: 'at most' | 'at least'
  readonly limit: number
  readonly unit: string
  readonly isMet: boolean
}

const MEBIBYTE = 2 ** 20

/** The aims that a run says something about. */
export function toAims ({ http, micro, scale }: Results): readonly Aim[] {
  return [
    ...http === undefined ? [] : toHttpAims(http.summaries),
    ...micro === undefined ? [] : toMicroAims(micro),
    ...scale === undefined ? [] : toScaleAims(scale)
  ]
}

function toHttpAims (summaries: readonly Summary[]): readonly Aim[] {
  const cpu = (a: string, b: string): number => find(summaries, a).lowestCpuMicrosPerRequest / find(summaries, b).lowestCpuMicrosPerRequest
  const rate = (a: string, b: string): number => find(summaries, a).requestsPerSecond / find(summaries, b).requestsPerSecond
  return [
    atMost('CPU of a known token, of no-op hooks', cpu('hot', 'hooks'), 1.15),
    atLeast('CPU of @fastify/jwt with its cache, of ours', cpu('jwt-cache', 'hot'), 2),
    atLeast('requests per second without token cache, of @fastify/jwt without cache', rate('cold', 'jwt'), 1.6),
    atMost('CPU without token cache, of @fastify/jwt without cache', cpu('cold', 'jwt'), 0.85),
    atMost('CPU of three guards, of one', cpu('three', 'hot'), 1.03),
    atMost('CPU of three guards with a nested one, of one', cpu('nested', 'hot'), 1.03)
  ]
}

function toMicroAims ({ requests }: MicroResults): readonly Aim[] {
  return [atMost('in process, over no-op hooks', best(requests, 'fastify-gatekeeper') - best(requests, 'no-op hooks'), 1.2, 'µs')]
}

function toScaleAims ({ flood, tokens, imports }: ScaleResults): readonly Aim[] {
  const alone = flood.find(({ title }) => title === 'none')
  const floods = flood.filter(({ title }) => ['malformed', 'foreign', 'forged'].includes(title))
  const cpuOf = (wanted: string): number => imports.find(({ title }) => title === wanted)?.cpuMs ?? NaN
  return [
    ...floods.flatMap(({ title, sentPerSecond, goodP99Ms, hitRate }) => [
      atMost(`p99 of good requests under ${Math.round(sentPerSecond).toLocaleString('en')} ${title} tokens a second, of that without`, goodP99Ms / (alone?.goodP99Ms ?? NaN), 2),
      atLeast(`hit rate after ${title} tokens`, hitRate, 1)
    ]),
    atMost(`memory after ${Math.max(...tokens.map(row => row.tokens)).toLocaleString('en')} different tokens, over the empty server`, Math.max(...tokens.map(row => row.residentBytes)) / MEBIBYTE, 64, 'MiB'),
    atMost('import of the package, of that of fastify', cpuOf('fastify-gatekeeper') / cpuOf('fastify'), 1.5)
  ]
}

/** What was not measured misses its aim: no comparison holds with NaN. */
function atMost (title: string, value: number, limit: number, unit = 'times'): Aim {
  return { title, value, bound: 'at most', limit, unit, isMet: value <= limit }
}

function atLeast (title: string, value: number, limit: number, unit = 'times'): Aim {
  return { title, value, bound: 'at least', limit, unit, isMet: value >= limit }
}

function find (summaries: readonly Summary[], wanted: string): Pick<Summary, 'lowestCpuMicrosPerRequest' | 'requestsPerSecond'> {
  return summaries.find(({ name }) => name === wanted) ?? { lowestCpuMicrosPerRequest: NaN, requestsPerSecond: NaN }
}

function best (lanes: readonly LaneResult[], wanted: string): number {
  return Math.min(...lanes.find(({ title }) => title === wanted)?.cpuMicros ?? [NaN])
}
