import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

import { publishBreaker, publishCacheUse, publishDecision } from '../../diagnostics.js'
import { isAuthError } from '../../errors.js'
import { describeError } from '../../util/describe-error.js'
import { untilAborted } from '../../util/until-aborted.js'
import { buildRequest } from './build-request.js'
import { resolveDecisionCache } from './cache/resolve-decision-cache.js'
import { toCacheId } from './cache/to-cache-id.js'
import { GatewayFailure } from './gateway-failure.js'
import { judgeAnswer } from './judge-answer.js'
import { toOutcome, toUnasked, toUnavailable } from './outcome.js'
import { readBody } from './read-body.js'
import { isSendable, resolveSettings } from './resolve-settings.js'
import { RouteTermsReader } from './route-terms.js'
import { isRuling } from './ruling.js'
import { silentLog } from './silent-log.js'
import { toGatewayFailure } from './to-gateway-failure.js'
import { toGuardTexts } from './to-guard-texts.js'
import { resolveTransport } from './transport/resolve-transport.js'

import type { Decided, Decision, DecisionCache } from './cache/types.js'
import type { GatewayClient, ValidateOptions } from './gateway-client.js'
import type { GatewayOptions, SentHeaders } from './options.js'
import type { GatewayOutcome } from './outcome.js'
import type { GatewaySettings, NameOption } from './resolve-settings.js'
import type { GatewayTerms } from './route-terms.js'
import type { Ruling } from './ruling.js'
import type { GatewayRequest, Transport, TransportEvent } from './transport/types.js'
import type { Milliseconds } from '../../../types/units.js'

/** One question, with everything it comes with. */
interface Inquiry {
  readonly token: string
  readonly request: FastifyRequest | null
  readonly signal: AbortSignal
  readonly log: FastifyBaseLogger
  readonly terms: GatewayTerms
}

// VCHAR: RFC 5234, appendix B.1
const visible = /^[\x21-\x7e]+$/

/** Asks one external service. */
export class ServiceClient implements GatewayClient {
  readonly name: string
  readonly routes: RouteTermsReader
  readonly #settings: GatewaySettings
  readonly #transport: Transport
  readonly #cache: DecisionCache<Ruling> | null

  constructor (options: GatewayOptions, nameOption: NameOption) {
    const settings = resolveSettings(options, nameOption)
    const { name, url, timeoutMs, request: { method } } = settings
    const { cache = null, failOpen = false, maxBodyBytes = null, socketPath } = options
    this.name = name
    this.#settings = settings
    this.routes = new RouteTermsReader(Object.freeze({ url, failOpen, cache: true, maxBodyBytes }), { socketPath, maySendBody: method !== 'GET' && method !== 'HEAD' && options.introspection === undefined })
    this.#transport = resolveTransport(options, { protocol: url.protocol, observe, nameOption })
    this.#cache = cache === null ? null : resolveDecisionCache<Ruling>(cache, { id: toCacheId(name, url, options), timeoutMs: timeoutMs + 1_000, isOutcome: isRuling })

    function observe (event: TransportEvent): void {
      if (event.kind === 'breaker') {
        publishBreaker({ gateway: name, origin: event.origin, state: event.state })
      }
    }
  }

  async validate (token: string, { signal = new AbortController().signal, request, log = request?.log ?? silentLog }: ValidateOptions = {}): Promise<GatewayOutcome> {
    const startedAt = performance.now()
    const terms = this.routes.read(request?.routeOptions.config, 'this route')
    const outcome = await this.#ask({ token, request: request ?? null, signal, log, terms })
    this.#publish(outcome, performance.now() - startedAt)
    return outcome
  }

  async forgetToken (token: string): Promise<void> {
    await this.#cache?.forgetToken(token)
  }

  async forgetSubject (subject: string): Promise<void> {
    await this.#cache?.forgetSubject(subject)
  }

  async forgetAll (): Promise<void> {
    await this.#cache?.forgetAll()
  }

  async close (): Promise<void> {
    await this.#transport.close()
  }

