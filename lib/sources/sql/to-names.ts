import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../errors.js'

import type { Row } from './row-reader.js'

/**
 * The names of rows, each once. A row without a name has none.
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, for a name that is no text: the column is another one than was meant
 */
export function toNames (rows: readonly Row[]): readonly string[] {
  const names = new Set<string>()
  for (const { name } of rows) {
    if (typeof name === 'string') {
      names.add(name)
    } else if (name !== null) {
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'provider_answer' })
    }
  }
  return [...names]
}
