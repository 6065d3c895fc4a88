import type { FastifyBaseLogger } from 'fastify'

import { describeError } from '../../util/describe-error.js'
import { isPromised } from '../../util/when.js'
import { within } from '../../util/within.js'
import { toComposite } from './composite.js'
import { askFor } from './names-contract.js'
import { assertOptions, fallbackOptionsSchema } from './options.js'

import type { Answer, Ask, NamesProvider, ProvidersOf } from './names-contract.js'
import type { FallbackOptions } from './options.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { Milliseconds } from '../../../types/units.js'

const DEFAULT_TIMEOUT_MS: Milliseconds = 2_000

/**
 * Asks `first`, and `second` where `first` fails, gives no answer of the right shape or takes longer than `timeoutMs`. An empty list is an answer: nobody else is asked.
 *
 * It answers the questions that both answer. Names that `first` has withdrawn count again while `second` still gives them and `first` cannot be reached.
 *
 * @throws {AUTH_OPTION_INVALID} for something else than providers, for two without a question in common, where `permissionMatch` differs, and for wrong options
 * @example const groupsProvider = fallback(directory, readReplica, { timeoutMs: 1_000 })
 */
export function fallback<A extends NamesProvider, B extends NamesProvider> (first: A, second: B, options: FallbackOptions = {}): ProvidersOf<A | B> {
  assertOptions<FallbackOptions>('fallback', fallbackOptionsSchema, options)
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options
  return toComposite<A | B>('fallback', [first, second], askEither)

  function askEither (...[contract, identity, context]: Parameters<Ask>): Answer | Promise<Answer> {
    const attempt = new Attempt(context)
    const askSecond = (error: unknown): Answer | Promise<Answer> => {
      context.log.warn({ asked: contract, error: describeError(error) }, 'a provider failed; its fallback is asked')
      return askFor(second, contract, identity, context)
    }
    let answer: Answer | Promise<Answer>
    try {
      answer = askFor(first, contract, identity, attempt)
    } catch (error) {
      return askSecond(error)
    }
    if (!isPromised(answer)) {
      return answer
    }
    return within(answer, timeoutMs, () => attempt.end(timeoutMs)).catch(function replace (error: unknown) {
      // Whoever asked has been answered by then.
      if (context.signal.aborted) {
        throw error
      }
      return askSecond(error)
    })
  }
}

/** The time is over for one of two. */
class FallbackTimeout extends Error {
  override readonly name = 'FallbackTimeout'
}

/** A context whose signal may abort before that of the question. */
class Attempt implements ProviderContext {
  readonly #context: ProviderContext
  readonly #controller = new AbortController()
  #signal: AbortSignal | null = null

  constructor (context: ProviderContext) {
    this.#context = context
  }

  /** Handed on only to who looks at it: within `cached` there is none to look at. */
  get token (): string | null {
    return this.#context.token
  }

  get log (): FastifyBaseLogger {
    return this.#context.log
  }

  get signal (): AbortSignal {
    this.#signal ??= AbortSignal.any([this.#context.signal, this.#controller.signal])
    return this.#signal
  }

  end (timeoutMs: Milliseconds): Error {
    const error = new FallbackTimeout(`no answer within ${timeoutMs} ms`)
    this.#controller.abort(error)
    return error
  }
}
