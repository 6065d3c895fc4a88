import { setTimeout as sleep } from 'node:timers/promises'

import { Agent } from 'undici'

import { FairQueue } from '../../../util/fair-queue.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { createConnector } from './connector.js'
import { Deadline } from './deadline.js'
import { exchange } from './exchange.js'
import { toTransportError } from './to-transport-error.js'
import { TransportError } from './transport-error.js'

import type { CallResult } from './circuit-breaker.js'
import type { GatewayAnswer, GatewayRequest, Transport, TransportFailure, TransportSettings } from './types.js'
import type { Count, Milliseconds } from '../../../../types/units.js'

/** The most that is waited before a second try; before each further one, twice as long. */
const MAX_PAUSE_MS: Milliseconds = 100

/** What these answer may be over in a moment: RFC 9110, sections 15.6.3 to 15.6.5. */
const PASSING: ReadonlySet<number> = new Set([502, 503, 504])

/** Say nothing of how the service is. */
const OURS: ReadonlySet<TransportFailure> = new Set(['aborted', 'closed', 'unsendable', 'queue_full', 'open_circuit'])

type Outcome = { readonly answer: GatewayAnswer, readonly error: null } | { readonly answer: null, readonly error: TransportError }

/**
 * Asks a service over connections that are kept and used again: so many at once, in turn, for so long, and not at all while it fails all the time.
 * @throws {Error} when the files of `tls` are none or do not belong together
 */
export function createTransport (settings: TransportSettings): Transport {
  return new PooledTransport(settings)
}

class PooledTransport implements Transport {
  readonly #settings: TransportSettings
  readonly #queue: FairQueue
  /** By origin: routes may have a service of their own. */
  readonly #breakers = new Map<string, CircuitBreaker>()
  readonly #connect: ReturnType<typeof createConnector>
  /** Errors that kept a connection from being opened: nothing was sent. */
  readonly #connectErrors = new WeakSet<object>()
  #agent: Agent | null = null
  /** Questions under way. */
  readonly #deadlines = new Set<Deadline>()

  constructor (settings: TransportSettings) {
    const { maxConcurrent, maxQueued } = settings
    this.#settings = settings
    this.#queue = new FairQueue({ maxRunning: maxConcurrent, maxWaiting: maxQueued, toRefusal: () => new TransportError('queue_full') })
    this.#connect = createConnector(settings, error => { this.#connectErrors.add(error) })
  }

  async send (request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    this.#breakerOf(request)?.assertPassable()
    const deadline = new Deadline(this.#settings.timeoutMs, signal)
    this.#deadlines.add(deadline)
    try {
      return await this.#takeTurn(request, deadline)
    } finally {
      deadline.end()
      this.#deadlines.delete(deadline)
    }
  }

  async close (): Promise<void> {
    const agent = this.#agent
    // Another app may go on with the same gateway.
    this.#agent = null
    for (const deadline of this.#deadlines) {
      deadline.abort(new TransportError('closed'))
    }
    await agent?.destroy()
  }

  async #takeTurn (request: GatewayRequest, deadline: Deadline): Promise<GatewayAnswer> {
    const { signal } = deadline
    try {
      signal.throwIfAborted()
      return await this.#queue.run({ network: request.network ?? '', signal }, () => this.#ask(request, deadline))
    } catch (error) {
      throw toReason(error as TransportError, signal)
    }
  }

  /** As often as it may help. */
  async #ask (request: GatewayRequest, deadline: Deadline): Promise<GatewayAnswer> {
    let outcome = await this.#try(request, deadline)
    for (let attempt = 1; attempt <= this.#settings.retries && mayHelp(request, outcome); attempt++) {
      await pause(attempt, deadline)
      const next = await this.#try(request, deadline)
      // Nobody was asked again: what was said before is all there is.
      if (next.error?.kind === 'open_circuit') break
      this.#settings.observe({ kind: 'retry', attempt })
      outcome = next
    }
    if (outcome.error !== null) {
      throw outcome.error
    }
    return outcome.answer
  }

  async #try (request: GatewayRequest, deadline: Deadline): Promise<Outcome> {
    let settle: (result: CallResult) => void = () => {}
    let outcome: Outcome
    try {
      settle = this.#breakerOf(request)?.enter() ?? settle
      const answer = exchange(this.#open(), request, { signal: deadline.signal, maxAnswerBytes: this.#settings.maxAnswerBytes })
      outcome = { answer: await deadline.race(answer), error: null }
    } catch (error) {
      outcome = { answer: null, error: toTransportError(error, this.#connectErrors.has(error as object)) }
    }
    settle(toResult(outcome))
    return outcome
  }

  #breakerOf ({ url: { origin } }: GatewayRequest): CircuitBreaker | null {
    const { breaker, observe } = this.#settings
    const known = this.#breakers.get(origin)
    if (known !== undefined || breaker === null) {
      return known ?? null
    }
    const made = new CircuitBreaker(breaker, state => { observe({ kind: 'breaker', origin, state }) })
    this.#breakers.set(origin, made)
    return made
  }

  #open (): Agent {
    const { maxConcurrent } = this.#settings
    this.#agent ??= new Agent({ connect: this.#connect, connections: maxConcurrent, pipelining: 1 })
    return this.#agent
  }
}

/** A wait for one's turn that ends with the time was too long a wait; what else ends it says so itself. */
function toReason (error: TransportError, signal: AbortSignal): TransportError {
  const reason = signal.reason as TransportError | undefined
  return error.kind === 'queue_full' && reason !== undefined && reason.kind !== 'timeout' ? reason : error
}

function toResult ({ answer, error }: Outcome): CallResult {
  if (error !== null) {
    return OURS.has(error.kind) ? 'unknown' : 'failure'
  }
  return answer.status >= 500 ? 'failure' : 'success'
}

/** What was never sent may be sent again; anything else only where to ask twice does no harm. */
function mayHelp ({ method, mayRepeat = method === 'GET' || method === 'HEAD' }: GatewayRequest, { answer, error }: Outcome): boolean {
  if (error !== null) {
    return error.mayRetry && (mayRepeat || error.kind === 'connect')
  }
  // Who says when to come again does not mean now: RFC 9110, section 10.2.3.
  return mayRepeat && PASSING.has(answer.status) && answer.headers['retry-after'] === undefined
}

/** Of a random length: those who failed together should not come back together. */
async function pause (attempt: Count, { signal }: Deadline): Promise<void> {
  try {
    await sleep(Math.random() * MAX_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal })
  } catch {
    throw signal.reason
  }
}
