import { AUTH_OPTION_INVALID } from '../errors.js'
import { createProve } from '../providers/introspection/client-authentication.js'
import { ALLOWED_URL, isAllowedUrl } from '../providers/jwt/is-allowed-url.js'
import { TokenExchange } from './token-exchange.js'

import type { ExchangeOptions, ExchangeTarget } from './options.js'

type NameOption = (path: readonly string[]) => string

// RFC 8693, section 3
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * The exchange that the options describe.
 * @throws {AUTH_OPTION_INVALID} when they do not go together, or with the origins that are allowed
 */
export function resolveExchange (options: ExchangeOptions, allowedOrigins: ReadonlySet<string>, nameOption: NameOption): TokenExchange {
  const { tokenEndpoint, issuer = tokenEndpoint, subjectTokenType = ACCESS_TOKEN, requestedTokenType = ACCESS_TOKEN, marginSeconds = 30, max = 10_000, timeoutMs = 4_000 } = options
  if (!isAllowedUrl(tokenEndpoint)) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['tokenEndpoint'])} must be ${ALLOWED_URL}`)
  }
  const prove = createProve({ ...options, issuer }, nameOption)
  const targets = resolveTargets(options, allowedOrigins, nameOption)
  return new TokenExchange({ tokenEndpoint, prove, targets, subjectTokenType, requestedTokenType, marginSeconds, max, timeoutMs, fetch: options.fetch ?? fetchAsNode })
}

/** A token that is for nobody is for everybody: each origin has a name that its tokens are made for. */
function resolveTargets ({ audience, resource, scope, targets = {} }: ExchangeOptions, allowedOrigins: ReadonlySet<string>, nameOption: NameOption): ReadonlyMap<string, ExchangeTarget> {
  const stray = Object.keys(targets).find(origin => !allowedOrigins.has(origin))
  if (stray !== undefined) {
    throw new AUTH_OPTION_INVALID(`${nameOption(['targets', stray])} is none of allowedOrigins`)
  }
  const common = withoutUndefined({ audience, resource, scope })
  return new Map([...allowedOrigins].map(function resolve (origin) {
    const target = targets[origin] ?? common
    if (target.audience === undefined && target.resource === undefined) {
      throw new AUTH_OPTION_INVALID(`${nameOption(['targets', origin])} must say an audience or a resource: whom the token is for`)
    }
    return [origin, Object.freeze(structuredClone(target))] as const
  }))
}

function withoutUndefined (target: { readonly [K in keyof ExchangeTarget]: ExchangeTarget[K] | undefined }): ExchangeTarget {
  return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined))
}

async function fetchAsNode (url: string, init: RequestInit): Promise<Response> {
  return await globalThis.fetch(url, init)
}
