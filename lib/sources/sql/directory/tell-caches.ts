import { keyPartsOf } from '../../cache/key-parts.js'
import { describeError } from '../../../util/describe-error.js'
import { AUTH_DIRECTORY_STALE } from '../../../errors.js'

import type { Entry } from './grant-table.js'
import type { CacheControl } from '../../cache/cached.js'

type User = readonly [issuer: string, subject: string]

/**
 * Has caches forget what changes of these rows may have made wrong: what they know of the users named, or, where a row concerns many, everything.
 * @throws {AUTH_DIRECTORY_STALE} 503, when not all of them did
 */
export async function tellCaches (caches: readonly CacheControl[], entries: readonly Entry[]): Promise<void> {
  const users = toUsers(entries)
  const outcomes = await Promise.allSettled(caches.map(async cache => { await forget(cache, users) }))
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed !== undefined) {
    throw new AUTH_DIRECTORY_STALE({ reason: 'provider_failed', error: describeError(failed.reason) })
  }
}

/** `null`: it may be anybody. */
function toUsers (entries: readonly Entry[]): readonly User[] | null {
  const users = new Map<string, User>()
  for (const { table: { holderKind, issuers }, cells: { issuer, holder } } of entries) {
    const all = issuer === null ? issuers : [issuer]
    if (holderKind !== 'user' || all === null) {
      return null
    }
    all.forEach(issuer => users.set(JSON.stringify([issuer, holder]), [issuer, holder as string]))
  }
  return [...users.values()]
}

/** A cache keeps what it knows by issuer and subject of tokens: where the table knows users by something else, nobody can say whose it is. */
async function forget (cache: CacheControl, users: readonly User[] | null): Promise<void> {
  if (users === null || keyPartsOf([cache])?.isByClaim === true) {
    await cache.clear()
    return
  }
  await Promise.all(users.map(async ([issuer, subject]) => { await cache.invalidateUser(issuer, subject) }))
}
