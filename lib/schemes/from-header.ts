import type { FastifyRequest } from 'fastify'

import { AUTH_OPTION_INVALID } from '../errors.js'
import { assertSingle } from './assert-single.js'
import { defineSource } from './token-source.js'

import type { TokenSource } from '../../types/scheme.js'

/** `token = 1*tchar`. RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i

/**
 * Reads the token from a header: `Authorization: Bearer …` unless told otherwise. RFC 6750, section 2.1.
 *
 * @param name of the header, in any case
 * @param prefix the scheme before the token, in any case; `null`: the whole value is the token
 * @throws {AUTH_OPTION_INVALID} when one of them cannot stand in a request
 * @example tokenSources: [fromHeader(), fromHeader('x-access-token', null)]
 */
export function fromHeader (name = 'authorization', prefix: string | null = 'Bearer'): TokenSource {
  assertReadable(name, prefix)
  const header = name.toLowerCase()
  const words = prefix === null ? [header] : [header, prefix.toLowerCase()]
  const isBearer = words.join(' ') === 'authorization bearer'
  return defineSource(`header ${words.join(' ')}`, {
    kind: 'header',
    securityScheme: isBearer ? null : Object.freeze({ type: 'apiKey', in: 'header', name, ...prefix !== null && { description: `${prefix} <token>` } }),
    readUnchecked: prefix === null ? createPlainRead(header) : createPrefixedRead(header, prefix),
    malformed: { reason: 'header_syntax', expected: prefix === null ? '<token>' : `${prefix} <token>` }
  })
}

function assertReadable (name: unknown, prefix: unknown): void {
  if (!isFieldToken(name) || (prefix !== null && !isFieldToken(prefix))) {
    throw new AUTH_OPTION_INVALID("fromHeader: a header's name and prefix are tokens (RFC 9110, section 5.6.2)")
  }
  if (name.toLowerCase() === 'cookie') {
    // Browsers send cookies by themselves: fromCookie has them checked for that.
    throw new AUTH_OPTION_INVALID("fromHeader: cookies are read with fromCookie('name')")
  }
}

function isFieldToken (text: unknown): text is string {
  return typeof text === 'string' && TOKEN.test(text)
}

function createPlainRead (header: string): (request: FastifyRequest) => string | null {
  return function readPlain (request) {
    const value = request.headers[header]
    if (value === undefined) {
      return null
    }
    assertSingle(request, header)
    return value as string
  }
}

function createPrefixedRead (header: string, prefix: string): (request: FastifyRequest) => string | null {
  // The scheme, in any case, up to the first character that a longer name could not go on with. RFC 9110, sections 11.1 and 11.4.
  const scheme = new RegExp(`^${prefix.replaceAll(/[$*+.^|]/g, '\\$&')}(?![!#$%&'*+\\-.^_\`|~0-9a-z])`, 'i')
  return function readPrefixed (request) {
    const value = request.headers[header] as string | undefined
    if (value === undefined) {
      return null
    }
    assertSingle(request, header)
    return scheme.test(value) ? textBehindSpaces(value, prefix.length) : null
  }
}

/** Empty, as no token is, where there is no space. */
function textBehindSpaces (value: string, from: number): string {
  let start = from
  while (value[start] === ' ') {
    start++
  }
  return start === from ? '' : value.slice(start)
}
