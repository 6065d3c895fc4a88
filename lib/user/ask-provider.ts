import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

import { isAuthError } from '../errors.js'
import { describeError } from '../util/describe-error.js'
import { isPromised } from '../util/when.js'
import { within } from '../util/within.js'

import type { AuthErrorClass } from '../errors.js'
import type { ProviderContext } from '../../types/providers.js'
import type { Milliseconds } from '../../types/units.js'
import type { Reason } from '../../types/verdict.js'

/** What all questions of one registration have in common. */
export interface ProviderRuntime {
  readonly timeoutMs: Milliseconds
  logOf (request: FastifyRequest): FastifyBaseLogger
}

/** One question to one provider, on behalf of one request. */
export interface Question<T, Sealed> {
  readonly runtime: ProviderRuntime
  readonly request: FastifyRequest
  readonly token: string | null
  /** Named in the log: `groupsProvider` for example. */
  readonly asked: string
  /** What is thrown when there is no usable answer. */
  readonly Unavailable: AuthErrorClass
  /** Whether a coded refusal of the provider's own is an answer. */
  readonly mayRefuse: boolean
  ask (context: ProviderContext): T | Promise<T>
  /** Whether the answer has the shape that the contract demands. */
  isAnswer (answer: unknown): boolean
  /** The answer as everybody gets it. What it throws counts against the answer, too. */
  seal (answer: T): Sealed
}

type AnyQuestion = Question<unknown, unknown>

/**
 * The provider's answer: at once when it is at hand, else promised for the time that the runtime allows.
 * Whatever goes wrong is logged once, by name and code only, and thrown as `Unavailable`.
 */
export function askProvider<T, Sealed> (question: Question<T, Sealed>): Sealed | Promise<Sealed> {
  const context = new QuestionContext(question)
  let answer: T | Promise<T>
  let isLater: boolean
  try {
    answer = question.ask(context)
    isLater = isPromised(answer)
  } catch (error) {
    throw toRefusal(question, error)
  }
  return isLater ? awaitAnswer(question, context, answer as Promise<T>) : sealAnswer(question, answer as T)
}

async function awaitAnswer<T, Sealed> (question: Question<T, Sealed>, context: QuestionContext, answer: PromiseLike<T>): Promise<Sealed> {
  const timeout: { error: Error | null } = { error: null }
  let value: T
  try {
    value = await within(answer, question.runtime.timeoutMs, function onTimeout () {
      timeout.error = unavailable(question, 'provider_timeout', null)
      context.abort(timeout.error)
      return timeout.error
    })
  } catch (error) {
    throw timeout.error ?? toRefusal(question, error)
  }
  return sealAnswer(question, value)
}

function sealAnswer<T, Sealed> (question: Question<T, Sealed>, answer: T): Sealed {
  try {
    if (question.isAnswer(answer)) {
      return question.seal(answer)
    }
  } catch {
    // Data that nobody can read to its end is no answer.
  }
  throw unavailable(question, 'provider_answer', null)
}

function toRefusal (question: AnyQuestion, error: unknown): unknown {
  const isRefusal = isAuthError(error) && error.statusCode !== 500
  return isRefusal && question.mayRefuse ? error : unavailable(question, 'provider_failed', error)
}

function unavailable (question: AnyQuestion, reason: Reason, error: unknown): Error {
  question.runtime.logOf(question.request).error({ asked: question.asked, reason, error: describeError(error) }, 'a provider gave no usable answer')
  return new question.Unavailable({ reason })
}

/** Makes its signal and its logger only for the provider that looks at them. */
class QuestionContext implements ProviderContext {
  readonly token: string | null
  readonly #question: AnyQuestion
  #controller: AbortController | null = null

  constructor (question: AnyQuestion) {
    this.token = question.token
    this.#question = question
  }

  get signal (): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  get log (): FastifyBaseLogger {
    return this.#question.runtime.logOf(this.#question.request)
  }

  abort (reason: Error): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(reason)
  }
}
