import { Signer } from '@fastify/cookie'

import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../errors.js'
import { defineSource } from './token-source.js'

import type { TokenSource } from '../../types/scheme.js'
import type { OneOrMore } from '../../types/units.js'

/** `token = 1*tchar`. RFC 6265, section 4.1.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i

/** How a cookie is read. */
export interface CookieSourceOptions {
  /** For cookies that were signed by `@fastify/cookie`: its secret, or several, of which any may have signed. An unsigned value is refused then. */
  readonly signed?: { readonly secret: OneOrMore<string> }
}

/**
 * Reads the token from a cookie. Browsers send cookies whoever wrote the page, so requests that change something must show that they come
 * from a page of ours: the option `csrf`. Best with a `__Host-` name, `HttpOnly`, `Secure` and `SameSite`. RFC 6750, section 5.3.
 *
 * @param name compared exactly; two cookies of that name are refused
 * @throws {AUTH_OPTION_INVALID} when the name cannot stand in a request, or a secret is empty
 * @example tokenSources: [fromHeader(), fromCookie('__Host-token')]
 */
export function fromCookie (name: string, { signed }: CookieSourceOptions = {}): TokenSource {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw new AUTH_OPTION_INVALID("fromCookie: a cookie's name is a token (RFC 6265, section 4.1.1); call it as fromCookie('__Host-token')")
  }
  const unsign = signed === undefined ? null : createUnsign(signed.secret)

  function readUnchecked (request: FastifyRequest): string | null {
    const header = request.raw.headers.cookie
    if (header === undefined) {
      return null
    }
    const [pair, another] = header.split(';').map(text => text.trim()).filter(text => text.startsWith(`${name}=`))
    if (another !== undefined) {
      throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'cookie_repeated' })
    }
    const value = pair === undefined ? '' : toValue(pair.slice(name.length + 1))
    if (value === '') {
      return null
    }
    return unsign === null ? value : unsign(value)
  }

  const securityScheme = Object.freeze({ type: 'apiKey', in: 'cookie', name, ...unsign !== null && { description: 'signed' } } as const)
  return defineSource(`cookie ${name}`, { kind: 'cookie', securityScheme, readUnchecked, isSecretive: unsign !== null, malformed: { reason: 'cookie_syntax', expected: `${name}=<token>` } })
}

/** What `@fastify/cookie` and others write: percent-encoded, perhaps in quotes. RFC 6265, section 4.1.1. What cannot be decoded is left as it is: no token. */
function toValue (text: string): string {
  const value = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function createUnsign (secret: OneOrMore<string>): (value: string) => string {
  const secrets: readonly unknown[] = [secret].flat()
  if (secrets.length === 0 || !secrets.every(candidate => typeof candidate === 'string' && candidate !== '')) {
    throw new AUTH_OPTION_INVALID('fromCookie: signed.secret must be a text, or a list of texts, none of them empty')
  }
  const signer = new Signer(secrets as string[])
  return function unsign (value: string): string {
    const { valid, value: token } = signer.unsign(value)
    if (!valid || token === null) {
      throw new AUTH_TOKEN_INVALID({ reason: 'cookie_signature' })
    }
    return token
  }
}
