import { Buffer } from 'node:buffer'
import { pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

import type { PasswordHash } from './password-hash.js'
import type { Count } from '../../../types/units.js'

const MAX_ITERATIONS: Count = 10_000_000

/** `pbkdf2_sha256$600000$<salt>$<digest>` in hex: PBKDF2-HMAC-SHA256 as the Python package writes it since its version 0.5.0. */
const RECORD = /^pbkdf2_sha256\$([1-9]\d{0,7})\$((?:[\da-f]{2}){1,64})\$((?:[\da-f]{2}){16,64})$/

export function readPbkdf2 (text: string): PasswordHash | null {
  const [, count, salt = '', digest = ''] = RECORD.exec(text) ?? []
  const iterations = Number(count)
  if (digest === '' || iterations > MAX_ITERATIONS) {
    return null
  }
  const expected = Buffer.from(digest, 'hex')
  return {
    isOutdated: true,
    verify: async password => timingSafeEqual(await promisify(pbkdf2)(password, Buffer.from(salt, 'hex'), iterations, expected.length, 'sha256'), expected)
  }
}
