/** How much slower than it was is too slow. */
const TOLERANCE = 1.1

/** How many runs must agree: a busy machine makes one of them slow, and none of them fast. */
export const RUNS = 3

/** Whether every one of `RUNS` runs gave a ratio more than 10 % above what it was. */
export function isRegression (ratios: readonly number[], baseline: number): boolean {
  return ratios.length >= RUNS && ratios.every(ratio => !(ratio <= baseline * TOLERANCE))
}
