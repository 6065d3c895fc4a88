import { AUTH_ENTITLEMENTS_UNAVAILABLE } from '../../errors.js'
import { isRecord } from '../../util/is-record.js'

import type { Identity } from '../../../types/identity.js'
import type { ProviderContext } from '../../../types/providers.js'

/** Where in an identity it stands what a database knows somebody by. */
export interface HolderPaths {
  /** `null`: the identity's own subject. */
  readonly subject: readonly string[] | null
  /** `null`: tenants do not count. */
  readonly tenant: readonly string[] | null
}

/** Whom a database is asked about. */
export interface Holder {
  readonly issuer: string
  readonly subject: string
  /** `null` where tenants do not count. */
  readonly tenant: string | null
}

/**
 * Whom a database is to be asked about, for an identity.
 * @throws {AUTH_ENTITLEMENTS_UNAVAILABLE} 503, when the identity does not say it
 */
export function toHolder (identity: Identity, { subject, tenant }: HolderPaths, { log }: Pick<ProviderContext, 'log'>): Holder {
  const read = (path: readonly string[]): string => {
    const value = readText(identity, path)
    if (value === null) {
      log.error({ expected: path.join('.') }, 'a claim that the database knows users by is missing, or it is no text')
      throw new AUTH_ENTITLEMENTS_UNAVAILABLE({ reason: 'claim_missing', expected: path })
    }
    return value
  }
  return {
    issuer: identity.issuer,
    subject: subject === null ? identity.subject : read(subject),
    tenant: tenant === null ? null : read(tenant)
  }
}

/** What of an identity's claims tells answers about one user apart; `null` for what is not there. */
export function toKeyParts (identity: Identity, { subject, tenant }: HolderPaths): readonly unknown[] {
  return [subject, tenant].map(path => path === null ? null : readText(identity, path))
}

/** A text with something in it, at the end of a path of own members. */
function readText ({ claims }: Identity, path: readonly string[]): string | null {
  let value: unknown = claims
  for (const name of path) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return typeof value === 'string' && value !== '' ? value : null
}
