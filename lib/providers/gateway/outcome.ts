import { Buffer } from 'node:buffer'

import type { GatewayFailure } from './gateway-failure.js'
import type { AllowedRuling, DeniedRuling, Ruling } from './ruling.js'
import type { AuthenticatedIdentity } from '../../../types/scheme.js'
import type { Seconds } from '../../../types/units.js'
import type { Reason, RelayedAnswer } from '../../../types/verdict.js'

/** The service lets the caller in. */
export interface GatewayAllowed {
  readonly kind: 'allowed'
  /** What the service answered with. */
  readonly status: number
  readonly identity: AuthenticatedIdentity
  /** `service`: it was asked; `cache`: it had said so before; `flight`: it was being asked for somebody else. */
  readonly from: 'service' | 'cache' | 'flight'
}

/** The service refuses the credential (401), or what the caller wants (403), or to be asked so often (429). */
export interface GatewayDenied {
  readonly kind: 'denied'
  readonly refusal: 401 | 403 | 429
  /** What the service answered with; `null` where it was not asked. */
  readonly status: number | null
  readonly reason: Reason
  readonly retryAfterSeconds: Seconds | null
  /** What of its answer is for the caller. */
  readonly answer: RelayedAnswer
  readonly from: 'service' | 'cache' | 'flight'
}

/** Nobody can tell: the service could not be asked, or gave no usable answer. */
export interface GatewayUnavailable {
  readonly kind: 'unavailable'
  readonly reason: Reason
  /** What the service answered with; `null` when it gave no answer. */
  readonly status: number | null
  readonly retryAfterSeconds: Seconds | null
}

/** What a gateway says of a credential. */
export type GatewayOutcome = GatewayAllowed | GatewayDenied | GatewayUnavailable

/** A ruling as one caller gets it, with the cookies that are his. */
export function toOutcome (ruling: Ruling, { from, cookies }: { readonly from: GatewayAllowed['from'], readonly cookies: readonly string[] }): GatewayAllowed | GatewayDenied {
  return ruling.kind === 'allowed' ? toAllowed(ruling, from, cookies) : toDenied(ruling, from, cookies)
}

/** A failure as callers get it. */
export function toUnavailable ({ reason, status, retryAfterSeconds }: GatewayFailure): GatewayUnavailable {
  return Object.freeze({ kind: 'unavailable', reason, status, retryAfterSeconds })
}

/** A credential that nobody has to be asked about. */
export function toUnasked (reason: Reason): GatewayDenied {
  return Object.freeze({ kind: 'denied', refusal: 401, status: null, reason, retryAfterSeconds: null, answer: Object.freeze({ challenges: [], headers: {}, body: null }), from: 'service' })
}

function toAllowed ({ status, identity, headers }: AllowedRuling, from: GatewayAllowed['from'], cookies: readonly string[]): GatewayAllowed {
  const answerHeaders = { ...headers, ...cookies.length > 0 && { 'set-cookie': cookies } }
  return Object.freeze({ kind: 'allowed', status, from, identity: Object.freeze({ ...identity, answerHeaders }) })
}

function toDenied ({ status, refusal, reason, challenges, headers, body, retryAfterSeconds }: DeniedRuling, from: GatewayDenied['from'], cookies: readonly string[]): GatewayDenied {
  const answer: RelayedAnswer = Object.freeze({
    challenges,
    headers: { ...headers, ...cookies.length > 0 && { 'set-cookie': cookies } },
    body: body === null ? null : { type: body.type, bytes: Buffer.from(body.base64, 'base64') }
  })
  return Object.freeze({ kind: 'denied', refusal, status, reason, retryAfterSeconds, answer, from })
}
