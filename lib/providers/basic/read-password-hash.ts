import { readArgon2id } from './argon2id.js'
import { readBcrypt } from './bcrypt.js'
import { readPbkdf2 } from './pbkdf2.js'
import { readScrypt } from './scrypt.js'
import { readUnsaltedSha256 } from './unsalted-sha256.js'

import type { HashReader } from './password-hash.js'

const READERS: readonly HashReader[] = [readScrypt, readArgon2id, readPbkdf2, readBcrypt]

/** Takes stored hashes apart, those without salt only where that was asked for. */
export function createHashReader (unsaltedSha256: 'legacy' | false): HashReader {
  const readers = unsaltedSha256 === 'legacy' ? [...READERS, readUnsaltedSha256] : READERS
  return function readPasswordHash (text) {
    for (const read of readers) {
      const hash = read(text)
      if (hash !== null) {
        return hash
      }
    }
    return null
  }
}
