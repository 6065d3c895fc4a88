import { Buffer } from 'node:buffer'
import crypto from 'node:crypto'

import type { PasswordHash } from './password-hash.js'
import type { Bytes, Count } from '../../../types/units.js'

/** What Node 24.7 and later have. */
type Argon2 = (algorithm: 'argon2id', parameters: Argon2Parameters, end: (error: Error | null, hash: Buffer) => void) => void

interface Argon2Parameters {
  readonly message: string
  readonly nonce: Uint8Array
  readonly parallelism: Count
  readonly tagLength: Bytes
  /** In KiB. */
  readonly memory: Count
  readonly passes: Count
}

const MAX_MEMORY_KIB: Count = 1_048_576
const MAX_PASSES: Count = 100
const MAX_PARALLELISM: Count = 16

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>` in base64 without padding: the PHC string format; RFC 9106, section 3.1. */
const RECORD = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** `null`, too, where this Node has no Argon2. */
export function readArgon2id (text: string): PasswordHash | null {
  const [, m, t, p, salt = '', hash = ''] = RECORD.exec(text) ?? []
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)]
  const argon2 = (crypto as { readonly argon2?: Argon2 }).argon2
  if (argon2 === undefined || hash === '' || !isAffordable(memory, passes, parallelism)) {
    return null
  }
  const expected = Buffer.from(hash, 'base64')
  const costs = { memory, passes, parallelism, tagLength: expected.length, nonce: Buffer.from(salt, 'base64') }
  return {
    isOutdated: false,
    verify: message => new Promise(function start (resolve, reject) {
      argon2('argon2id', { ...costs, message }, function end (error, hash) {
        if (error) reject(error)
        else resolve(crypto.timingSafeEqual(hash, expected))
      })
    })
  }
}

function isAffordable (memory: Count, passes: Count, parallelism: Count): boolean {
  return parallelism >= 1 && parallelism <= MAX_PARALLELISM && memory >= 8 * parallelism && memory <= MAX_MEMORY_KIB && passes >= 1 && passes <= MAX_PASSES
}
