import { AUTH_OPTION_INVALID } from '../../errors.js'
import { toFrozen } from '../../util/to-frozen.js'
import { assertOptions, recordSchema } from './options.js'

import type { ApiKeyStore, StoredApiKey } from '../../../types/api-keys.js'

/** A store of API keys in this process's memory. */
export interface MemoryKeys extends ApiKeyStore {
  /** @throws {AUTH_OPTION_INVALID} when the record is not one, or another one has its digest */
  add (record: StoredApiKey): void
  /** From now on the key is refused. Whether there is such a key. */
  revoke (digest: string): boolean
}

/**
 * Keeps API keys in this process's memory: for tests, and for keys that the app's configuration holds. A restart forgets what was added and revoked.
 *
 * @throws {AUTH_OPTION_INVALID} naming the record that is not one, or that has the digest of another
 * @example const keys = memoryKeys([issueApiKey({ owner: 'billing' }).record])
 */
export function memoryKeys (records: readonly StoredApiKey[] = []): MemoryKeys {
  const byDigest = new Map(toRecords('memoryKeys', records))

  async function findByDigest (digest: string): Promise<StoredApiKey | null> {
    return byDigest.get(digest) ?? null
  }

  function add (record: StoredApiKey): void {
    const [[digest, copy]] = toRecords('memoryKeys.add', [record]) as [[string, StoredApiKey]]
    if (byDigest.has(digest)) {
      throw new AUTH_OPTION_INVALID('memoryKeys.add: there is a key of this digest already')
    }
    byDigest.set(digest, copy)
  }

  function revoke (digest: string): boolean {
    const record = byDigest.get(digest)
    if (record === undefined) {
      return false
    }
    byDigest.set(digest, Object.freeze({ ...record, revoked: true }))
    return true
  }

  return Object.freeze({ findByDigest, add, revoke })
}

/**
 * Frozen copies of records, by digest.
 * @throws {AUTH_OPTION_INVALID} naming, behind `subject`, the first that is no record, or that has the digest of another
 */
export function toRecords (subject: string, records: unknown): ReadonlyArray<readonly [string, StoredApiKey]> {
  if (!Array.isArray(records)) {
    throw new AUTH_OPTION_INVALID(`${subject} must be given a list of records`)
  }
  const digests = new Set<string>()
  return records.map(function toEntry (record: unknown, index) {
    assertOptions<StoredApiKey>(`${subject}.${index}`, recordSchema, record)
    if (digests.has(record.digest)) {
      throw new AUTH_OPTION_INVALID(`${subject}.${index} has the digest of another record`)
    }
    digests.add(record.digest)
    return [record.digest, toFrozen(record)]
  })
}
