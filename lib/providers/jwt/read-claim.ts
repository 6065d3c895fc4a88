import { isRecord } from '../../util/is-record.js'

import type { Path, Source } from './resolve-claims.js'
import type { Claims } from '../../../types/identity.js'

/** The value that `source` leads to; `undefined` when there is none. Later paths count only when earlier ones lead nowhere. */
export function readClaim (claims: Claims, source: Source): unknown {
  for (const path of source ?? []) {
    const value = readPath(claims, path)
    if (value !== undefined) {
      return value
    }
  }
  return undefined
}

/** The value at the end of `path`, own members only; `undefined` when there is none. */
export function readPath (claims: Claims, path: Path): unknown {
  let value: unknown = claims
  for (const name of path) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) {
      return undefined
    }
    value = value[name]
  }
  return value
}
