/** What a process has made ready, and what it does when it is asked. */
export interface Prepared {
  /** Said to the parent at once. */
  readonly hello?: unknown
  answer (question: unknown): unknown
  close? (): Promise<unknown>
}

/** What the module of a task exports as `prepare`. */
export type Prepare<Input = unknown> = (input: Input) => Prepared | Promise<Prepared>
