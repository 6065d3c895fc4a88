import { Buffer } from 'node:buffer'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

import type { ScryptOptions } from 'node:crypto'
import type { PasswordHash } from './password-hash.js'
import type { Bytes, Count } from '../../../types/units.js'

/** The costs of scrypt: 2^ln steps over 128 * r bytes each, p times. RFC 7914, section 2. */
export interface ScryptCosts {
  readonly ln: Count
  readonly r: Count
  readonly p: Count
}

/** OWASP Password Storage Cheat Sheet, scrypt: N = 2^17 (128 MiB), r = 8, p = 1. */
export const scryptCosts: ScryptCosts = Object.freeze({ ln: 17, r: 8, p: 1 })

const SALT_BYTES: Bytes = 16
const HASH_BYTES: Bytes = 32
const MAX_MEMORY: Bytes = 1_073_741_824
const MAX_PARALLEL: Count = 16

/** `$scrypt$ln=17,r=8,p=1$<salt>$<hash>` in base64 without padding: the PHC string format. */
const RECORD = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** A new hash of a password. */
export async function createScryptHash (password: string, costs: ScryptCosts = scryptCosts): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, { ...costs, length: HASH_BYTES })
  return `$scrypt$ln=${costs.ln},r=${costs.r},p=${costs.p}$${toText(salt)}$${toText(hash)}`
}

export function readScrypt (text: string): PasswordHash | null {
  const [, ln, r, p, salt = '', hash = ''] = RECORD.exec(text) ?? []
  const costs = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (hash === '' || !isAffordable(costs)) {
    return null
  }
  const expected = Buffer.from(hash, 'base64')
  return {
    isOutdated: costs.ln < scryptCosts.ln || costs.r < scryptCosts.r,
    verify: async password => timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), { ...costs, length: expected.length }), expected)
  }
}

function isAffordable ({ ln, r, p }: ScryptCosts): boolean {
  return ln >= 1 && r >= 1 && p >= 1 && p <= MAX_PARALLEL && memoryFor({ ln, r, p }) <= MAX_MEMORY
}

/** RFC 7914, section 5, and something to spare. */
function memoryFor ({ ln, r, p }: ScryptCosts): Bytes {
  return 128 * r * (2 ** ln + p + 2)
}

function derive (password: string, salt: Uint8Array, { ln, r, p, length }: ScryptCosts & { readonly length: Bytes }): Promise<Buffer> {
  const scryptAsync = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)
  return scryptAsync(password, salt, length, { N: 2 ** ln, r, p, maxmem: memoryFor({ ln, r, p }) + 1_048_576 })
}

function toText (bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
