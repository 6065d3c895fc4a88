import { isRecord } from '../../util/is-record.js'

import type { AuthenticatedIdentity } from '../../../types/scheme.js'
import type { Seconds } from '../../../types/units.js'
import type { Reason } from '../../../types/verdict.js'

/** Headers by name in lower case, one value a field. */
export type FieldValues = Readonly<Record<string, readonly string[]>>

/** What the service decided, as data that a store can keep. Cookies are not part of it: they are for one caller. */
export type Ruling = AllowedRuling | DeniedRuling

/** The service lets somebody in. */
export interface AllowedRuling {
  readonly kind: 'allowed'
  /** What it answered with. */
  readonly status: number
  readonly identity: AuthenticatedIdentity
  /** To be added to our answer. */
  readonly headers: FieldValues
}

/** The service lets nobody in with this credential, or not here, or not now. */
export interface DeniedRuling {
  readonly kind: 'denied'
  /** What it answered with. */
  readonly status: number
  readonly refusal: 401 | 403 | 429
  readonly reason: Reason
  readonly challenges: readonly string[]
  readonly headers: FieldValues
  /** Bytes in base64; `null`: nothing that goes on to the caller. */
  readonly body: { readonly type: string | null, readonly base64: string } | null
  readonly retryAfterSeconds: Seconds | null
}

/** Whether something that a store gave back is what was put there. */
export function isRuling (value: unknown): value is Ruling {
  if (!isRecord(value) || !isRecord(value['headers']) || !Number.isInteger(value['status'])) {
    return false
  }
  return value['kind'] === 'allowed'
    ? isRecord(value['identity'])
    : value['kind'] === 'denied' && [401, 403, 429].includes(value['refusal'] as number) && Array.isArray(value['challenges'])
}
