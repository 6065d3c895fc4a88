import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../../errors.js'
import { isJwtShaped } from '../../util/jwt-text.js'
import { toFrozen } from '../../util/to-frozen.js'
import { isSameDigest, toDigest } from './digest.js'
import { assertOptions, staticTokenListSchema, staticTokensOptionsSchema } from './options.js'
import { toIdentity } from './to-identity.js'

import type { StaticToken, StaticTokensOptions } from './options.js'
import type { EntitlementName, ProvidedIdentity } from '../../../types/identity.js'
import type { JwtProvider } from '../../../types/providers.js'

const ENTITLEMENTS: readonly EntitlementName[] = Object.freeze(['groups', 'roles', 'permissions'] as const)
const MAX_TOKEN_BYTES = 512

/** A token as it is kept: by its digest, so that all are of one length. */
interface Entry {
  readonly digest: Uint8Array
  readonly identity: ProvidedIdentity
}

/**
 * A provider for bearer tokens that the app itself knows, from its environment for example: one each for a probe, a job, a partner.
 * For more than a few take API keys, which can be revoked while the app runs. Refused tokens count for the option `failureLimit`.
 *
 * @throws {AUTH_OPTION_INVALID} for a token that is short, written like a JWT or listed twice, and for options that are unknown or wrong
 * @example jwtProvider: [oidc({ issuer, audience: 'books' }), staticTokens([{ token: env.PROBE_TOKEN, subject: 'probe' }])]
 */
export function staticTokens (tokens: readonly StaticToken[], options: StaticTokensOptions = {}): JwtProvider {
  assertOptions<readonly StaticToken[]>('staticTokens', staticTokenListSchema, tokens)
  assertOptions<StaticTokensOptions>('staticTokens', staticTokensOptionsSchema, options)
  const { name = 'static', ...ownProviders } = options
  const issuer = `urn:fastify-gatekeeper:${name}`
  const entries = toEntries(tokens, issuer)

  function find (token: string): Entry | undefined {
    if (token.length > MAX_TOKEN_BYTES) {
      return undefined
    }
    const digest = toDigest(token)
    let found: Entry | undefined
    // To the end, whoever it is: how long it takes tells nothing of who was found.
    for (const entry of entries) {
      found = isSameDigest(entry.digest, digest) ? entry : found
    }
    return found
  }

  function verify (token: string): ProvidedIdentity {
    const entry = find(token)
    if (entry === undefined) {
      throw new AUTH_TOKEN_INVALID({ reason: 'token_unknown' })
    }
    return entry.identity
  }

  return Object.freeze({
    ...ownProviders,
    name,
    issuers: Object.freeze([issuer]),
    opaqueTokens: (token: string) => find(token) !== undefined,
    verify,
    countsFailures: true,
    securityScheme: Object.freeze({ type: 'http', scheme: 'bearer' } as const),
    supplies: Object.freeze(ENTITLEMENTS.filter(entitlement => tokens.some(token => token[entitlement] !== undefined)))
  })
}

function toEntries (tokens: readonly StaticToken[], issuer: string): readonly Entry[] {
  const known = new Set<string>()
  return tokens.map(function toEntry ({ token, subject, ...holder }, index) {
    if (isJwtShaped(token)) {
      throw new AUTH_OPTION_INVALID(`staticTokens.${index}.token must not be written like a JWT: those go to the provider of their issuer`)
    }
    if (known.has(token)) {
      throw new AUTH_OPTION_INVALID(`staticTokens.${index}.token is listed twice: nobody could tell whose it is`)
    }
    known.add(token)
    return { digest: toDigest(token), identity: toFrozen({ ...toIdentity(subject, holder), issuer }) }
  })
}
