import type { Summary } from './http/summarize.js'
import type { Sample } from './http/measure.js'
import type { MicroResults } from './micro/run-micro.js'
import type { Pace } from './pace.js'
import type { ScaleResults } from './scale/run-scale.js'

/** Everything that one run has found, as it stands in its JSON. */
export interface Results {
  readonly machine: Machine
  readonly pace: Pace
  /** Absent: the part was not asked for. */
  readonly http?: HttpResults
  readonly micro?: MicroResults
  readonly scale?: ScaleResults
}

export interface Machine {
  readonly date: string
  readonly node: string
  readonly architecture: string
  readonly processor: string
  readonly cores: number
}

export interface HttpResults {
  readonly yardstick: string
  readonly tokenCharacters: number
  readonly summaries: readonly Summary[]
  /** By the names of the subjects. */
  readonly rounds: Readonly<Record<string, readonly Sample[]>>
  readonly excluded: ReadonlyArray<{ readonly title: string, readonly kind: string, readonly difference: string }>
}
