/** The slice of autocannon that is used here. */
declare module 'autocannon' {
  interface Client {
    setRequests (requests: ReadonlyArray<{ readonly headers: Readonly<Record<string, string>> }>): void
  }

  interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    /** Milliseconds between looks at whether to stop. */
    readonly sampleInt: number
    readonly expectBody: string
    setupClient (client: Client): void
  }

  interface Result {
    readonly errors: number
    readonly mismatches: number
    readonly non2xx: number
  }

  interface Instance extends PromiseLike<Result> {
    stop (): void
  }

  export default function autocannon (options: Options): Instance
}
