import { Buffer } from 'node:buffer'

import { parseChallenge } from './parse-challenge.js'

import type { Reason } from '../../types/verdict.js'

/** What came back over the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** All that one request brought about. */
export interface Observation extends Answer {
  /** Whether a handler ran. */
  readonly isHandled: boolean
  /** `request.user` as every hook and handler of this request saw it. */
  readonly users: readonly unknown[]
  /** What was logged, a JSON text each. */
  readonly lines: readonly string[]
}

/** How a refusal must look. */
export interface Expectation {
  readonly status: 400 | 401 | 403 | 503
  readonly code: string
  /** `null` where nothing of ours is logged as a refusal. */
  readonly reason: Reason
  /** The whole challenge. Default: one for bearer tokens, with the parameters that the code calls for. */
  readonly challenge?: string | undefined
  /** Texts that must show up nowhere. */
  readonly secrets: readonly string[]
}

const BODY_MEMBERS = ['code', 'error', 'message', 'statusCode']

/** Everything about a refusal that is not as it must be; empty when it is a good one. Holds for every row of the corpus. */
export function inspect (observed: Observation, expected: Expectation): readonly string[] {
  const problems = [
    [observed.status === expected.status, `status ${observed.status} instead of ${expected.status}`],
    [!observed.isHandled, 'the handler ran'],
    [isAboutKnownUser(expected) || observed.users.every(user => user === null), 'request.user was set'],
    [hasBody(observed, expected), `not our body: ${observed.body}`],
    [expected.status !== 503 || isRetryAfter(observed.headers['retry-after']), 'no Retry-After'],
    [hasChallenge(observed, expected), `wrong challenge: ${String(observed.headers['www-authenticate'])}`],
    [reasonOf(observed) === expected.reason, `reason ${String(reasonOf(observed))} instead of ${expected.reason}`],
    [!isLeaked(`${observed.body}\n${JSON.stringify(observed.headers)}`, expected.secrets), 'the answer shows something of the credential'],
    [!isLeaked(observed.lines.join('\n'), expected.secrets), 'the log shows something of the credential']
  ] as const
  return problems.filter(([isFine]) => !isFine).map(([, problem]) => problem)
}

/** Whether one of `secrets` is in `text`, as it is or as JSON writes it. */
export function isLeaked (text: string, secrets: readonly string[]): boolean {
  return secrets.some(secret => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))
}

/**
 * The token, its segments, and every text in its header and its claims but those that are `known`, or a part of it.
 * Short ones are left out: they are in any log.
 */
export function secretsOf (token: string, known: readonly string[]): readonly string[] {
  const segments = token.split('.').slice(0, 8)
  const texts = segments.slice(0, 2).flatMap(segment => textsIn(parse(Buffer.from(segment, 'base64url').toString())))
  return [token, ...segments, ...texts].filter(text => text.length >= 8 && !JSON.stringify([known, ...known.map(one => [one])]).includes(text))
}

/** Whether it is clear who asks, and only what he may do is refused or cannot be judged. */
function isAboutKnownUser ({ status, code }: Expectation): boolean {
  return status === 403 || code === 'AUTH_ENTITLEMENTS_UNAVAILABLE'
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function textsIn (value: unknown, depth = 8): readonly string[] {
  if (typeof value === 'string') {
    return [value]
  }
  return typeof value === 'object' && value !== null && depth > 0 ? Object.values(value).flatMap(member => textsIn(member, depth - 1)) : []
}

function hasBody ({ body }: Observation, { status, code }: Expectation): boolean {
  const members = parse(body)
  if (typeof members !== 'object' || members === null) {
    return false
  }
  return Object.keys(members).sort().join() === BODY_MEMBERS.join() && 'statusCode' in members && members.statusCode === status && 'code' in members && members.code === code
}

/** RFC 6750, section 3.1; RFC 9110, section 15.5.2. */
function hasChallenge ({ headers }: Observation, expected: Expectation): boolean {
  const text = headers['www-authenticate']
  const isWanted = expected.status === 401 || expected.status === 400 || expected.code === 'AUTH_SCOPE_MISSING'
  if (!isWanted || typeof text !== 'string') {
    return !isWanted && text === undefined
  }
  return expected.challenge === undefined ? isBearerChallenge(text, expected) : text === expected.challenge
}

function isBearerChallenge (text: string, expected: Expectation): boolean {
  const challenge = parseChallenge(text)
  return challenge?.scheme === 'bearer' && challenge.parameters.has('realm') &&
    challenge.parameters.get('error') === toErrorParameter(expected) &&
    challenge.parameters.has('scope') === (expected.code === 'AUTH_SCOPE_MISSING')
}

function toErrorParameter ({ status, code }: Expectation): string | undefined {
  if (code === 'AUTH_CREDENTIALS_MISSING') {
    return undefined
  }
  return status === 400 ? 'invalid_request' : status === 403 ? 'insufficient_scope' : 'invalid_token'
}

function isRetryAfter (value: unknown): boolean {
  return /^[1-9]\d{0,4}$/.test(String(value))
}

/** Why our own line in the log says that the request was refused. */
function reasonOf ({ lines }: Observation): unknown {
  const ours = lines.map(parse).filter(line => typeof line === 'object' && line !== null && 'plugin' in line && 'code' in line && 'reason' in line)
  return (ours.at(-1) as { reason?: unknown } | undefined)?.reason
}
