/** One of those who wait for the same. */
export interface Waiting {
  /** Aborts when nobody waits any longer. */
  readonly signal: AbortSignal
  leave (): void
}

interface Group {
  size: number
  /** Made only for those who look at its signal. */
  controller: AbortController | null
}

/** Knows who waits for the same: what they wait for goes on as long as there is somebody. */
export class Crowd {
  readonly #groups = new Map<string, Group>()

  join (what: string): Waiting {
    const group = this.#groups.get(what) ?? { size: 0, controller: null }
    this.#groups.set(what, group)
    group.size += 1
    return {
      get signal () {
        group.controller ??= new AbortController()
        if (group.size === 0) group.controller.abort()
        return group.controller.signal
      },
      leave: () => {
        group.size -= 1
        if (group.size === 0) {
          this.#groups.delete(what)
          group.controller?.abort()
        }
      }
    }
  }
}
