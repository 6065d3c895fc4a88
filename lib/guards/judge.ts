import { AUTH_CREDENTIALS_MISSING, AUTH_GUARD_REFUSED, AUTH_POLICY_DENIED, isAuthError } from '../errors.js'
import { isPromised, when } from '../util/when.js'
import { judgeCandidate } from './judge-candidate.js'

import type { Outcome } from './define-guard.js'
import type { Candidate, SimpleGuard } from './judge-candidate.js'
import type { GuardDescription, Policy } from '../../types/guard.js'

/** Who is judged, and by which policies. */
export interface Court {
  /** `null`: nobody is signed in. */
  readonly candidate: Candidate | null
  /** What a policy says; throws or rejects with a coded error when it cannot tell or may not be asked. */
  askPolicy (policy: string | Policy): boolean | Promise<boolean>
}

/**
 * What a guard says, in three values: `null` for yes, a refusal (401, 403) for no, a 503 for unknown. At once where nothing is awaited.
 * Any other error is a mistake of ours and thrown: it must not pass for an answer.
 */
export function judge (guard: GuardDescription, court: Court): Outcome | Promise<Outcome> {
  switch (guard.kind) {
    case 'any': return when(collect(guard.parts, court, isYes), outcomes => uniteAny(outcomes, court))
    case 'all': return when(collect(guard.parts, court, isNo), uniteAll)
    case 'not': return court.candidate === null ? toStranger() : when(judge(guard.part, court), negate)
    case 'policy': return catchCoded(() => court.askPolicy(guard.policy), isTrue => isTrue ? null : new AUTH_POLICY_DENIED({ reason: 'policy' }))
    default: return judgeUser(guard, court)
  }
}

function judgeUser (guard: SimpleGuard, { candidate }: Court): Outcome | Promise<Outcome> {
  return candidate === null ? toStranger() : catchCoded(() => judgeCandidate(guard, candidate), outcome => outcome)
}

/** Asks the parts one after the other, and none after the one that decides. */
function collect (parts: readonly GuardDescription[], court: Court, decides: (outcome: Outcome) => boolean): readonly Outcome[] | Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [index, part] of parts.entries()) {
    const outcome = judge(part, court)
    if (isPromised(outcome)) {
      return collectLater(outcome, { rest: parts.slice(index + 1), outcomes, court, decides })
    }
    outcomes.push(outcome)
    if (decides(outcome)) {
      break
    }
  }
  return outcomes
}

interface Collection {
  readonly rest: readonly GuardDescription[]
  readonly outcomes: readonly Outcome[]
  readonly court: Court
  readonly decides: (outcome: Outcome) => boolean
}

async function collectLater (promised: Promise<Outcome>, { rest, outcomes, court, decides }: Collection): Promise<readonly Outcome[]> {
  const outcome = await promised
  const later = decides(outcome) ? [] : await collect(rest, court, decides)
  return [...outcomes, outcome, ...later]
}

/** Yes, then unknown, then no. */
function uniteAny (outcomes: readonly Outcome[], { candidate }: Court): Outcome {
  if (outcomes.some(isYes)) {
    return null
  }
  return outcomes.find(isUnknown) ?? (candidate === null ? toStranger() : outcomes[0] as Outcome)
}

/** No, then unknown, then yes. */
function uniteAll (outcomes: readonly Outcome[]): Outcome {
  return outcomes.find(isNo) ?? outcomes.find(isUnknown) ?? null
}

function negate (outcome: Outcome): Outcome {
  if (isUnknown(outcome)) {
    return outcome
  }
  return outcome === null ? new AUTH_GUARD_REFUSED({ reason: 'guard' }) : null
}

function isYes (outcome: Outcome): boolean {
  return outcome === null
}

function isUnknown (outcome: Outcome): boolean {
  return outcome !== null && outcome.statusCode >= 500
}

function isNo (outcome: Outcome): boolean {
  return outcome !== null && outcome.statusCode < 500
}

function toStranger (): Outcome {
  return new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' })
}

/** A coded error that stands in the way of an answer is the answer. */
function catchCoded<T> (ask: () => T | Promise<T>, next: (value: T) => Outcome): Outcome | Promise<Outcome> {
  try {
    const outcome = when(ask(), next)
    return isPromised(outcome) ? outcome.catch(toOutcome) : outcome
  } catch (error) {
    return toOutcome(error)
  }
}

function toOutcome (error: unknown): Outcome {
  if (isAuthError(error) && error.statusCode !== 500) {
    return error
  }
  throw error
}
