import { AUTH_CREDENTIALS_AMBIGUOUS, AUTH_OPTION_INVALID } from '../errors.js'
import { defineExtractor } from './define-extractor.js'

import type { FastifyRequest } from 'fastify'
import type { ExtractorFunction } from '../../types/passthrough.js'

/** `token = 1*tchar`. RFC 6265, section 4.1.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i

/**
 * Takes the cookies: all of them, or the one of a name, compared exactly. A request with two of that name is refused with 400.
 * Browsers send cookies whoever wrote the page: whoever gets them must look at that.
 *
 * @throws {AUTH_OPTION_INVALID} when the name cannot be that of a cookie
 * @example extractors: [cookie('__Host-session')]
 */
export function cookie (name?: string): ExtractorFunction {
  if (name === undefined) {
    return defineExtractor('cookie', 'cookie', function extractAll ({ raw }: FastifyRequest) {
      return raw.headers.cookie === undefined ? null : ['cookie', raw.headers.cookie]
    })
  }
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw new AUTH_OPTION_INVALID("cookie: a cookie's name is a token (RFC 6265, section 4.1.1); call it as cookie('__Host-session'), or cookie() for all")
  }
  return defineExtractor(`cookie(${name})`, 'cookie', function extractOne ({ raw }: FastifyRequest) {
    const crumbs = (raw.headers.cookie ?? '').split(';').map(crumb => crumb.trim()).filter(crumb => crumb.startsWith(`${name}=`))
    if (crumbs.length > 1) {
      throw new AUTH_CREDENTIALS_AMBIGUOUS({ reason: 'cookie_repeated' })
    }
    const [crumb = ''] = crumbs
    return crumb.length > name.length + 1 ? ['cookie', crumb] : null
  })
}
