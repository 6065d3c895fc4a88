import type { Count, Milliseconds } from '../../types/units.js'

/** A piece of work that waits for its turn. */
interface Job {
  start (): void
  drop (): void
}

/** Whose turn a piece of work takes, and when nobody waits for it any longer. */
export interface Turn {
  readonly network: string
  readonly signal?: AbortSignal
  /** How long it waits at most. */
  readonly timeoutMs?: Milliseconds
}

/** How much a queue takes. */
export interface QueueBounds {
  readonly maxRunning: Count
  readonly maxWaiting: Count
  /** What is thrown when there is no room, when the turn does not come in time, and when nobody waits for it any longer. */
  toRefusal (why: 'full' | 'late' | 'gone'): Error
}

/**
 * Does so much work at once, and lets the rest wait: a line for each network, and each line in turn, so nobody waits for all that somebody else has sent.
 * When there is no room left, the last of the longest line leaves.
 */
export class FairQueue {
  readonly #bounds: QueueBounds
  /** In the order of their turns. */
  readonly #lines = new Map<string, Job[]>()
  #running = 0
  #waiting = 0

  constructor (bounds: QueueBounds) {
    this.#bounds = bounds
  }

  /** What `work` resolves to, once it has had its turn. */
  async run<T> (turn: Turn, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#bounds.maxRunning) {
      this.#running++
    } else {
      await this.#wait(turn)
    }
    try {
      return await work()
    } finally {
      this.#passOn()
    }
  }

  #wait ({ network, signal, timeoutMs }: Turn): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopWaiting = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', leave)
      }
      const refuse = (why: 'full' | 'late' | 'gone') => {
        stopWaiting()
        reject(this.#bounds.toRefusal(why))
      }
      const leave = () => {
        this.#remove(network, job)
        refuse('gone')
      }
      const expire = () => {
        this.#remove(network, job)
        refuse('late')
      }
      const start = () => {
        stopWaiting()
        resolve()
      }
      const job: Job = { start, drop: () => { refuse('full') } }
      const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs)
      signal?.addEventListener('abort', leave)
      this.#add(network, job)
    })
  }

  #add (network: string, job: Job): void {
    const line = this.#lines.get(network) ?? []
    line.push(job)
    this.#lines.set(network, line)
    this.#waiting++
    if (this.#waiting > this.#bounds.maxWaiting) {
      this.#dropLast()
    }
  }

  #dropLast (): void {
    const [longest] = [...this.#lines].sort(([, one], [, other]) => other.length - one.length)
    const [network, line] = longest as [string, Job[]]
    const last = line.at(-1) as Job
    this.#remove(network, last)
    last.drop()
  }

  #remove (network: string, job: Job): void {
    const line = (this.#lines.get(network) as Job[]).filter(other => other !== job)
    this.#waiting--
    if (line.length === 0) this.#lines.delete(network)
    else this.#lines.set(network, line)
  }

  /** A place that is free goes to whoever waits: nobody who comes in between takes it. */
  #passOn (): void {
    const [next] = this.#lines
    if (next === undefined) {
      this.#running--
      return
    }
    const [network, [job, ...rest]] = next as [string, [Job, ...Job[]]]
    this.#lines.delete(network)
    this.#waiting--
    if (rest.length > 0) {
      this.#lines.set(network, rest)
    }
    job.start()
  }
}
