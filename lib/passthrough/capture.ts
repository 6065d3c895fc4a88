import { AUTH_PROVIDER_UNAVAILABLE, isAuthError } from '../errors.js'
import { describeError } from '../util/describe-error.js'
import { isPromised } from '../util/when.js'
import { within } from '../util/within.js'
import { toPair } from './to-pair.js'

import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { AuthError } from '../../types/verdict.js'
import type { AuthPair, Extracted, ExtractorFunction } from '../../types/passthrough.js'
import type { Milliseconds } from '../../types/units.js'

/** An extractor, and what it is called. */
export interface NamedExtractor {
  readonly name: string
  readonly extract: ExtractorFunction
}

/** What was found in a request. */
export interface Captured {
  readonly pairs: readonly AuthPair[]
  /** Why it is not to be answered by its handler; `null` for no reason. */
  readonly error: AuthError | null
}

/** How extractors are asked. */
export interface CaptureSettings {
  readonly extractors: readonly NamedExtractor[]
  readonly timeoutMs: Milliseconds
}

/** A pair, a refusal, or nothing. */
type Found = AuthPair | AuthError | null

export const NOTHING: Captured = Object.freeze({ pairs: Object.freeze([]), error: null })

/**
 * Asks all extractors, and waits for those that promise; at once when none does. What fails is logged by the extractor's name and skipped; what refuses
 * the request with a code of ours refuses it; what takes too long is an outage.
 */
export function capture (request: FastifyRequest, { extractors, timeoutMs }: CaptureSettings, toLog: () => FastifyBaseLogger): Captured | Promise<Captured> {
  const found = extractors.map(function ask ({ name, extract }) {
    const skip = (error: unknown): Found => {
      if (isAuthError(error) && error.statusCode !== 500) {
        return error
      }
      toLog().warn({ extractor: name, error: describeError(error) }, 'an extractor failed, and is skipped')
      return null
    }
    const expire = (): Error => {
      toLog().error({ extractor: name, expected: { timeoutMs } }, 'an extractor took too long')
      return new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_timeout' })
    }
    try {
      const extracted: unknown = extract(request)
      const answer = isPromised(extracted) ? within(extracted as PromiseLike<Extracted>, timeoutMs, expire) : extracted
      return isPromised(answer) ? Promise.resolve(answer).then(toFound).catch(skip) : toFound(answer)
    } catch (error) {
      return skip(error)
    }
  })
  return found.some(isPromised) ? Promise.all(found).then(toCaptured) : toCaptured(found as readonly Found[])
}

function toFound (extracted: unknown): AuthPair | null {
  const pair = toPair(extracted)
  if (pair === undefined) {
    throw new TypeError('an extractor must give [name, value] of a header that carries a credential, or null')
  }
  return pair
}

function toCaptured (found: readonly Found[]): Captured {
  const error = found.find(isAuthError)
  if (error !== undefined) {
    return Object.freeze({ pairs: NOTHING.pairs, error })
  }
  return Object.freeze({ pairs: Object.freeze(found.filter(each => each !== null) as AuthPair[]), error: null })
}
