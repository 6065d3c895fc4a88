import { customHeader } from './custom-header.js'

import type { ExtractorFunction } from '../../types/passthrough.js'

/**
 * Takes the `Authorization` header as it is, whatever its scheme. A request with two is refused with 400.
 *
 * @example extractors: [authorization()]
 */
export function authorization (): ExtractorFunction {
  return customHeader('authorization')
}
