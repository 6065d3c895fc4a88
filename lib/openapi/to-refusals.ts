import { STATUS_CODES } from 'node:http'

import type { Refusal, RefusalHeader } from './mark.js'
import type { AuthErrorCode } from '../errors.js'
import type { GuardDescription } from '../../types/guard.js'
import type { ErrorBody } from '../../types/options.js'

/** What the refusals of a route follow from. */
export interface RefusalGrounds {
  readonly guards: readonly GuardDescription[]
  /** Whether bad credentials are refused: not where they count as none. */
  readonly isStrict: boolean
  /** Whether a browser could be made to send credentials that the route accepts, and proof of a page's origin is asked for: without it they are bad. */
  readonly isForgeable: boolean
  /** Whether too many attempts to guess credentials are refused. */
  readonly isLimited: boolean
  readonly errorBody: ErrorBody | null
  /** As sent to who sends nothing. */
  readonly challenge: string
}

interface Answer { readonly code: AuthErrorCode, readonly message: string, readonly status: Refusal['status'] }

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

const RETRY_AFTER: RefusalHeader = Object.freeze({ name: 'Retry-After', description: 'Seconds.', type: 'integer', example: 5 })

/** How a route that reads credentials refuses. */
export function toRefusals (grounds: RefusalGrounds): readonly Refusal[] {
  const { guards, isStrict, isForgeable, isLimited } = grounds
  const [code] = guards.flatMap(guard => codeOf(guard) ?? [])
  const refusals: Refusal[] = []
  if (isStrict || guards.length > 0) {
    const header: RefusalHeader = { name: 'WWW-Authenticate', description: 'How to sign in.', type: 'string', example: grounds.challenge }
    refusals.push(toRefusal({ status: '401', code: 'AUTH_CREDENTIALS_MISSING', message: 'Authentication required' }, grounds, [header]))
  }
  if (code !== undefined || (isForgeable && isStrict)) {
    refusals.push({ ...toRefusal({ status: '403', code: code ?? 'AUTH_ORIGIN_REFUSED', message: 'Operation not allowed' }, grounds), isForUnsafe: code === undefined })
  }
  if (isLimited) {
    refusals.push(toRefusal({ status: '429', code: 'AUTH_TOO_MANY_FAILURES', message: 'Too many failed attempts' }, grounds, [RETRY_AFTER]))
  }
  refusals.push(toRefusal({ status: '503', code: 'AUTH_PROVIDER_UNAVAILABLE', message: 'Authentication is temporarily unavailable' }, grounds, [RETRY_AFTER]))
  return refusals
}

/** What a guard says to somebody who is signed in; `null` for one that lets all of them through. Combinations answer as a part of theirs does. */
function codeOf (guard: GuardDescription): AuthErrorCode | null {
  switch (guard.kind) {
    case 'any': return guard.parts.some(part => codeOf(part) === null) ? null : codeOf(guard.parts[0] as GuardDescription)
    case 'all': return guard.parts.flatMap(part => codeOf(part) ?? [])[0] ?? null
    default: return REFUSALS[guard.kind]
  }
}

function toRefusal (answer: Answer, { errorBody }: RefusalGrounds, headers: readonly RefusalHeader[] = []): Refusal {
  return { status: answer.status, description: `${STATUS_CODES[answer.status] as string}: ${answer.message}`, isForUnsafe: false, headers, ...toBody(answer, errorBody) }
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
