import { randomUUID } from 'node:crypto'

import { createCache } from '../../../sources/cache/create-cache.js'
import { toFrozen } from '../../../util/to-frozen.js'
import { untilAborted } from '../../../util/until-aborted.js'
import { isPromised, when } from '../../../util/when.js'
import { toAbortError } from '../transport/to-abort-error.js'
import { TransportError } from '../transport/transport-error.js'
import { Crowd } from './crowd.js'
import { ForgottenSubjects } from './forgotten-subjects.js'
import { isKept, lifetimeMsOf, toKept } from './kept-decision.js'
import { toDecisionKey, toDigest } from './to-decision-key.js'

import type { Cache } from '../../../sources/cache/create-cache.js'
import type { CacheKey } from '../../../sources/cache/level.js'
import type { KeptDecision } from './kept-decision.js'
import type { Decided, Decision, DecisionCache, DecisionCacheSettings, DecisionQuestion } from './types.js'
import type { Count } from '../../../../types/units.js'

type Load<T> = (signal: AbortSignal) => Promise<Decision<T>>

interface Ask<T> {
  readonly key: CacheKey
  readonly question: DecisionQuestion
  readonly load: Load<T>
}

/** What one look at the cache gave, and to whom the answer belongs. */
interface Shared<T> {
  readonly kept: KeptDecision<T>
  readonly from: Decided<T>['from']
  readonly cookies: readonly string[]
}

/** Remembers what a service decided. Those allowed and those denied are kept apart: a flood of invented tokens pushes nobody out. */
export function createDecisionCache<T> (settings: DecisionCacheSettings<T>): DecisionCache<T> {
  return new SharedDecisions(settings)
}

class SharedDecisions<T> implements DecisionCache<T> {
  readonly #settings: DecisionCacheSettings<T>
  readonly #allowed: Cache<KeptDecision<T>>
  readonly #denied: Cache<KeptDecision<T>>
  readonly #forgotten: ForgottenSubjects
  readonly #crowd = new Crowd()
  readonly #cache = randomUUID()
  #count: Count = 0

  constructor (settings: DecisionCacheSettings<T>) {
    const { id, allowedSeconds, deniedSeconds, store } = settings
    this.#settings = settings
    this.#allowed = this.#createLevel('allowed', allowedSeconds * 1000)
    this.#denied = this.#createLevel('denied', deniedSeconds * 1000)
    this.#forgotten = new ForgottenSubjects({ cache: this.#cache, name: `gateway ${id}`, store, lifetimeMs: Math.max(allowedSeconds, deniedSeconds) * 1000 })
  }

  decide (question: DecisionQuestion, load: Load<T>): Decided<T> | Promise<Decided<T>> {
    const ask = { key: toDecisionKey(this.#settings.id, question), question, load }
    return when(this.#look(ask), shared => this.#check(shared, () => this.#reload(ask)))
  }

  forgetToken (token: string): Promise<void> {
    return this.#forget([toDigest([token])])
  }

  forgetSubject (subject: string): Promise<void> {
    return this.#forgotten.add(subject, ++this.#count)
  }

  forgetAll (): Promise<void> {
    return this.#forget([])
  }

  async #forget (of: readonly string[]): Promise<void> {
    // Both begin at once, in this process; should one of them fail, the other one is not left half done.
    const outcomes = await Promise.allSettled([this.#allowed.invalidate(of), this.#denied.invalidate(of)])
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  #createLevel (kind: 'allowed' | 'denied', ttlMs: number): Cache<KeptDecision<T>> {
    const { id, max, store, timeoutMs, isOutcome } = this.#settings
    return createCache<KeptDecision<T>>({
      name: `gateway ${id} ${kind}`,
      ttlMs,
      staleMs: 0,
      timeoutMs,
      max,
      store,
      isValue: (value): value is KeptDecision<T> => isKept(value, kind, isOutcome),
      lifetimeMsOf: kept => kept.kind === kind ? lifetimeMsOf(kept) : 0
    })
  }

  /** What is kept, on its way, or loaded now. */
  #look (ask: Ask<T>): Shared<T> | Promise<Shared<T>> {
    const { key, question: { log, signal } } = ask
    const since = this.#count
    const waiting = this.#crowd.join(JSON.stringify(key))
    const own: Array<Decision<T>> = []
    const load = async (): Promise<KeptDecision<T>> => {
      const { decision, kept } = await this.#load(ask, waiting.signal)
      own.push(decision)
      return kept
    }
    const toShared = (kept: KeptDecision<T>): Shared<T> => {
      const [decision] = own
      if (decision !== undefined) return { kept, from: 'service', cookies: decision.cookies }
      const isRecent = kept.origin.cache === this.#cache && kept.origin.ended > since
      return { kept, from: isRecent ? 'flight' : 'cache', cookies: [] }
    }
    const kept = this.#allowed.get(key, () => this.#denied.get(key, load, { log }), { log })
    if (!isPromised(kept)) {
      waiting.leave()
      return toShared(kept)
    }
    return untilAborted(kept, signal, () => toAbortError(signal)).finally(waiting.leave).then(toShared, (error: unknown) => {
      // It was given up because others had gone, before this one came.
      if (error instanceof TransportError && error.kind === 'aborted' && !signal.aborted) return this.#look(ask)
      throw error
    })
  }

  async #load ({ question, load }: Ask<T>, signal: AbortSignal): Promise<{ readonly decision: Decision<T>, readonly kept: KeptDecision<T> }> {
    const began = ++this.#count
    const beganAtMs = Date.now()
    const decision = await load(signal)
    const origin = { cache: this.#cache, began, ended: ++this.#count, beganAtMs }
    const { honorCacheControl } = this.#settings
    return { decision, kept: toKept(decision, { credential: question.credential, origin, honorCacheControl }) }
  }

  /** What others have asked for counts as long as nothing has happened since. */
  #check (shared: Shared<T>, replace: () => Promise<Decided<T>>): Decided<T> | Promise<Decided<T>> {
    const { kept: { subject, origin, expiresAt }, from } = shared
    if (from === 'service') {
      return toDecided(shared)
    }
    if (from === 'cache' && expiresAt !== null && expiresAt * 1000 <= Date.now()) {
      return replace()
    }
    const isForgotten = subject === null ? false : this.#forgotten.isForgotten(subject, origin)
    return when(isForgotten, isGone => isGone ? replace() : toDecided(shared))
  }

  async #reload (ask: Ask<T>): Promise<Decided<T>> {
    // A store that cannot forget gives the same again, which is noticed below.
    await this.#forget(ask.key.of).catch(function ignore () {})
    return await this.#check(await this.#look(ask), () => this.#loadAlone(ask))
  }

  async #loadAlone (ask: Ask<T>): Promise<Decided<T>> {
    const { decision, kept } = await this.#load(ask, ask.question.signal)
    return toDecided({ kept: toFrozen(kept), from: 'service', cookies: decision.cookies })
  }
}

function toDecided<T> ({ kept, from, cookies }: Shared<T>): Decided<T> {
  return { outcome: kept.outcome, from, cookies }
}
