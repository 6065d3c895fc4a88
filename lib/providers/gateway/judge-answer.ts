import { Buffer } from 'node:buffer'

import { GatewayFailure } from './gateway-failure.js'
import { readAnswer } from './read-answer.js'
import { readRetryAfter } from './read-retry-after.js'
import { toIdentity } from './to-identity.js'

import type { ServiceAnswer } from './answer-types.js'
import type { AllowedRuling, DeniedRuling, FieldValues, Ruling } from './ruling.js'
import type { IdentityRules } from './to-identity.js'
import type { GatewayAnswer } from './transport/types.js'
import type { Reason } from '../../../types/verdict.js'

/** What answers mean. */
export interface AnswerRules extends IdentityRules {
  /** `null`: 200 to 299. */
  readonly allowStatuses: ReadonlySet<number> | null
  readonly allow: (answer: ServiceAnswer) => boolean | Promise<boolean>
  readonly statusMap: ReadonlyMap<number, 401 | 403 | 429 | 503>
  readonly relayBody: boolean
  /** In lower case. */
  readonly relayHeaders: readonly string[]
  /** In lower case. */
  readonly allowHeaders: readonly string[]
}

/** What a ruling is made of, and what is for one caller only. */
export interface Judgement {
  readonly ruling: Ruling
  readonly cookies: readonly string[]
}

/**
 * What an answer of the service means.
 * @throws {GatewayFailure} when it means nothing: a status that was not agreed upon, redirects included, or an answer that cannot be read
 */
export async function judgeAnswer (answer: GatewayAnswer, token: string, rules: AnswerRules): Promise<Judgement> {
  const { status } = answer
  if (rules.allowStatuses === null ? status >= 200 && status <= 299 : rules.allowStatuses.has(status)) {
    return await judgeWelcome(answer, token, rules)
  }
  const mapped = rules.statusMap.get(status) ?? status
  if (mapped === 401 || mapped === 403 || mapped === 429) {
    return { ruling: toDenial(answer, mapped, rules), cookies: pickCookies(answer, rules.relayHeaders) }
  }
  throw new GatewayFailure('gateway_status', { status, expected: 'a status that lets in, 401, 403 or 429', retryAfterSeconds: readRetryAfter(answer.headers) })
}

async function judgeWelcome (answer: GatewayAnswer, token: string, rules: AnswerRules): Promise<Judgement> {
  const view = readAnswer(answer)
  const isAllowed: unknown = await rules.allow(view)
  if (typeof isAllowed !== 'boolean') {
    throw new GatewayFailure('gateway_answer', { status: answer.status, expected: 'allow to say true or false' })
  }
  if (!isAllowed) {
    return { ruling: toRefusal(answer.status, 'token_inactive'), cookies: [] }
  }
  const identity = await toIdentity(view, token, rules)
  if (identity.expiresAt !== null && identity.expiresAt <= Date.now() / 1000) {
    return { ruling: toRefusal(answer.status, 'expired'), cookies: [] }
  }
  const ruling: AllowedRuling = { kind: 'allowed', status: answer.status, identity, headers: pick(answer.headers, rules.allowHeaders) }
  return { ruling, cookies: pickCookies(answer, rules.allowHeaders) }
}

/** A refusal in our own words: what was answered was meant for something else. */
function toRefusal (status: number, reason: Reason): DeniedRuling {
  return { kind: 'denied', status, refusal: 401, reason, challenges: [], headers: {}, body: null, retryAfterSeconds: null }
}

/** A status that is mapped keeps its body to itself: that says something else. */
function toDenial ({ status, headers, body }: GatewayAnswer, refusal: DeniedRuling['refusal'], { relayBody, relayHeaders }: AnswerRules): DeniedRuling {
  const isRelayed = relayBody && status === refusal && body.byteLength > 0
  return {
    kind: 'denied',
    status,
    refusal,
    reason: 'gateway_denied',
    challenges: headers['www-authenticate'] ?? [],
    headers: pick(headers, relayHeaders),
    body: isRelayed ? { type: headers['content-type']?.[0] ?? null, base64: Buffer.from(body).toString('base64') } : null,
    retryAfterSeconds: readRetryAfter(headers)
  }
}

function pick (headers: FieldValues, names: readonly string[]): FieldValues {
  return Object.fromEntries(names.flatMap(name => headers[name] === undefined || name === 'set-cookie' ? [] : [[name, headers[name]]]))
}

function pickCookies ({ headers }: GatewayAnswer, names: readonly string[]): readonly string[] {
  return names.includes('set-cookie') ? headers['set-cookie'] ?? [] : []
}
