import { createHash } from 'node:crypto'

import type { FastifyRequest } from 'fastify'

import { AUTH_TOO_MANY_FAILURES, isAuthError } from './errors.js'
import { createMemoryCounter, createStoreCounter } from './failure-counter.js'
import { toNetwork } from './util/to-network.js'
import { isPromised, when } from './util/when.js'

import type { Bounds, FailureCounter } from './failure-counter.js'
import type { Store } from '../types/store.js'
import type { Count, Milliseconds, Seconds } from '../types/units.js'

/** So many attempts of one caller may wait for others of his: the rest is refused. */
const MAX_WAITING: Count = 1_000

/** The option after its check. */
export interface FailureLimitSettings {
  readonly max: Count
  readonly windowSeconds: Seconds
  /** `null`: this process counts for itself. */
  readonly store: Store | null
}

/** One attempt, and what is to be thought of it. */
export interface Attempt<T> {
  /** Whose credentials are tried; `null` when that is not known. */
  readonly account: string | null
  verify (): T | Promise<T>
  /** Whether it counts as failed: told what `verify` threw, and `null` where it threw nothing. Default: what is refused with 401. */
  readonly counts?: (error: unknown) => boolean
}

/** The attempts of one caller that are being judged, and those that wait for their outcome. */
interface Attempts {
  running: Count
  waiting: Array<() => void>
}

/**
 * Lets callers try credentials as long as they have not failed too often. Attempts that might be one too many wait until those before them are judged,
 * so a thousand at once get no more tries than a thousand in turn. Who fails nothing waits for a moment at most.
 */
export class FailureLimit {
  readonly #bounds: Bounds
  readonly #counter: FailureCounter
  readonly #attempts = new Map<string, Attempts>()
  readonly #name: string

  /** @param name what counts on its own in a shared store */
  constructor ({ max, windowSeconds, store }: FailureLimitSettings, name = 'failures') {
    this.#name = name
    this.#bounds = { max, windowMs: windowSeconds * 1000 }
    this.#counter = store === null ? createMemoryCounter(this.#bounds) : createStoreCounter(store, this.#bounds)
  }

  /**
   * What `verify` finds.
   *
   * @throws {AUTH_TOO_MANY_FAILURES} 429, before anything is verified
   * @throws what the store throws
   */
  attempt<T> (request: FastifyRequest, attempt: Attempt<T>): T | Promise<T> {
    const { account, counts = isRefused } = attempt
    const network = toNetwork(request.ip)
    const keys = [null, ...account === null ? [] : [toDigest(account)]].map(account => JSON.stringify([this.#name, network, account]))
    const turn = { network, keys, counts, verify: () => attempt.verify(), again: () => this.attempt(request, attempt) }
    return when(this.#longestOf(keys), ages => this.#decide(ages, turn))
  }

  #decide<T> (ages: readonly Milliseconds[], turn: Turn<T>): T | Promise<T> {
    const { max, windowMs } = this.#bounds
    const attempts = this.#attempts.get(turn.network) ?? { running: 0, waiting: [] }
    if (ages.length >= max) {
      throw new AUTH_TOO_MANY_FAILURES({ reason: 'failures', expected: { max, windowSeconds: windowMs / 1000 }, retryAfterSeconds: toSeconds(windowMs - (ages[0] as Milliseconds)) })
    }
    if (ages.length + attempts.running < max) {
      this.#attempts.set(turn.network, attempts)
      return this.#run(attempts, turn)
    }
    if (attempts.waiting.length >= MAX_WAITING) {
      throw new AUTH_TOO_MANY_FAILURES({ reason: 'failures', expected: { waiting: MAX_WAITING }, retryAfterSeconds: 1 })
    }
    return new Promise<void>(resolve => { attempts.waiting.push(resolve) }).then(turn.again)
  }

  #run<T> (attempts: Attempts, turn: Turn<T>): T | Promise<T> {
    attempts.running += 1
    const settle = (value: T) => this.#count(null, attempts, turn, () => value)
    const refuse = (error: unknown) => this.#count<T>(error, attempts, turn, () => { throw error })
    let outcome: T | Promise<T>
    try {
      outcome = turn.verify()
    } catch (error) {
      return refuse(error)
    }
    return isPromised(outcome) ? Promise.resolve(outcome).then(settle, refuse) : settle(outcome)
  }

  #count<T> (error: unknown, attempts: Attempts, turn: Turn<T>, goOn: () => T): T | Promise<T> {
    const counted = turn.counts(error) ? this.#addTo(turn.keys) : undefined
    if (!isPromised(counted)) {
      this.#leave(attempts, turn.network)
      return goOn()
    }
    return counted.finally(() => { this.#leave(attempts, turn.network) }).then(goOn)
  }

  #leave (attempts: Attempts, network: string): void {
    attempts.running -= 1
    const { waiting } = attempts
    attempts.waiting = []
    if (attempts.running === 0) {
      this.#attempts.delete(network)
    }
    waiting.forEach(resume => { resume() })
  }

  /** The failures of the key that has most. */
  #longestOf (keys: readonly string[]): readonly Milliseconds[] | Promise<readonly Milliseconds[]> {
    const all = keys.map(key => this.#counter.agesOf(key))
    return all.some(isPromised) ? Promise.all(all).then(toLongest) : toLongest(all as ReadonlyArray<readonly Milliseconds[]>)
  }

  #addTo (keys: readonly string[]): Promise<unknown> | undefined {
    const added = keys.map(key => this.#counter.add(key))
    return added.some(isPromised) ? Promise.all(added) : undefined
  }
}

/** One attempt, as often as it is decided on. */
interface Turn<T> {
  readonly network: string
  readonly keys: readonly string[]
  readonly counts: (error: unknown) => boolean
  verify (): T | Promise<T>
  again (): T | Promise<T>
}

function isRefused (error: unknown): boolean {
  return isAuthError(error) && error.statusCode === 401
}

function toLongest (all: ReadonlyArray<readonly Milliseconds[]>): readonly Milliseconds[] {
  return all.reduce((longest, ages) => ages.length > longest.length ? ages : longest)
}

/** Accounts are what somebody typed, passwords in the wrong field included: a shared store gets their digests. */
function toDigest (account: string): string {
  return createHash('sha256').update(account).digest('base64url')
}

function toSeconds (ms: Milliseconds): Seconds {
  return Math.max(1, Math.ceil(ms / 1000))
}
