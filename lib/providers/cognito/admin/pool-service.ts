import { toFailure, toRefusal } from './failures.js'
import { requireSdk } from '../load-sdk.js'
import { AUTH_OPTION_INVALID, AUTH_PROVIDER_UNAVAILABLE } from '../../../errors.js'
import { untilAborted } from '../../../util/until-aborted.js'

import type { ActionContext } from './actions.js'
import type { ActionsSettings } from './actions-options.js'
import type { Failure, Refusals } from './failures.js'
import type { Input, Operation, PoolSdk } from './pool-sdk.js'
import type { CognitoClient } from '../load-sdk.js'
import type { AuthError, AuthErrorDetail } from '../../../../types/verdict.js'
import type { Count } from '../../../../types/units.js'

/** The first try counts, too: whoever asks waits, and asks again. */
const MAX_ATTEMPTS: Count = 2

/** One call of the pool, and what its answers mean. */
export interface Question<T> {
  readonly operation: Operation
  readonly input: Input
  readonly refusals: Refusals
  /** Reads an answer. When it throws, the answer is malformed; why is not looked at. */
  readonly toResult: (answer: unknown) => T
  /** What counts as the result in place of a failure; `null`: nothing does. */
  readonly forgive?: (failure: Failure) => T | null
}

/** Reads an answer that says no more than that it is done. */
export function ignore (): void {}

/** The calls that one action makes, which have to be done in the time of one. */
export interface Calls {
  /**
   * What an answer says.
   * @throws what `refusals` have for the exception
   * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when there is no answer, or none that makes sense
   */
  ask<T> (question: Question<T>): Promise<T>
}

/** A user pool, asked as one app client. */
export class PoolService {
  readonly #settings: ActionsSettings
  readonly #load: () => Promise<PoolSdk>
  #client: CognitoClient | null = null

  constructor (settings: ActionsSettings, load: () => Promise<PoolSdk>) {
    this.#settings = settings
    this.#load = load
  }

  /** @throws {AUTH_OPTION_INVALID} where the package of the AWS SDK is missing, or too old for what the options ask for */
  async warmUp (): Promise<void> {
    const sdk = await requireSdk('cognitoActions', this.#load)
    if (this.#settings.refreshTokenRotation && !('GetTokensFromRefreshTokenCommand' in sdk)) {
      throw new AUTH_OPTION_INVALID('cognitoActions.refreshTokenRotation needs a newer package: npm install @aws-sdk/client-cognito-identity-provider@latest')
    }
  }

  /** Closes its connections. Whoever asks next gets new ones. A client of the app's own stays as it is. */
  close (): void {
    this.#client?.destroy?.()
    this.#client = null
  }

  /** Begins an action: from now on its time runs. */
  begin ({ log }: ActionContext): Calls {
    const signal = AbortSignal.timeout(this.#settings.timeoutMs)
    return { ask: async question => await this.#ask(question, signal, log) }
  }

  async #ask<T> (question: Question<T>, signal: AbortSignal, log: ActionContext['log']): Promise<T> {
    let answer: unknown
    try {
      answer = await this.#send(question, signal)
    } catch (thrown) {
      const failure = toFailure(thrown)
      const result = question.forgive?.(failure) ?? null
      if (result === null) {
        throw toRefusal(failure, question.refusals) ?? toOutage({ error: failure.error, reason: signal.aborted ? 'provider_timeout' : 'provider_failed' }, question, log)
      }
      return result
    }
    try {
      return question.toResult(answer)
    } catch {
      throw toOutage({ error: null, reason: 'provider_answer' }, question, log)
    }
  }

  async #send ({ operation, input }: Question<unknown>, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted()
    const sdk = await requireSdk('cognitoActions', this.#load)
    const client = this.#settings.client ?? (this.#client ??= this.#createClient(sdk))
    // What looks for the app's credentials does not hear of signals.
    return await untilAborted(client.send(new sdk[`${operation}Command`](input), { abortSignal: signal }), signal, () => signal.reason as Error)
  }

  #createClient ({ CognitoIdentityProviderClient }: PoolSdk): CognitoClient {
    return new CognitoIdentityProviderClient({ ...this.#settings.config, maxAttempts: MAX_ATTEMPTS })
  }
}

/** What is left when nobody is refused: it is noted, by names alone. */
function toOutage ({ error, reason }: Required<Pick<AuthErrorDetail, 'error' | 'reason'>>, { operation }: Question<unknown>, log: ActionContext['log']): AuthError {
  log?.error({ provider: 'cognitoActions', operation, reason, error }, 'Amazon Cognito did not do what was asked of it; who asked gets 503')
  return new AUTH_PROVIDER_UNAVAILABLE({ reason, ...log === undefined && { error } })
}
