import { createHash, timingSafeEqual } from 'node:crypto'

import type { Buffer } from 'node:buffer'

/** SHA-256. Enough for texts of 256 random bits: there is nothing that a slow hash would slow down. */
export function toDigest (text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Whether two digests are equal, in a time that does not tell where they differ. */
export function isSameDigest (one: Uint8Array, other: Uint8Array): boolean {
  return timingSafeEqual(one, other)
}
