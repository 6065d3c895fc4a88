import { toDigest } from './digest.js'
import { createKey } from './key-format.js'
import { assertOptions, issueOptionsSchema } from './options.js'

import type { IssueOptions } from './options.js'
import type { StoredApiKey } from '../../../types/api-keys.js'

/** A new key, and what is to be kept of it. */
export interface IssuedApiKey {
  /** For its owner: show it once, and keep it nowhere. */
  readonly key: string
  /** For the store. */
  readonly record: StoredApiKey
}

/**
 * Makes an API key of 256 random bits, with a checksum at its end that lets scanners find leaked keys and lets mistyped ones be refused unseen.
 *
 * @throws {AUTH_OPTION_INVALID} when there is no owner, or an option is unknown or wrong
 * @example const { key, record } = issueApiKey({ owner: 'billing', scopes: ['invoices.read'] })
 */
export function issueApiKey (options: IssueOptions): IssuedApiKey {
  assertOptions<IssueOptions>('issueApiKey', issueOptionsSchema, options)
  const { prefix = 'fgk', ...rest } = options
  const key = createKey(prefix)
  const record = Object.freeze({ ...structuredClone(rest), digest: toDigest(key).toString('hex') })
  return Object.freeze({ key, record })
}
