import { Buffer } from 'node:buffer'

import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_CREDENTIALS_MALFORMED } from '../../errors.js'
import { toNetwork } from '../../util/to-network.js'

import type { FastifyRequest } from 'fastify'
import type { Bytes } from '../../../types/units.js'

/** Who somebody says he is, and what is to show it. */
export interface BasicCredentials {
  readonly username: string
  readonly password: string
  /** Where they came from, as far as attempts of one caller go. */
  readonly network: string
}

const MAX_HEADER_LENGTH: Bytes = 4_096

/** The scheme, in any case, up to the first character that a longer name could not go on with. RFC 9110, sections 11.1 and 11.4. */
const SCHEME = /^basic(?![!#$%&'*+\-.^_`|~0-9a-z])/i

/** `token68`, of the characters of base64. RFC 9110, section 11.2; RFC 4648, section 4. */
const CREDENTIALS = /^basic +([a-z\d+/]+={0,2})$/i

/** RFC 7617, section 2, and those of Unicode. */
const CONTROL = /\p{Cc}/u

/**
 * Takes the credentials of HTTP's Basic scheme from the request; `null` when there are none. RFC 7617, section 2.
 *
 * @throws {AUTH_CREDENTIALS_AMBIGUOUS} 400, when the header comes more than once
 * @throws {AUTH_CREDENTIALS_MALFORMED} 401, when it is not strict base64 of strict UTF-8, or lacks the colon or the name before it
 */
export function readCredentials (request: FastifyRequest): BasicCredentials | null {
  const value = request.headers.authorization
  if (value === undefined) {
    return null
  }
  assertSingle(request)
  if (!SCHEME.test(value)) {
    return null
  }
  const text = value.length > MAX_HEADER_LENGTH ? null : decode(CREDENTIALS.exec(value)?.[1])
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon < 1 || CONTROL.test(text)) {
    throw new AUTH_CREDENTIALS_MALFORMED({ reason: 'header_syntax', expected: 'Basic <base64 of username:password>' })
  }
  return Object.freeze({ username: text.slice(0, colon), password: text.slice(colon + 1), network: toNetwork(request.ip) })
}

/** `null` for any but the one canonical way to write these bytes, and for bytes that are no UTF-8: two texts must not be one password. */
function decode (base64 = ''): string | null {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) {
    return null
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Node keeps the first; a proxy in front may have read another one. */
function assertSingle ({ raw: { rawHeaders } }: FastifyRequest): void {
  if (rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length > 1) {
    throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'header_repeated' })
  }
}
