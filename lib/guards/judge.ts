import { AUTH_CREDENTIALS_MISSING, AUTH_GUARD_REFUSED, AUTH_POLICY_DENIED, isAuthError } from '../errors.js'
import { isPromised, when } from '../util/when.js'
import { judgeCandidate } from './judge-candidate.js'
import { Refusal } from './refusal.js'

import type { Outcome } from './define-guard.js'
import type { Candidate, SimpleGuard } from './judge-candidate.js'
import type { GuardDescription, Policy } from '../../types/guard.js'
import type { AuthError } from '../../types/verdict.js'

/** No, unknown, or `null` for yes. */
type Ruling = Refusal | AuthError | null

type Combination = Extract<GuardDescription, { readonly kind: 'any' | 'all' }>

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
  const ruling = rule(guard, court)
  return isPromised(ruling) ? ruling.then(toOutcome) : toOutcome(ruling)
}

function rule (guard: GuardDescription, court: Court): Ruling | Promise<Ruling> {
  switch (guard.kind) {
    case 'any':
    case 'all': return ruleParts(guard, court)
    case 'not': return court.candidate === null ? toStranger() : when(rule(guard.part, court), negate)
    case 'policy': return rulePolicy(guard.policy, court)
    default: return ruleUser(guard, court)
  }
}

/** Asks the parts one after the other, and none after the one that decides. */
function ruleParts (guard: Combination, court: Court): Ruling | Promise<Ruling> {
  let sum: Ruling = null
  for (let index = 0; index < guard.parts.length; index++) {
    const ruling = rule(guard.parts[index] as GuardDescription, court)
    if (isPromised(ruling)) {
      return ruleLater(ruling, { guard, court, sum, rest: guard.parts.slice(index + 1) })
    }
    if (isDecisive(guard, ruling)) {
      return ruling
    }
    sum = weigh(sum, ruling)
  }
  return toConclusion(guard, court, sum)
}

interface Deliberation {
  readonly guard: Combination
  readonly court: Court
  /** What the parts before say together. */
  readonly sum: Ruling
  /** The parts after. */
  readonly rest: readonly GuardDescription[]
}

async function ruleLater (promised: Promise<Ruling>, { guard, court, sum, rest }: Deliberation): Promise<Ruling> {
  let ruling = await promised
  let later = sum
  for (const part of rest) {
    if (isDecisive(guard, ruling)) {
      return ruling
    }
    later = weigh(later, ruling)
    ruling = await rule(part, court)
  }
  return isDecisive(guard, ruling) ? ruling : toConclusion(guard, court, weigh(later, ruling))
}

/** One yes is enough for `any`, one no for `all`. */
function isDecisive ({ kind }: Combination, ruling: Ruling): boolean {
  return kind === 'any' ? ruling === null : isNo(ruling)
}

/** Where nothing decides, unknown outweighs yes and no, and the first no the others. */
function weigh (before: Ruling, ruling: Ruling): Ruling {
  return before === null || (isUnknown(ruling) && !isUnknown(before)) ? ruling : before
}

/** Whom nothing admits because nobody knows him is asked who he is. */
function toConclusion ({ kind }: Combination, { candidate }: Court, sum: Ruling): Ruling {
  return kind === 'any' && candidate === null && !isUnknown(sum) ? toStranger() : sum
}

/** A coded error that stands in the way of an answer is the answer. */
function ruleUser (guard: SimpleGuard, { candidate }: Court): Ruling | Promise<Ruling> {
  if (candidate === null) {
    return toStranger()
  }
  try {
    const ruling = judgeCandidate(guard, candidate)
    return isPromised(ruling) ? ruling.catch(toCoded) : ruling
  } catch (error) {
    return toCoded(error)
  }
}

function rulePolicy (policy: string | Policy, court: Court): Ruling | Promise<Ruling> {
  try {
    const ruling = when(court.askPolicy(policy), toPolicyRuling)
    return isPromised(ruling) ? ruling.catch(toCoded) : ruling
  } catch (error) {
    return toCoded(error)
  }
}

function toPolicyRuling (isTrue: boolean): Ruling {
  return isTrue ? null : new Refusal(() => new AUTH_POLICY_DENIED({ reason: 'policy' }))
}

function negate (ruling: Ruling): Ruling {
  if (isUnknown(ruling)) {
    return ruling
  }
  return ruling === null ? new Refusal(() => new AUTH_GUARD_REFUSED({ reason: 'guard' })) : null
}

function isUnknown (ruling: Ruling): boolean {
  return ruling !== null && !(ruling instanceof Refusal) && ruling.statusCode >= 500
}

function isNo (ruling: Ruling): boolean {
  return ruling !== null && !isUnknown(ruling)
}

function toStranger (): Refusal {
  return new Refusal(() => new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing' }))
}

function toOutcome (ruling: Ruling): Outcome {
  return ruling instanceof Refusal ? ruling.toError() : ruling
}

function toCoded (error: unknown): AuthError {
  if (isAuthError(error) && error.statusCode !== 500) {
    return error
  }
  throw error
}
