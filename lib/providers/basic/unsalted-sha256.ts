import { Buffer } from 'node:buffer'
import { createHash, timingSafeEqual } from 'node:crypto'

import type { PasswordHash } from './password-hash.js'

/** SHA-256 in hex, without salt: as the Python package writes it up to its version 0.4.6. */
const RECORD = /^[\da-f]{64}$/

export function readUnsaltedSha256 (text: string): PasswordHash | null {
  if (!RECORD.test(text)) {
    return null
  }
  const expected = Buffer.from(text, 'hex')
  return { isOutdated: true, verify: async password => timingSafeEqual(createHash('sha256').update(password).digest(), expected) }
}
