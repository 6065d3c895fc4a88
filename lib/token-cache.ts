import type { Identity } from '../types/identity.js'
import type { Bytes, Count } from '../types/units.js'

/**
 * A token is looked up by the end of its signature and confirmed by all of its text: to hash 800 characters is what would cost.
 * Of 13 characters or more V8 makes no copy but a window on the whole text, which takes several times as long to hash and to compare; 12 are 72 bits.
 */
const KEY_LENGTH = 12

/** What a remembered token takes beside its text: claims and names, and the entry itself. An estimate. */
const BYTES_PER_CHARACTER = 3
const BYTES_PER_ENTRY = 512

interface Entry {
  readonly token: string
  readonly keyGeneration: number
  readonly identity: Identity
  /** Whether it was asked for since it last stood first in line. */
  isUsed: boolean
}

/**
 * Remembers the verdicts of one provider on good tokens; bad ones leave no trace in it.
 *
 * A line with a second chance: the first that was not asked for makes room, others go to the end once more. That is nearly the order of last use, and being asked
 * for costs an entry a mark of its own: a list in that order would have to be mended each time, in several places of the memory.
 */
export class TokenCache {
  readonly #max: Count
  readonly #maxBytes: Bytes
  readonly #entries = new Map<string, Entry>()
  /** Goes on where it was: what it has passed is not in line any more. */
  readonly #line = this.#entries.entries()
  #bytes: Bytes = 0

  constructor ({ max, maxBytes }: { readonly max: Count, readonly maxBytes: Bytes }) {
    this.#max = max
    this.#maxBytes = maxBytes
  }

  /** Whom exactly this token was found to be for, unless it has ended or a key was withdrawn since. */
  get (token: string, keyGeneration: number): Identity | null {
    const entry = this.#entries.get(toKey(token))
    if (entry === undefined || entry.token !== token || entry.keyGeneration !== keyGeneration || hasEnded(entry)) {
      return null
    }
    if (!entry.isUsed) {
      entry.isUsed = true
    }
    return entry.identity
  }

  /** `keyGeneration` is the one before verification began. */
  set (token: string, keyGeneration: number, identity: Identity): void {
    const key = toKey(token)
    const entry = { token: toOwnText(token), keyGeneration, identity, isUsed: false }
    const size = toBytes(entry)
    if (size > this.#maxBytes) {
      return
    }
    const known = this.#entries.get(key)
    known === undefined ? this.#makeRoom(size) : this.#bytes -= toBytes(known)
    // What is known keeps its place in line.
    this.#entries.set(key, entry)
    this.#bytes += size
  }

  #makeRoom (size: Bytes): void {
    while (this.#entries.size >= this.#max || this.#bytes + size > this.#maxBytes) {
      this.#passFirst()
    }
  }

  #passFirst (): void {
    const [key, entry] = this.#line.next().value as [string, Entry]
    this.#entries.delete(key)
    if (entry.isUsed) {
      entry.isUsed = false
      this.#entries.set(key, entry)
    } else {
      this.#bytes -= toBytes(entry)
    }
  }
}

function toKey (token: string): string {
  return token.slice(-KEY_LENGTH)
}

function hasEnded ({ identity: { expiresAt } }: Entry): boolean {
  return expiresAt !== null && Date.now() >= expiresAt * 1000
}

/** A copy: what was read is a window on a header, and would keep all of it. */
function toOwnText (token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1')
}

function toBytes ({ token }: Entry): Bytes {
  return BYTES_PER_ENTRY + token.length * BYTES_PER_CHARACTER
}
