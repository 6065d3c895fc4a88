import type { FastifyReply } from 'fastify'

import { abandon } from './util/when.js'

import type { Door } from './reader.js'
import type { AuthError } from '../types/verdict.js'

const DEFAULT_RETRY_SECONDS = 5

/** `challenge = auth-scheme [ 1*SP … ]`, of what a header can hold. RFC 9110, sections 5.5, 5.6.2 and 11.3. */
const CHALLENGE = /^[!#$%&'*+\-.^_`|~0-9a-z]+(?: [\x20-\x7e]*)?$/i

/** What the headers of a refusal are written from. */
export interface Refusal {
  readonly error: AuthError
  /** The ways to sign in that the route accepts. */
  readonly doors: readonly Door[]
  /** The authenticators whose credentials the error is about; `null` when that is not known. */
  readonly authenticators: readonly string[] | null
  /** What is asked for when no door asks for anything: a 401 must ask. */
  readonly fallback: string
}

/**
 * Writes the headers that say how to do better: `WWW-Authenticate` (RFC 9110, section 11.6.1; RFC 6750, section 3) and `Retry-After`
 * (RFC 9110, section 10.2.3), and what else is passed on of somebody's answer. Nobody else writes them.
 */
export function writeChallenge (reply: FastifyReply, refusal: Refusal): void {
  if (isChallenged(refusal.error)) {
    const challenges = toChallenges(refusal)
    reply.header('www-authenticate', challenges.length === 1 ? challenges[0] : challenges)
  }
  if (refusal.error.statusCode === 503 || refusal.error.statusCode === 429) {
    reply.header('retry-after', toDelay(refusal.error.cause.retryAfterSeconds))
  }
  for (const [name, values] of Object.entries(refusal.error.cause.answer?.headers ?? {})) {
    reply.header(name, values.length === 1 ? values[0] : values)
  }
}

/** `delay-seconds = 1*DIGIT`. RFC 9110, section 10.2.3. Errors of the app's own may say anything. */
function toDelay (seconds: unknown): number {
  return typeof seconds === 'number' && Number.isSafeInteger(Math.ceil(seconds)) && seconds >= 0 ? Math.ceil(seconds) : DEFAULT_RETRY_SECONDS
}

/** A 403 asks for other credentials only where other scopes would do, a 400 only where there were too many of them. */
function isChallenged ({ statusCode, code }: AuthError): boolean {
  return statusCode === 401 || code === 'AUTH_CREDENTIALS_AMBIGUOUS' || code === 'AUTH_SCOPE_MISSING'
}

/**
 * Two doors that ask for the same ask once; where one of them also says what failed, it alone asks: clients look at the first challenge of
 * a scheme that they know, and would take a failed token for a missing one. Where nothing is left to ask for, a 401 still needs a challenge.
 */
export function toChallenges ({ error, doors, authenticators, fallback }: Refusal): string[] {
  const isFailure = error.code !== 'AUTH_CREDENTIALS_MISSING'
  const challenges = new Set<string>()
  for (const door of doors) {
    const isConcerned = isFailure && (authenticators === null || authenticators.includes(door.name))
    const asked = isConcerned ? challengesOf(door, error) : [challengeOf(door, null)]
    asked.filter(isChallenge).forEach(challenge => challenges.add(challenge))
  }
  const asked = [...challenges]
  return asked.length === 0 ? [fallback] : asked.filter(challenge => !asked.some(other => other.startsWith(`${challenge}, `)))
}

/** What somebody else asks for, where his answer is passed on; else what the door asks for. */
function challengesOf (door: Door, error: AuthError): readonly unknown[] {
  const relayed = error.cause.answer?.challenges ?? []
  return relayed.length > 0 ? relayed : [challengeOf(door, error)]
}

function isChallenge (value: unknown): value is string {
  return typeof value === 'string' && CHALLENGE.test(value)
}

/** Whatever a door of the app's own says, or fails to say: the answer goes out. */
function challengeOf (door: Door, failure: AuthError | null): unknown {
  try {
    const challenge: unknown = door.challenge(failure)
    abandon(challenge)
    return challenge
  } catch {
    return null
  }
}
