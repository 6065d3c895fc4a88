import type { FastifyRequest } from 'fastify'

import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_OPTION_INVALID } from '../errors.js'
import { defineSource } from './token-source.js'

import type { TokenSource } from '../../types/scheme.js'

/**
 * Reads the token from the query: for clients that can send nothing else. URLs end up in logs, histories and `Referer` headers, so the boot
 * stops unless the app's logger has `reqSerializer` in place; let such tokens live for seconds. RFC 6750, section 2.3; RFC 9700, section 4.3.2.
 *
 * @param name of the parameter, compared exactly
 * @throws {AUTH_OPTION_INVALID} when it is empty
 * @example tokenSources: [fromHeader(), fromQuery('access_token')]
 */
export function fromQuery (name: string): TokenSource {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new AUTH_OPTION_INVALID("fromQuery: a parameter's name is missing; call it as fromQuery('access_token')")
  }

  function readUnchecked (request: FastifyRequest): string | null {
    const query = request.query as Readonly<Record<string, unknown>>
    const value = Object.hasOwn(query, name) ? query[name] : undefined
    if (value === undefined) {
      return null
    }
    if (Array.isArray(value)) {
      throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'query_repeated' })
    }
    return typeof value === 'string' ? value : ''
  }

  const securityScheme = Object.freeze({ type: 'apiKey', in: 'query', name } as const)
  return defineSource(`query ${name}`, { kind: 'query', securityScheme, readUnchecked, malformed: { reason: 'query_syntax', expected: `${name}=<token>` } })
}
