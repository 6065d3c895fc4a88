import { ALLOWED_URL, isAllowedUrl } from './is-allowed-url.js'
import { assertOptions } from './resolve-settings.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { TSchema } from '@sinclair/typebox'
import type { LoginRequest } from './login-options.js'
import type { NameOption } from './resolve-settings.js'

/** Fewer different characters come from no random source: of 22 that are random, so few happen once in more than 10^12 times. */
const MIN_CHARACTERS = 6

/**
 * Checks what one login is made of. That a text is random cannot be seen; that it is none often can.
 * @throws {AUTH_OPTION_INVALID} when it does not fit `schema`, or `state`, `nonce` or `codeChallenge` is made up
 */
export function assertLogin<T extends LoginRequest> (schema: TSchema, login: unknown, nameOption: NameOption): asserts login is T {
  const nameMember = (member: string): string => nameOption(['login', member])
  assertOptions<T>(schema, login, path => nameOption(['login', ...path]))
  const { state, nonce, codeChallenge } = login
  for (const [member, text] of Object.entries({ state, nonce, codeChallenge })) {
    if (new Set(text).size < MIN_CHARACTERS) {
      throw new AUTH_OPTION_INVALID(`${nameMember(member)} must come from a random source`)
    }
  }
  if (new Set([state, nonce, codeChallenge]).size < 3) {
    throw new AUTH_OPTION_INVALID(`${nameMember('state')}, ${nameMember('nonce')} and ${nameMember('codeChallenge')} must be three different texts`)
  }
}

/**
 * Checks an address that a browser comes back to.
 * @throws {AUTH_OPTION_INVALID} when others could read on the way what it brings along
 */
export function assertReturnUrl (url: string, option: string): void {
  if (!isAllowedUrl(url)) {
    throw new AUTH_OPTION_INVALID(`${option} must be ${ALLOWED_URL}`)
  }
}

/** Who asks, and for what. */
interface Client {
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
}

/** The parameters that every request for a code has, by authorization code with PKCE. RFC 6749, section 4.1.1; RFC 7636, section 4.3. */
export function toCodeParameters ({ state, nonce, codeChallenge }: LoginRequest, { clientId, redirectUri, scopes }: Client): Readonly<Record<string, string>> {
  return {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256'
  }
}

/** An address with those parameters that there are, percent-encoded. */
export function toUrl (address: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return given.length === 0 ? address : `${address}?${new URLSearchParams(given).toString()}`
}
