import { anyTenant } from './any-tenant.js'
import { CLOUDS } from './clouds.js'
import { toTenantIds } from './resolve-tenants.js'
import { entraLoginSchema, entraLogoutSchema, entraUrlsOptionsSchema } from './urls-options.js'
import { assertLogin, assertReturnUrl, toCodeParameters, toUrl } from '../jwt/login-request.js'
import { assertOptions } from '../jwt/resolve-settings.js'

import type { EntraLogin, EntraLogout, EntraUrlsOptions } from './urls-options.js'

const DEFAULT_SCOPES: readonly string[] = ['openid', 'profile', 'email']

/** Where a browser is sent, and where the code is exchanged. */
export interface EntraUrls {
  /**
   * Where to send a browser to sign in, by authorization code with PKCE.
   * @throws {AUTH_OPTION_INVALID} when `state`, `nonce` or `codeChallenge` is missing, too short or made up
   */
  login (login: EntraLogin): string
  /**
   * Where to send a browser to sign out at Microsoft. Access tokens stay valid until they expire.
   * @throws {AUTH_OPTION_INVALID} when `idTokenHint` is no text
   */
  logout (logout?: EntraLogout): string
  /** Where the code is exchanged for tokens, with its verifier. */
  readonly token: string
}

/**
 * The addresses of a tenant's login pages. No I/O: what is random comes from the caller, who has to remember it for when the browser comes back.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 * @example entraUrls({ tenantId: 'aaaabbbb-0000-cccc-1111-dddd2222eeee', clientId: '00001111-aaaa-2222-bbbb-3333cccc4444', redirectUri: 'https://app.example.com/callback' })
 */
export function entraUrls (options: EntraUrlsOptions): EntraUrls {
  assertOptions<EntraUrlsOptions>(entraUrlsOptionsSchema, options, nameOption)
  const { tenantId, clientId, redirectUri, logoutUri, scopes = DEFAULT_SCOPES, cloud = 'public' } = options
  const [authority = ''] = tenantId === anyTenant ? ['organizations'] : toTenantIds(tenantId, nameOption)
  const endpoints = `${CLOUDS[cloud].login}/${authority}/oauth2/v2.0`
  assertReturnUrl(redirectUri, nameOption(['redirectUri']))
  if (logoutUri !== undefined) {
    assertReturnUrl(logoutUri, nameOption(['logoutUri']))
  }
  const client = { clientId, redirectUri, scopes: [...scopes] }
  return Object.freeze({
    login (login: EntraLogin) {
      assertLogin<EntraLogin>(entraLoginSchema, login, nameOption)
      const { loginHint, domainHint, prompt } = login
      const optional = { login_hint: loginHint, domain_hint: domainHint, prompt }
      return toUrl(`${endpoints}/authorize`, { ...toCodeParameters(login, client), response_mode: 'query', ...optional })
    },
    logout (logout: EntraLogout = {}) {
      assertOptions<EntraLogout>(entraLogoutSchema, logout, path => nameOption(['logout', ...path]))
      return toUrl(`${endpoints}/logout`, { post_logout_redirect_uri: logoutUri, id_token_hint: logout.idTokenHint })
    },
    token: `${endpoints}/token`
  })
}

function nameOption (path: readonly string[]): string {
  return ['entraUrls', ...path].join('.')
}
