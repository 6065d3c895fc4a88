/** A span of time. */
export type Milliseconds = number

/** How long and how often is measured. */
export interface Pace {
  /** Different tokens. */
  readonly tokens: number
  /** How often each subject is measured, in turn with the others. */
  readonly rounds: number
  /** Load before the first round, for the compiler and the caches. */
  readonly warmUpMs: Milliseconds
  /** Load before each window. */
  readonly rampMs: Milliseconds
  /** What is measured. */
  readonly windowMs: Milliseconds
}

export const FULL: Pace = { tokens: 1_000, rounds: 15, warmUpMs: 1_500, rampMs: 120, windowMs: 500 }

/** Shows that everything runs; the figures mean nothing. */
export const QUICK: Pace = { tokens: 100, rounds: 1, warmUpMs: 100, rampMs: 50, windowMs: 150 }
