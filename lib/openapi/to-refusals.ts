import { STATUS_CODES } from 'node:http'

import type { Refusal, RefusalHeader } from './mark.js'
import type { AuthErrorCode } from '../errors.js'
import type { GuardDescription } from '../../types/guard.js'
import type { ErrorBody } from '../../types/options.js'
import type { RouteRefusal } from '../../types/route.js'

/** What the refusals of a route follow from. */
export interface RefusalGrounds {
  readonly guards: readonly GuardDescription[]
  /** Whether bad credentials are refused: not where they count as none. */
  readonly isStrict: boolean
  /** Whether a browser could be made to send credentials that the route accepts, and proof of a page's origin is asked for: without it they are bad. */
  readonly isForgeable: boolean
  /** Whether too many attempts to guess credentials are refused. */
  readonly isLimited: boolean
  /** With what else whoever judges credentials refuses them, and the handler requests. */
  readonly others: readonly RouteRefusal[]
  /** Whether what somebody else answered may be sent in place of our body. */
  readonly isRelayed: boolean
  readonly errorBody: ErrorBody | null
  /** As sent to who sends nothing. */
  readonly challenge: string
}

interface Answer {
  readonly status: string
  readonly code: string
  readonly message: string
  readonly headers: readonly RefusalHeader[]
  readonly isForUnsafe?: boolean
}

/** What is said when a guard refuses somebody who is signed in; `null` for one that never does. */
const REFUSALS: Readonly<Record<Exclude<GuardDescription['kind'], 'any' | 'all'>, AuthErrorCode | null>> = Object.freeze({
  user: null,
  groups: 'AUTH_GROUP_MISSING',
  roles: 'AUTH_ROLE_MISSING',
  permissions: 'AUTH_PERMISSION_MISSING',
  scopes: 'AUTH_SCOPE_MISSING',
  kind: 'AUTH_KIND_REFUSED',
  claims: 'AUTH_CLAIM_MISSING',
  policy: 'AUTH_POLICY_DENIED',
  not: 'AUTH_GUARD_REFUSED'
})

const BODY = Object.freeze({
  type: 'object',
  required: ['statusCode', 'code', 'error', 'message'],
  properties: { statusCode: { type: 'integer' }, code: { type: 'string' }, error: { type: 'string' }, message: { type: 'string' } }
})

/** RFC 9457, section 3.1. */
const PROBLEM = Object.freeze({
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: { type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' }, code: { type: 'string' } }
})

/** What somebody else writes may look like anything. */
const THEIRS = Object.freeze({ mediaType: '*/*', schema: Object.freeze({}) })

const RETRY_AFTER: RefusalHeader = Object.freeze({ name: 'Retry-After', description: 'Seconds.', type: 'integer', example: 5 })

/** How a route that reads credentials refuses, once for each status. */
export function toRefusals (grounds: RefusalGrounds): readonly Refusal[] {
  const { guards, isStrict, isLimited, challenge, others } = grounds
  const answers: Answer[] = []
  if (isStrict || guards.length > 0) {
    answers.push({ status: '401', code: 'AUTH_CREDENTIALS_MISSING', message: 'Authentication required', headers: [toChallengeHeader(challenge)] })
  }
  answers.push(...toForbidden(grounds), ...others.filter(({ statusCode }) => statusCode !== 403).map(toOther))
  if (isLimited) {
    answers.push({ status: '429', code: 'AUTH_TOO_MANY_FAILURES', message: 'Too many failed attempts', headers: [RETRY_AFTER] })
  }
  answers.push({ status: '503', code: 'AUTH_PROVIDER_UNAVAILABLE', message: 'Authentication is temporarily unavailable', headers: [RETRY_AFTER] })
  return answers.filter((answer, index) => answers.findIndex(({ status }) => status === answer.status) === index).map(answer => toRefusal(answer, grounds))
}

/** How the handler of a route that reads no credentials refuses, once for each status. */
export function toHandlersRefusals ({ others, challenge, errorBody }: Pick<RefusalGrounds, 'others' | 'challenge' | 'errorBody'>): readonly Refusal[] {
  const firsts = others.filter((refusal, index) => others.findIndex(({ statusCode }) => statusCode === refusal.statusCode) === index)
  return firsts.map(function toFirst (refusal) {
    const answer = toOther(refusal)
    return toRefusal(refusal.statusCode === 401 ? { ...answer, headers: [toChallengeHeader(challenge)] } : answer, { errorBody, isRelayed: false, others: [] })
  })
}

/** Who is refused for good, by whom: first a guard, then whoever judges credentials, then the look at the page that a request comes from. */
function toForbidden ({ guards, others, isForgeable, isStrict }: RefusalGrounds): readonly Answer[] {
  const [code] = guards.flatMap(guard => codeOf(guard) ?? [])
  const forbidden = { status: '403', message: 'Operation not allowed', headers: [] }
  return [
    ...code === undefined ? [] : [{ ...forbidden, code }],
    ...others.filter(({ statusCode }) => statusCode === 403).map(toOther),
    ...isForgeable && isStrict ? [{ ...forbidden, code: 'AUTH_ORIGIN_REFUSED', isForUnsafe: true }] : []
  ]
}

/** A body is too large where there is one. */
function toOther ({ statusCode, code, message }: RouteRefusal): Answer {
  return { status: String(statusCode), code, message, headers: statusCode === 429 || statusCode === 503 ? [RETRY_AFTER] : [], isForUnsafe: statusCode === 413 }
}

function toChallengeHeader (challenge: string): RefusalHeader {
  return { name: 'WWW-Authenticate', description: 'How to sign in.', type: 'string', example: challenge }
}

/** What a guard says to somebody who is signed in; `null` for one that lets all of them through. Combinations answer as a part of theirs does. */
function codeOf (guard: GuardDescription): AuthErrorCode | null {
  switch (guard.kind) {
    case 'any': return guard.parts.some(part => codeOf(part) === null) ? null : codeOf(guard.parts[0] as GuardDescription)
    case 'all': return guard.parts.flatMap(part => codeOf(part) ?? [])[0] ?? null
    default: return REFUSALS[guard.kind]
  }
}

function toRefusal (answer: Answer, { errorBody, isRelayed, others }: Pick<RefusalGrounds, 'errorBody' | 'isRelayed' | 'others'>): Refusal {
  const { status, message, headers, isForUnsafe = false } = answer
  const mayBeTheirs = isRelayed && (status === '401' || others.some(({ statusCode }) => String(statusCode) === status))
  const body = toBody(answer, errorBody)
  return { status, description: `${STATUS_CODES[status] ?? status}: ${message}`, isForUnsafe, headers, ...body, ...mayBeTheirs && THEIRS }
}

function toBody ({ code, message, status }: Answer, errorBody: ErrorBody | null): Pick<Refusal, 'mediaType' | 'schema' | 'example'> {
  const statusCode = Number(status)
  if (errorBody === 'problem') {
    return { mediaType: 'application/problem+json', schema: PROBLEM, example: { type: 'about:blank', title: STATUS_CODES[statusCode], status: statusCode, detail: message, code } }
  }
  if (errorBody !== null) {
    return { mediaType: 'application/json', schema: {}, example: typeof errorBody === 'function' ? null : errorBody }
  }
  return { mediaType: 'application/json', schema: BODY, example: { statusCode, code, error: STATUS_CODES[statusCode], message } }
}
