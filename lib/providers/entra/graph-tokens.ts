import { createCache } from '../../sources/cache/create-cache.js'
import { FetchError, fetchJson } from '../../util/fetch-json.js'
import { isRecord } from '../../util/is-record.js'
import { abandon, when } from '../../util/when.js'
import { within } from '../../util/within.js'
import { CLOUDS } from './clouds.js'

import type { GraphAccess, GraphSettings } from './graph-options.js'
import type { Cache } from '../../sources/cache/create-cache.js'
import type { CacheKey } from '../../sources/cache/level.js'
import type { ProviderContext } from '../../../types/providers.js'
import type { Count, Milliseconds, Seconds } from '../../../types/units.js'

/** Tokens of the app itself, for Microsoft Graph. */
export interface GraphTokens {
  /** A token for a tenant's directory, at once where one is kept. */
  get (tenantId: string, context: ProviderContext): string | Promise<string>
  /** Another one than `refused`, or the same where there is no other. Who asks at the same time gets the same. */
  renew (tenantId: string, refused: string, context: ProviderContext): string | Promise<string>
  /** Ends what is under way, and forgets all tokens. */
  close (): void
}

const MAX_TENANTS: Count = 1_000
const MAX_KEPT_MS: Milliseconds = 86_400_000

/** So much earlier than it ends, a token is replaced: clocks differ, and calls take time. */
const MARGIN_SECONDS: Seconds = 300

// VSCHAR without the space: RFC 6749, appendix A.12
const tokenSyntax = /^[\x21-\x7e]+$/

/** How these settings get tokens. */
export function createGraphTokens (settings: GraphSettings): GraphTokens {
  const { access } = settings
  return access.kind === 'secret' ? new KeptTokens(settings, access) : new GivenTokens(settings, access)
}

interface KeptToken extends Readonly<Record<string, unknown>> {
  readonly token: string
  readonly expiresIn: Seconds
}

/** Tokens that a secret was exchanged for: one exchange for all who wait, and none while the token is good. */
class KeptTokens implements GraphTokens {
  readonly #settings: GraphSettings
  readonly #access: GraphAccess & { readonly kind: 'secret' }
  readonly #kept: Cache<KeptToken>
  #closing = new AbortController()

  constructor (settings: GraphSettings, access: GraphAccess & { readonly kind: 'secret' }) {
    this.#settings = settings
    this.#access = access
    this.#kept = createCache<KeptToken>({
      name: 'entraGraphGroups',
      ttlMs: MAX_KEPT_MS,
      staleMs: 0,
      // The exchange ends by itself before this.
      timeoutMs: settings.timeoutMs * 2,
      max: MAX_TENANTS,
      store: null,
      isValue: isRecord as (value: unknown) => value is KeptToken,
      lifetimeMsOf: ({ expiresIn }) => (expiresIn - MARGIN_SECONDS) * 1000
    })
  }

  get (tenantId: string, context: ProviderContext): string | Promise<string> {
    return when(this.#load(tenantId, context), ({ token }) => token)
  }

  renew (tenantId: string, refused: string, context: ProviderContext): string | Promise<string> {
    return when(this.#load(tenantId, context), ({ token }) => {
      if (token !== refused) {
        return token
      }
      this.#forget([tenantId])
      return this.get(tenantId, context)
    })
  }

  close (): void {
    this.#closing.abort()
    // Another app may go on with the same provider.
    this.#closing = new AbortController()
    this.#forget([])
  }

  #load (tenantId: string, context: ProviderContext): KeptToken | Promise<KeptToken> {
    const key: CacheKey = { of: [tenantId], rest: ['token'] }
    return this.#kept.get(key, () => this.#exchange(tenantId), context)
  }

  /** At once, in memory: it cannot fail, and there is nothing to wait for. */
  #forget (of: readonly string[]): void {
    abandon(this.#kept.invalidate(of))
  }

  /** RFC 6749, sections 4.4 and 5.1. */
  async #exchange (tenantId: string): Promise<KeptToken> {
    const { cloud, fetch, timeoutMs, maxBytes } = this.#settings
    const url = `${CLOUDS[cloud].login}/${tenantId}/oauth2/v2.0/token`
    const body = new URLSearchParams({
      grant_type: 'client_credentials', client_id: this.#access.clientId, client_secret: this.#access.clientSecret, scope: toScope(this.#settings)
    })
    const answer = await fetchJson(url, { fetch, timeoutMs, maxBytes, signal: this.#closing.signal, post: { headers: {}, body } })
    const { access_token: token, token_type: type, expires_in: expiresIn } = answer
    if (!isToken(token) || typeof type !== 'string' || type.toLowerCase() !== 'bearer' || typeof expiresIn !== 'number' || !(expiresIn > 0)) {
      throw new FetchError(url, 'a bearer token, and how long it is good')
    }
    return { token, expiresIn }
  }
}

/** Tokens of somebody who keeps them himself. */
class GivenTokens implements GraphTokens {
  readonly #settings: GraphSettings
  readonly #access: GraphAccess & { readonly kind: 'function' }

  constructor (settings: GraphSettings, access: GraphAccess & { readonly kind: 'function' }) {
    this.#settings = settings
    this.#access = access
  }

  async get (tenantId: string, { signal }: ProviderContext): Promise<string> {
    const { timeoutMs } = this.#settings
    const scope = toScope(this.#settings)
    const given = Promise.resolve(this.#access.accessToken({ tenantId, scope, signal }))
    const token: unknown = await within(given, timeoutMs, () => new FetchError(scope, `a token from accessToken within ${timeoutMs} ms`))
    if (!isToken(token)) {
      throw new FetchError(scope, 'a token from accessToken')
    }
    return token
  }

  renew (tenantId: string, _refused: string, context: ProviderContext): Promise<string> {
    return this.get(tenantId, context)
  }

  close (): void {}
}

function isToken (value: unknown): value is string {
  return typeof value === 'string' && tokenSyntax.test(value)
}

/** All that the app may do there: application permissions are not asked for one by one. */
function toScope ({ cloud }: GraphSettings): string {
  return `${CLOUDS[cloud].graph}/.default`
}
