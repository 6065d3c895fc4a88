/** A span of CPU time, of all threads of the process. */
export type Microseconds = number

/** One operation that is measured in turn with the others of its kind. */
export interface Lane {
  readonly title: string
  /** Does it `count` times; CPU of one. */
  measure (count: number): Promise<Microseconds>
}

/** What one lane needed, round by round. */
export interface LaneResult {
  readonly title: string
  readonly cpuMicros: readonly Microseconds[]
}
