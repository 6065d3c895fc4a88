import { createHash } from 'node:crypto'

import { AUTH_CREDENTIALS_MISSING, AUTH_PROVIDER_UNAVAILABLE } from '../errors.js'
import { createCache } from '../sources/cache/create-cache.js'
import { FetchError, fetchJson } from '../util/fetch-json.js'
import { isRecord } from '../util/is-record.js'
import { parseUnverifiedJwt } from '../util/jwt-text.js'
import { runOutside } from './scope.js'

import type { FastifyBaseLogger } from 'fastify'
import type { ExchangeTarget } from './options.js'
import type { Prove } from '../providers/introspection/client-authentication.js'
import type { Cache } from '../sources/cache/create-cache.js'
import type { Fetch } from '../util/fetch-json.js'
import type { AuthPair } from '../../types/passthrough.js'
import type { Bytes, Count, Milliseconds, Seconds } from '../../types/units.js'

/** Where tokens are exchanged, how, and how long they are kept. */
export interface ExchangeSettings {
  readonly tokenEndpoint: string
  readonly prove: Prove
  /** What is asked for, by origin. */
  readonly targets: ReadonlyMap<string, ExchangeTarget>
  readonly subjectTokenType: string
  readonly requestedTokenType: string
  readonly marginSeconds: Seconds
  readonly max: Count
  readonly timeoutMs: Milliseconds
  readonly fetch: Fetch
}

/** A call that needs a token, and on whose behalf it is made. */
export interface ExchangeOrder {
  readonly pairs: readonly AuthPair[]
  /** One of the targets. */
  readonly origin: string
  readonly log: FastifyBaseLogger
}

/** `accessToken`, a text, and `lifetimeMs`. */
type Token = Readonly<Record<string, unknown>>

// RFC 8693, section 2.1
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** `Bearer` and a token, RFC 6750, section 2.1. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

const MAX_ANSWER_BYTES: Bytes = 65_536

/** Longer than any token lives: what it says itself is what counts. */
const KEEP_MS: Milliseconds = 86_400_000

/**
 * Gives tokens for other services in exchange for the caller's. They are kept until shortly before they end, under a digest of the caller's token and
 * what was asked for; callers with one token share one exchange. Failures are not kept.
 *
 * @see RFC 8693
 */
export class TokenExchange {
  readonly #settings: ExchangeSettings
  readonly #tokens: Cache<Token>
  #closing = new AbortController()

  constructor (settings: ExchangeSettings) {
    const { max } = settings
    this.#settings = settings
    // An exchange ends by itself, long before this.
    this.#tokens = createCache({ name: 'passthrough', ttlMs: KEEP_MS, staleMs: 0, timeoutMs: KEEP_MS, max, store: null, isValue: isRecord, lifetimeMsOf: toLifetimeMs })
  }

  /**
   * @throws {AUTH_CREDENTIALS_MISSING} 401, when the caller sent no bearer token
   * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when none is given in exchange
   */
  async tokenFor ({ pairs, origin, log }: ExchangeOrder): Promise<string> {
    const subjectToken = toSubjectToken(pairs)
    const target = this.#settings.targets.get(origin) as ExchangeTarget
    const key = { of: [], rest: [createHash('sha256').update(subjectToken).digest('base64url'), ...toForm(target)] }
    const { accessToken } = await this.#tokens.get(key, () => this.#exchange(subjectToken, target, log), { log })
    return accessToken as string
  }

  /** Ends the exchanges under way. */
  close (): void {
    this.#closing.abort()
    this.#closing = new AbortController()
  }

  async #exchange (subjectToken: string, target: ExchangeTarget, log: FastifyBaseLogger): Promise<Token> {
    const { tokenEndpoint, fetch, timeoutMs, marginSeconds, prove, subjectTokenType, requestedTokenType } = this.#settings
    const { signal } = this.#closing
    try {
      const { headers, form } = await prove()
      const body = new URLSearchParams([
        ['grant_type', GRANT], ['subject_token', subjectToken], ['subject_token_type', subjectTokenType], ['requested_token_type', requestedTokenType],
        ...toForm(target), ...Object.entries(form)
      ])
      const answer = await runOutside(() => fetchJson(tokenEndpoint, { fetch, timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal, post: { headers, body } }))
      return toToken(answer, subjectToken, marginSeconds)
    } catch (error) {
      const { expected, status } = error instanceof FetchError ? error : { expected: 'a bearer token in exchange', status: null }
      log.error({ expected, status }, 'a token could not be exchanged')
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'exchange', expected })
    }
  }
}

/** RFC 8693, section 2.1: `resource` and `audience` may stand there several times. */
function toForm ({ audience = [], resource = [], scope }: ExchangeTarget): Array<[string, string]> {
  const members: Array<[string, string]> = [...[audience].flat().map(value => ['audience', value] as [string, string]), ...[resource].flat().map(value => ['resource', value] as [string, string])]
  return scope === undefined ? members : [...members, ['scope', scope]]
}

function toSubjectToken (pairs: readonly AuthPair[]): string {
  const header = pairs.findLast(([name]) => name === 'authorization')
  const token = header === undefined ? undefined : BEARER.exec(header[1])?.[1]
  if (token === undefined) {
    throw new AUTH_CREDENTIALS_MISSING({ reason: 'credential_missing', expected: 'Bearer <token>' })
  }
  return token
}

/**
 * RFC 8693, section 2.2.1. What says nothing of its end is used once; nothing outlives the caller's own token, as far as that says when it ends.
 * `N_A` is no token for a header.
 */
function toToken ({ access_token: accessToken, token_type: type, expires_in: expiresIn }: Readonly<Record<string, unknown>>, subjectToken: string, marginSeconds: Seconds): Token {
  if (typeof accessToken !== 'string' || !TOKEN.test(accessToken) || typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw new TypeError('no bearer token')
  }
  const exp = parseUnverifiedJwt(subjectToken)?.payload['exp']
  const subjectMs = typeof exp === 'number' ? exp * 1000 - Date.now() : Infinity
  const ownMs = typeof expiresIn === 'number' && expiresIn > 0 ? (expiresIn - marginSeconds) * 1000 : 0
  return { accessToken, lifetimeMs: Math.min(ownMs, subjectMs) }
}

function toLifetimeMs ({ lifetimeMs }: Token): Milliseconds {
  return lifetimeMs as Milliseconds
}
