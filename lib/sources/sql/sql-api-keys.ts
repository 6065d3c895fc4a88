import { closerOf } from './closer.js'
import { assertOptions } from './common-options.js'
import { sqlApiKeysOptionsSchema } from './record-options.js'
import { createRecordReader } from './record-reader.js'
import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'

import type { SqlApiKeysOptions } from './record-options.js'
import type { ApiKeyStore, StoredApiKey } from '../../../types/api-keys.js'

const COLUMNS = Object.freeze({
  digest: 'digest',
  owner: 'owner',
  kind: 'kind',
  name: 'display_name',
  scopes: 'scopes',
  groups: 'group_names',
  roles: 'role_names',
  permissions: 'permission_names',
  expiresAt: 'expires_at',
  revoked: 'revoked'
})
const READERS: Readonly<Record<string, (value: unknown) => unknown>> = Object.freeze({
  scopes: readList, groups: readList, roles: readList, permissions: readList, expiresAt: readNumber, revoked: readFlag
})
const DIGEST = /^[0-9a-f]{64}$/

/** A store of API keys in a database. */
export interface SqlApiKeys extends ApiKeyStore {
  /** Closes an instance of `connect(…)`; the app's own stays open. */
  close (): Promise<void>
}

/**
 * Keeps API keys in a database, by their digests, for `apiKey(…)`. Costs one query for every request with a key.
 *
 * @throws {AUTH_OPTION_INVALID} for options that are unknown or wrong
 * @see docs/sql.md
 * @example authenticators: [apiKey(sqlApiKeys({ db }))]
 */
export function sqlApiKeys (options: SqlApiKeysOptions): SqlApiKeys {
  assertOptions<SqlApiKeysOptions>('sqlApiKeys', sqlApiKeysOptionsSchema, options)
  const { db, table = 'gatekeeper_api_keys' } = options
  const find = createRecordReader({ db, table, columns: Object.freeze({ ...COLUMNS, ...options.columns }), key: 'digest' })

  async function findByDigest (digest: string): Promise<StoredApiKey | null> {
    const [record, ...others] = DIGEST.test(digest) ? await find(digest) : []
    if (others.length > 0) {
      throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_answer' })
    }
    return record === undefined ? null : toStored(record)
  }

  return Object.freeze({ findByDigest, close: closerOf(db) })
}

/** As `apiKey` wants it, and it looks at all of it: what cannot be read is left as it is. */
function toStored (record: Readonly<Record<string, unknown>>): StoredApiKey {
  return Object.fromEntries(Object.entries(record).map(([member, value]) => [member, READERS[member]?.(value) ?? value])) as unknown as StoredApiKey
}

function readList (value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return value
  }
}

/** Drivers give large whole numbers as texts. */
function readNumber (value: unknown): unknown {
  return typeof value === 'bigint' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : value
}

/** A database that has no truth values has 0 and 1. Whatever is not surely false counts as revoked. */
function readFlag (value: unknown): boolean {
  return value !== false && value !== 0 && value !== 0n && value !== '0'
}
