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
    case 'any': return when(collect(guard.parts, court, isYes), rulings => uniteAny(rulings, court))
    case 'all': return when(collect(guard.parts, court, isNo), uniteAll)
    case 'not': return court.candidate === null ? toStranger() : when(rule(guard.part, court), negate)
    case 'policy': return rulePolicy(guard.policy, court)
    default: return ruleUser(guard, court)
  }
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

/** Asks the parts one after the other, and none after the one that decides. */
function collect (parts: readonly GuardDescription[], court: Court, decides: (ruling: Ruling) => boolean): readonly Ruling[] | Promise<readonly Ruling[]> {
  const rulings: Ruling[] = []
  for (let index = 0; index < parts.length; index++) {
    const ruling = rule(parts[index] as GuardDescription, court)
    if (isPromised(ruling)) {
      return collectLater(ruling, { rest: parts.slice(index + 1), rulings, court, decides })
    }
    rulings.push(ruling)
    if (decides(ruling)) {
      break
    }
  }
  return rulings
}

interface Collection {
  readonly rest: readonly GuardDescription[]
  readonly rulings: readonly Ruling[]
  readonly court: Court
  readonly decides: (ruling: Ruling) => boolean
}

async function collectLater (promised: Promise<Ruling>, { rest, rulings, court, decides }: Collection): Promise<readonly Ruling[]> {
  const ruling = await promised
  const later = decides(ruling) ? [] : await collect(rest, court, decides)
  return [...rulings, ruling, ...later]
}

/** Yes, then unknown, then no. */
function uniteAny (rulings: readonly Ruling[], { candidate }: Court): Ruling {
  if (rulings.some(isYes)) {
    return null
  }
  return rulings.find(isUnknown) ?? (candidate === null ? toStranger() : rulings[0] as Ruling)
}

/** No, then unknown, then yes. */
function uniteAll (rulings: readonly Ruling[]): Ruling {
  return rulings.find(isNo) ?? rulings.find(isUnknown) ?? null
}

function negate (ruling: Ruling): Ruling {
  if (isUnknown(ruling)) {
    return ruling
  }
  return ruling === null ? new Refusal(() => new AUTH_GUARD_REFUSED({ reason: 'guard' })) : null
}

function isYes (ruling: Ruling): boolean {
  return ruling === null
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
