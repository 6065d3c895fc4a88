import { parseArgs } from 'node:util'

export type Part = 'http' | 'micro' | 'scale'

/** What `npm run bench` was asked for. */
export interface Arguments {
  readonly parts: readonly Part[]
  readonly isQuick: boolean
  /** Where the figures of all rounds go, for others to read. */
  readonly json: string
  /** Figures measured before; `null`: measure now. */
  readonly from: string | null
  /** Whether tables and chart of the pages are written anew. */
  readonly renewsPages: boolean
  /** Where a chart goes; `null`: nowhere. */
  readonly chart: string | null
  /** What becomes of the ratio of hot to no-op hooks; `null`: it is left alone. */
  readonly gate: 'check' | 'renew' | null
}

const PARTS: readonly Part[] = ['http', 'micro', 'scale']

/** @throws {TypeError} for an argument that there is not, and for pages with figures that mean nothing */
export function readArguments (args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      http: { type: 'boolean', default: false },
      micro: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'string', default: '.build/benchmarks.json' },
      from: { type: 'string' },
      readme: { type: 'boolean', default: false },
      chart: { type: 'string' },
      gate: { type: 'boolean', default: false },
      baseline: { type: 'boolean', default: false }
    }
  })
  const gate = values.baseline ? 'renew' : values.gate ? 'check' : null
  const { quick: isQuick, json, from = null, readme: renewsPages, chart = null } = values
  const parts = toParts(PARTS.filter(part => values[part]), gate !== null && !isQuick && !renewsPages)
  if (renewsPages && (isQuick || parts.length < PARTS.length)) {
    throw new TypeError('--readme takes a full run: neither --quick nor single parts')
  }
  return { parts, isQuick, json, from, renewsPages, chart, gate }
}

/** All of them, unless some are named, or only the gate is asked for. */
function toParts (named: readonly Part[], isOnlyGate: boolean): readonly Part[] {
  return named.length === 0 && !isOnlyGate ? PARTS : named
}
