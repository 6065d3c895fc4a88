import { DEFAULT_ALGORITHMS } from '../jwt/algorithms.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { toSupplies } from '../jwt/to-supplies.js'
import { assertOptions, resolveSettings, toOwnProviders } from '../jwt/resolve-settings.js'
import { toIdentity } from '../jwt/to-identity.js'
import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../../errors.js'
import { when } from '../../util/when.js'
import { checkAnswer } from './check-answer.js'
import { createProve } from './client-authentication.js'
import { Introspector, isActive } from './introspector.js'
import { introspectionOptionsSchema } from './options.js'

import type { IntrospectionOptions } from './options.js'
import type { Claims, ProvidedIdentity } from '../../../types/identity.js'
import type { JwtProvider, ProviderContext } from '../../../types/providers.js'
import type { Bytes } from '../../../types/units.js'

// b64token: RFC 6750, section 2.1
const bearerToken = /^[A-Za-z0-9._~+/-]+=*$/

const DEFAULTS = Object.freeze({ maxCacheSeconds: 30, inactiveCacheSeconds: 5, timeoutMs: 4_000, maxConcurrent: 32, maxQueued: 256 })

/**
 * A provider for opaque tokens: whoever issued them is asked what they are worth. JWTs of the same issuer, too, unless `jwts: false` leaves
 * them to another provider. Refused tokens count for the option `failureLimit`.
 *
 * Costs a call for each token that has not been seen for 30 seconds; at most 32 are under way at once.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see RFC 7662
 * @example introspection({ url: 'https://issuer.example/introspect', issuer: 'https://issuer.example', audience: 'books', clientId: 'books', clientSecret })
 */
export function introspection (options: IntrospectionOptions): JwtProvider {
  assertOptions<IntrospectionOptions>(introspectionOptionsSchema, options, nameOption)
  const { url, issuer, jwts = true, claims = {} } = options
  if (!isAllowedUrl(url)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['url'])} must be ${ALLOWED_URL}`)
  }
  const settings = resolveSettings(options, { name: 'introspection', issuers: jwts ? [issuer] : [], algorithms: DEFAULT_ALGORITHMS, nameOption })
  const { name, audience, clockToleranceSeconds, maxTokenBytes, fetch } = settings
  const introspector = new Introspector({ ...DEFAULTS, ...withoutUndefined(options), name, url, fetch, prove: createProve(options, nameOption) })
  const rules = { issuer, audience, clockToleranceSeconds }

  function accept (answer: Claims): ProvidedIdentity {
    if (!isActive(answer)) {
      throw new AUTH_TOKEN_INVALID({ reason: 'token_inactive' })
    }
    const expiresAt = checkAnswer(answer, rules)
    return toIdentity(answer, settings, { issuer, expiresAt })
  }

  return Object.freeze({
    name,
    issuers: settings.issuers,
    identityIssuers: Object.freeze([issuer]),
    opaqueTokens: 'any',
    verify (token: string, context: ProviderContext) {
      assertSendable(token, maxTokenBytes)
      return when(introspector.ask(token, context), accept)
    },
    // Revocation is what it is for: its own cache knows how long an answer counts.
    cacheable: false,
    countsFailures: true,
    maxTokenBytes,
    securityScheme: Object.freeze({ type: 'http', scheme: 'bearer' } as const),
    async close () { introspector.close() },
    ...toSupplies(settings, claims),
    ...toOwnProviders(options)
  })
}

/** What cannot be a token costs nobody a call. */
function assertSendable (token: string, maxTokenBytes: Bytes): void {
  if (token.length > maxTokenBytes) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_size', expected: { maxTokenBytes } })
  }
  if (!bearerToken.test(token)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'token_syntax' })
  }
}

/** An option that is there and undefined is an option that is not there. */
function withoutUndefined<T extends object> (options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}

function nameOption (path: readonly string[]): string {
  return ['introspection', ...path].join('.')
}
