import { describeError } from '../../util/describe-error.js'

import type { FastifyBaseLogger } from 'fastify'
import type { PasswordChecker } from './password-checker.js'
import type { CredentialsRepository } from '../../../types/credentials.js'

/** A password that was right for an outdated hash. */
export interface Upgrade {
  readonly username: string
  readonly password: string
  readonly from: string
  readonly network: string
  readonly log: FastifyBaseLogger
}

type UpdateHash = NonNullable<CredentialsRepository['updateHash']>

/** Replaces outdated hashes behind the backs of those who sign in: nobody waits for it, and no sign-in fails because of it. */
export class HashUpgrades {
  readonly #repository: CredentialsRepository
  readonly #checker: PasswordChecker
  /** By the hash that is replaced: one at a time. */
  readonly #running = new Map<string, Promise<void>>()

  constructor (repository: CredentialsRepository, checker: PasswordChecker) {
    this.#repository = repository
    this.#checker = checker
  }

  start (upgrade: Upgrade): void {
    const { updateHash } = this.#repository
    if (updateHash !== undefined && !this.#running.has(upgrade.from)) {
      this.#running.set(upgrade.from, this.#replace(upgrade, updateHash.bind(this.#repository)))
    }
  }

  /** Resolves when none is under way. */
  async settle (): Promise<void> {
    await Promise.all(this.#running.values())
  }

  async #replace ({ username, password, from, network, log }: Upgrade, updateHash: UpdateHash): Promise<void> {
    try {
      const to = await this.#checker.hash(password, network)
      await updateHash(username, from, to)
    } catch (error) {
      log.error({ error: describeError(error) }, 'an outdated password hash could not be replaced')
    } finally {
      this.#running.delete(from)
    }
  }
}
