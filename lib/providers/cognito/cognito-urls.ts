import { toHostedDomain } from './hosted-domain.js'
import { cognitoLoginSchema, cognitoUrlsOptionsSchema } from './urls-options.js'
import { ALLOWED_URL, isAllowedUrl } from '../jwt/is-allowed-url.js'
import { assertOptions } from '../jwt/resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { CognitoLogin, CognitoUrlsOptions } from './urls-options.js'

/** Fewer different characters come from no random source: of 22 that are random, so few happen once in more than 10^12 times. */
const MIN_CHARACTERS = 6

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
  const { clientId, redirectUri, logoutUri, scopes = ['openid', 'email', 'profile'] } = options
  const domain = toHostedDomain(options.domain, options.region ?? null, nameOption(['domain']))
  assertReturn(redirectUri, 'redirectUri')
  if (logoutUri !== undefined) {
    assertReturn(logoutUri, 'logoutUri')
  }
  const scope = scopes.join(' ')
  return Object.freeze({
    login (login: CognitoLogin) {
      assertLogin(login)
      const { state, nonce, codeChallenge, identityProvider, loginHint, lang } = login
      const code = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, state, nonce }
      const optional = { identity_provider: identityProvider, login_hint: loginHint, lang }
      return toUrl(`${domain}/oauth2/authorize`, { ...code, code_challenge: codeChallenge, code_challenge_method: 'S256', ...optional })
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

function assertReturn (url: string, option: string): void {
  if (!isAllowedUrl(url)) {
    throw new AUTH_OPTION_INVALID(`${nameOption([option])} must be ${ALLOWED_URL}`)
  }
}

/** That a text is random cannot be seen; that it is none often can. */
function assertLogin (login: unknown): void {
  const nameMember = (path: readonly string[]): string => nameOption(['login', ...path])
  assertOptions<CognitoLogin>(cognitoLoginSchema, login, nameMember)
  const texts = { state: login.state, nonce: login.nonce, codeChallenge: login.codeChallenge }
  for (const [member, text] of Object.entries(texts)) {
    if (new Set(text).size < MIN_CHARACTERS) {
      throw new AUTH_OPTION_INVALID(`${nameMember([member])} must come from a random source`)
    }
  }
  if (new Set(Object.values(texts)).size < 3) {
    throw new AUTH_OPTION_INVALID(`${nameMember(['state'])}, ${nameMember(['nonce'])} and ${nameMember(['codeChallenge'])} must be three different texts`)
  }
}

function toUrl (address: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${address}?${new URLSearchParams(given).toString()}`
}

function nameOption (path: readonly string[]): string {
  return ['cognitoUrls', ...path].join('.')
}
