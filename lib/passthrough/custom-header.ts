import { AUTH_OPTION_INVALID } from '../errors.js'
import { assertSingle } from '../schemes/assert-single.js'
import { cookie } from './cookie.js'
import { defineExtractor } from './define-extractor.js'
import { isPairName } from './to-pair.js'

import type { FastifyRequest } from 'fastify'
import type { ExtractorFunction } from '../../types/passthrough.js'

/**
 * Takes a header of any name. A request that has it twice is refused with 400.
 *
 * @param name in any case
 * @throws {AUTH_OPTION_INVALID} when no credential can stand there: it is no name of a header, or one that the connection needs for itself
 * @example extractors: [authorization(), customHeader('x-api-key')]
 */
export function customHeader (name: string): ExtractorFunction {
  if (!isPairName(name)) {
    throw new AUTH_OPTION_INVALID("customHeader: it takes the name of a header that can carry a credential: customHeader('x-api-key')")
  }
  const header = name.toLowerCase()
  if (header === 'cookie') {
    return cookie()
  }
  return defineExtractor(header === 'authorization' ? 'authorization' : `customHeader(${header})`, header, function extract (request: FastifyRequest) {
    const value = request.raw.headers[header]
    if (value === undefined) {
      return null
    }
    assertSingle(request, header)
    return [header, String(value)]
  })
}
