import { createHmac, randomBytes } from 'node:crypto'

import { LRUCache } from 'lru-cache'

import { createScryptHash, readScrypt, scryptCosts } from './scrypt.js'
import { AUTH_PROVIDER_UNAVAILABLE } from '../../errors.js'
import { describeError } from '../../util/describe-error.js'
import { FairQueue } from '../../util/fair-queue.js'

import type { FastifyBaseLogger } from 'fastify'
import type { HashReader, PasswordHash } from './password-hash.js'
import type { Count } from '../../../types/units.js'
import type { Turn } from '../../util/fair-queue.js'

const MAX_WAITING: Count = 1_000
const MAX_REMEMBERED: Count = 1_000

/** Of nothing that anybody knows. It costs what a new hash costs. */
const DECOY = `$scrypt$ln=${scryptCosts.ln},r=${scryptCosts.r},p=${scryptCosts.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** What a password turned out to be. */
export interface Finding {
  readonly isRight: boolean
  /** Whether the stored hash should be replaced. Said once: not where the password was remembered. */
  readonly isOutdated: boolean
}

/** A password, and what it is compared with. */
export interface Attempt extends Turn {
  readonly password: string
  /** `null` where there is nobody of that name. */
  readonly passwordHash: string | null
  readonly log: FastifyBaseLogger
}

/** Compares passwords with hashes: so many at once, fairly, and at the same cost for those whom nobody knows. */
export class PasswordChecker {
  readonly #read: HashReader
  readonly #queue: FairQueue
  /** Digests under a key that nobody else has, of passwords together with the hashes that they were right for. Wrong ones are not in it. */
  readonly #remembered = new LRUCache<string, true>({ max: MAX_REMEMBERED })
  readonly #key = randomBytes(32)
  /** What the passwords of strangers are compared with, in vain: whoever was found last, so that they take the time of others. */
  #decoy: PasswordHash = readScrypt(DECOY) as PasswordHash

  constructor (read: HashReader, maxHashes: Count) {
    this.#read = read
    this.#queue = new FairQueue({ maxRunning: maxHashes, maxWaiting: MAX_WAITING, toRefusal: () => new AUTH_PROVIDER_UNAVAILABLE({ reason: 'overloaded' }) })
  }

  /** @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when the hash cannot be verified here, or too many wait */
  async check ({ password, passwordHash, log, ...turn }: Attempt): Promise<Finding> {
    if (passwordHash === null) {
      await this.#verify(this.#decoy, password, { ...turn, log })
      return { isRight: false, isOutdated: false }
    }
    const digest = createHmac('sha256', this.#key).update(JSON.stringify([passwordHash, password])).digest('base64')
    if (this.#remembered.get(digest) === true) {
      return { isRight: true, isOutdated: false }
    }
    const hash = this.#read(passwordHash)
    if (hash === null) {
      throw unverifiable(null, log)
    }
    const isRight = await this.#verify(hash, password, { ...turn, log })
    this.#decoy = hash
    if (isRight) {
      this.#remembered.set(digest, true)
    }
    return { isRight, isOutdated: hash.isOutdated }
  }

  /** A new hash, in its turn. */
  async hash (password: string, network: string): Promise<string> {
    return await this.#queue.run({ network }, () => createScryptHash(password))
  }

  async #verify (hash: PasswordHash, password: string, { log, ...turn }: Turn & { readonly log: FastifyBaseLogger }): Promise<boolean> {
    return await this.#queue.run(turn, async function compare () {
      try {
        return await hash.verify(password)
      } catch (error) {
        throw unverifiable(error, log)
      }
    })
  }
}

function unverifiable (error: unknown, log: FastifyBaseLogger): Error {
  log.error({ reason: 'hash_unverifiable', error: describeError(error) }, 'a stored password hash cannot be verified: its format is unknown, not asked for, or needs a newer Node')
  return new AUTH_PROVIDER_UNAVAILABLE({ reason: 'hash_unverifiable' })
}
