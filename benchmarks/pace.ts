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
  readonly micro: MicroPace
  readonly scale: ScalePace
}

export interface MicroPace {
  readonly rounds: number
  /** How long one round of one lane may take. */
  readonly roundMs: Milliseconds
}

export interface ScalePace {
  /** How often each boot and each import is repeated; the quickest counts. */
  readonly repeats: number
  readonly routes: number
  readonly issuers: readonly number[]
  readonly groups: readonly number[]
  /** How many different tokens are sent, each of them once. */
  readonly distinctTokens: readonly number[]
  readonly rememberedTokens: number
  readonly floodMs: Milliseconds
}

export const FULL: Pace = {
  tokens: 1_000,
  rounds: 12,
  warmUpMs: 1_500,
  rampMs: 120,
  windowMs: 800,
  micro: { rounds: 9, roundMs: 100 },
  scale: {
    repeats: 7,
    routes: 1_000,
    issuers: [1, 2, 10, 100],
    groups: [1, 10, 100, 1_000, 10_000],
    distinctTokens: [1, 1_000, 10_000, 100_000, 1_000_000],
    rememberedTokens: 10_000,
    floodMs: 5_000
  }
}

/** Shows that everything runs; the figures mean nothing. */
export const QUICK: Pace = {
  tokens: 64,
  rounds: 1,
  warmUpMs: 60,
  rampMs: 20,
  windowMs: 60,
  micro: { rounds: 1, roundMs: 2 },
  scale: { repeats: 1, routes: 20, issuers: [1, 3], groups: [1, 100], distinctTokens: [1, 200], rememberedTokens: 200, floodMs: 200 }
}

/** For the gate: the two subjects that it compares, and nothing else. With a few tokens: what code costs is much the same everywhere, what memory costs is not. */
export const GATE: Pace = { ...FULL, tokens: 64, rounds: 9, warmUpMs: 1_000, rampMs: 100, windowMs: 400 }
