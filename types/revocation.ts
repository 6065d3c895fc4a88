import type { Identity } from './identity.js'

/** Says which verified credentials no longer count. Asked on every authenticated request, remembered tokens included. */
export interface RevocationList {
  /** Anything but `true` and `false`, and a throw, is an outage: 503. */
  isRevoked (identity: Identity): boolean | Promise<boolean>
}
