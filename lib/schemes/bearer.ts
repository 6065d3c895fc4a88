import { AUTH_OPTION_INVALID } from '../errors.js'
import { fromHeader } from './from-header.js'

import type { JwtProvider } from '../../types/providers.js'
import type { TokenAuthenticator, TokenSource } from '../../types/scheme.js'
import type { OneOrMore } from '../../types/units.js'

/** Where the tokens of an authenticator are read, and what it is called. */
export interface BearerOptions {
  /** Where the tokens are read from. Default `[fromHeader()]`. */
  readonly sources?: OneOrMore<TokenSource>
  /** The name of the authenticator. Default `'bearerAuth'`. */
  readonly name?: string
}

/**
 * An authenticator for the tokens of one provider, or of several: the long form of the option `jwtProvider`, for apps that have several kinds
 * of tokens and routes that accept only some.
 *
 * @throws {AUTH_OPTION_INVALID} when there is no provider, no source or no name
 * @example authenticators: [bearer(staff, { name: 'staffAuth' }), bearer(partners, { name: 'partnerAuth', sources: fromHeader('x-partner-token', null) })]
 */
export function bearer (provider: OneOrMore<JwtProvider>, { sources = [fromHeader()], name = 'bearerAuth' }: BearerOptions = {}): TokenAuthenticator {
  const jwtProviders = Object.freeze([provider].flat() as JwtProvider[])
  const tokenSources = Object.freeze([sources].flat() as TokenSource[])
  if (jwtProviders.length === 0 || tokenSources.length === 0 || typeof name !== 'string' || name.trim() === '') {
    throw new AUTH_OPTION_INVALID('bearer: takes at least one provider, at least one source and a name')
  }
  return Object.freeze({ name, jwtProviders, tokenSources })
}
