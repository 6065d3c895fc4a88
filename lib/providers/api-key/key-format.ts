import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 62 to the power of 43 is more than 2 to the power of 256. */
const RANDOM_LENGTH = 43
/** 62 to the power of 6 is more than 2 to the power of 32. */
const CHECKSUM_LENGTH = 6

/** A key that nobody can guess: prefix, `_`, 256 random bits and a checksum, by which scanners know it from other texts. */
export function createKey (prefix: string): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  const text = `${prefix}_${random}`
  return text + toChecksum(text)
}

/** Whether a text is written as `createKey` writes keys. Says nothing of its worth: anybody can work out a checksum. */
export function isWellFormedKey (text: string, prefix: string): boolean {
  const rest = text.slice(prefix.length + 1)
  return rest.length === RANDOM_LENGTH + CHECKSUM_LENGTH && text.endsWith(toChecksum(text.slice(0, -CHECKSUM_LENGTH)))
}

/** CRC-32 of what stands before it, in base 62. */
function toChecksum (text: string): string {
  let rest = crc32(text)
  let digits = ''
  while (digits.length < CHECKSUM_LENGTH) {
    digits = String(ALPHABET[rest % ALPHABET.length]) + digits
    rest = Math.floor(rest / ALPHABET.length)
  }
  return digits
}
