import { toHostedDomain } from './hosted-domain.js'
import { cognitoLoginSchema, cognitoUrlsOptionsSchema } from './urls-options.js'
import { ALLOWED_URL } from '../jwt/is-allowed-url.js'
import { assertLogin, assertReturnUrl, toCodeParameters, toUrl } from '../jwt/login-request.js'
import { assertOptions } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { CognitoLogin, CognitoUrlsOptions } from './urls-options.js'

const DEFAULT_SCOPES: readonly string[] = ['openid', 'email', 'profile']

/** Where a browser is sent, and where the code is exchanged. */
export interface CognitoUrls {
  /**
   * Where to send a browser to sign in, by authorization code with PKCE.
   * @throws {AUTH_OPTION_INVALID} when `state`, `nonce` or `codeChallenge` is missing, too short or made up
   */
  login (login: CognitoLogin): string
  /**
   * Where to send a browser to sign out at Cognito. Tokens stay valid until they expire.
   * @throws {AUTH_OPTION_INVALID} without the option `logoutUri`
   */
  logout (): string
  /** Where the code is exchanged for tokens, with its verifier. */
  readonly token: string
}

/**
 * The addresses of a pool's login pages. No I/O: what is random comes from the caller, who has to remember it for when the browser comes back.
 *
 * @throws {AUTH_OPTION_INVALID} when an option is unknown, missing or wrong
 * @see RFC 6749, section 4.1; RFC 7636; Amazon Cognito Developer Guide, "Authorize endpoint", "Logout endpoint", "Token endpoint"
 * @example cognitoUrls({ domain: 'auth.example.com', clientId: '3n4b5urk1ft4fl3mg5e62d9ado', redirectUri: 'https://app.example.com/callback' })
 */
export function cognitoUrls (options: CognitoUrlsOptions): CognitoUrls {
  assertOptions<CognitoUrlsOptions>(cognitoUrlsOptionsSchema, options, nameOption)
  const { clientId, redirectUri, logoutUri, scopes = DEFAULT_SCOPES } = options
  const domain = toHostedDomain(options.domain, options.region ?? null, nameOption(['domain']))
  assertReturnUrl(redirectUri, nameOption(['redirectUri']))
  if (logoutUri !== undefined) {
    assertReturnUrl(logoutUri, nameOption(['logoutUri']))
  }
  const client = { clientId, redirectUri, scopes: [...scopes] }
  return Object.freeze({
    login (login: CognitoLogin) {
      assertLogin<CognitoLogin>(cognitoLoginSchema, login, nameOption)
      const { identityProvider, loginHint, lang, resource } = login
      const code = toCodeParameters(login, client)
      return toUrl(`${domain}/oauth2/authorize`, { ...code, identity_provider: identityProvider, login_hint: loginHint, lang, resource })
    },
    logout () {
      if (logoutUri === undefined) {
        throw new AUTH_OPTION_INVALID(`${nameOption(['logoutUri'])} is missing: it must be ${ALLOWED_URL}`)
      }
      return toUrl(`${domain}/logout`, { client_id: clientId, logout_uri: logoutUri })
    },
    token: `${domain}/oauth2/token`
  })
}

function nameOption (path: readonly string[]): string {
  return ['cognitoUrls', ...path].join('.')
}