  async #ask (inquiry: Inquiry): Promise<GatewayOutcome> {
    const { token, log } = inquiry
    const { maxTokenBytes } = this.#settings
    if (typeof token !== 'string' || token.length > maxTokenBytes || !visible.test(token)) {
      return toUnasked(typeof token === 'string' && token.length > maxTokenBytes ? 'token_size' : 'token_syntax')
    }
    try {
      const decided = await this.#decide(await this.#toRequest(inquiry), inquiry)
      return toOutcome(decided.outcome, decided)
    } catch (error) {
      if (isAuthError(error)) {
        throw error
      }
      const failure = toGatewayFailure(error)
      const { reason, status, expected } = failure
      if (reason !== 'caller_gone') {
        log.error({ gateway: this.name, reason, status, expected }, 'an external service gave no usable answer; requests get 503')
      }
      return toUnavailable(failure)
    }
  }

  async #toRequest ({ token, request, signal, terms: { url, maxBodyBytes } }: Inquiry): Promise<GatewayRequest> {
    const { timeoutMs, request: rules } = this.#settings
    const reading = request === null || maxBodyBytes === null ? null : { raw: request.raw, maxBodyBytes }
    if (reading === null && typeof rules.headers !== 'function') {
      return buildRequest({ token, request, url, body: null, headers: rules.headers }, rules)
    }
    // Costs a timer and two signals: only where there is something to wait for.
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const body = reading === null ? null : await readBody(reading.raw, reading.maxBodyBytes, inTime)
    const headers = typeof rules.headers === 'function' ? await this.#makeHeaders(rules.headers, { token, request, signal: inTime }) : rules.headers
    return buildRequest({ token, request, url, body, headers }, rules)
  }

  async #makeHeaders (make: Exclude<GatewayOptions['headers'], SentHeaders | undefined>, context: Parameters<typeof make>[0]): Promise<SentHeaders> {
    let headers: unknown
    try {
      headers = await untilAborted(Promise.resolve(make(context)), context.signal, () => new GatewayFailure('gateway_timeout', { expected: 'headers in time' }))
    } catch (error) {
      throw error instanceof GatewayFailure ? error : new GatewayFailure('gateway_request', { expected: { headers: describeError(error)?.name ?? null } })
    }
    if (!isSendable(headers)) {
      throw new GatewayFailure('gateway_request', { expected: 'headers that can be sent' })
    }
    return headers
  }

  async #decide (question: GatewayRequest, { token, request, signal, log, terms }: Inquiry): Promise<Decided<Ruling>> {
    const load = (loadSignal: AbortSignal): Promise<Decision<Ruling>> => this.#load(question, token, loadSignal)
    if (this.#cache === null || !terms.cache) {
      const { outcome, cookies } = await load(signal)
      return { outcome, cookies, from: 'service' }
    }
    const decided = await this.#cache.decide({ request: question, credential: token, also: toGuardTexts(request), signal, log }, load)
    publishCacheUse({ gateway: this.name, result: decided.from === 'service' ? 'miss' : decided.from === 'cache' ? 'hit' : 'coalesced' })
    return decided
  }

  async #load (request: GatewayRequest, token: string, signal: AbortSignal): Promise<Decision<Ruling>> {
    const answer = await this.#transport.send(request, signal)
    const { ruling, cookies } = await judgeAnswer(answer, token, this.#settings.answer)
    const identity = ruling.kind === 'allowed' ? ruling.identity : null
    return {
      outcome: ruling,
      kind: ruling.kind === 'denied' && ruling.refusal === 429 ? 'never' : ruling.kind,
      subject: identity?.subject ?? null,
      expiresAt: identity?.expiresAt ?? null,
      cacheControl: answer.headers['cache-control']?.join(', ') ?? null,
      cookies
    }
  }

  #publish (outcome: GatewayOutcome, durationMs: Milliseconds): void {
    const { status } = outcome
    const reason = outcome.kind === 'allowed' ? null : outcome.reason
    publishDecision({ gateway: this.name, outcome: outcome.kind === 'unavailable' ? toFailureKind(outcome.reason) : outcome.kind, reason, status, durationMs })
  }
}

function toFailureKind (reason: string): 'aborted' | 'timeout' | 'error' {
  if (reason === 'caller_gone') {
    return 'aborted'
  }
  return reason === 'gateway_timeout' ? 'timeout' : 'error'
}
