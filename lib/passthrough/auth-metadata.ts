import { currentScope } from './scope.js'

import type { AuthPair } from '../../types/passthrough.js'

/**
 * The credentials that this code runs on behalf of: headers as frozen pairs of name and value, in the order of the extractors. Empty where there are none.
 * They are what the caller sent; nobody has verified them.
 *
 * @example const [[name, value] = ['', '']] = authMetadata()
 */
export function authMetadata (): readonly AuthPair[] {
  return currentScope().pairs
}
