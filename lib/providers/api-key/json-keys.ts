import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

import { AUTH_OPTION_INVALID } from '../../errors.js'
import { parseKeyFile, toFileProblem } from './key-file.js'

import type { BigIntStats } from 'node:fs'
import type { ApiKeyStore, StoredApiKey } from '../../../types/api-keys.js'

const kTakeProblem = Symbol.for('fastify-gatekeeper.api-keys-problem')

/**
 * Keeps API keys in a file: `{ "keys": [ … ] }`, a list of records as `issueApiKey` and `npx fastify-gatekeeper issue-key --file` make them.
 * A change of the file counts from the next request on, which costs one look at it each. Should it become unreadable, what it held before
 * counts on, and the log says so once.
 *
 * @param file a path, from the working directory
 * @throws {AUTH_OPTION_INVALID} naming the file, and the record that is wrong
 * @example authenticators: [apiKey(jsonKeys('keys.json'))]
 */
export function jsonKeys (file: string): ApiKeyStore {
  if (typeof file !== 'string' || file === '') {
    throw new AUTH_OPTION_INVALID("jsonKeys must be given the path of a file; call it as jsonKeys('keys.json')")
  }
  const contents = new Contents(file)
  const findByDigest = (digest: string): Promise<StoredApiKey | null> => contents.find(digest)
  return Object.freeze(Object.defineProperty({ findByDigest }, kTakeProblem, { value: () => contents.takeProblem() }))
}

/** What is to be logged of a store, once; `null`: nothing. A store of the app's own logs for itself. */
export function takeProblem (store: ApiKeyStore): string | null {
  return (store as { readonly [kTakeProblem]?: () => string | null })[kTakeProblem]?.() ?? null
}

/** The records of a file, as of the last time that it could be read. */
class Contents {
  readonly #file: string
  #stamp: string
  #byDigest: ReadonlyMap<string, StoredApiKey>
  #refreshing: Promise<void> | null = null
  #problem: string | null = null
  #told: string | null = null

  constructor (file: string) {
    this.#file = file
    try {
      this.#stamp = toStamp(statSync(file, { bigint: true }))
      this.#byDigest = parseKeyFile(file, readFileSync(file))
    } catch (error) {
      throw new AUTH_OPTION_INVALID(toFileProblem(file, error))
    }
  }

  async find (digest: string): Promise<StoredApiKey | null> {
    this.#refreshing ??= this.#refresh()
    await this.#refreshing
    return this.#byDigest.get(digest) ?? null
  }

  takeProblem (): string | null {
    const problem = this.#problem
    this.#problem = null
    return problem
  }

  async #refresh (): Promise<void> {
    try {
      const stamp = toStamp(await stat(this.#file, { bigint: true }))
      if (stamp !== this.#stamp) {
        const bytes = await readFile(this.#file)
        // Contents that are wrong stay wrong: they are not looked at twice.
        this.#stamp = stamp
        this.#byDigest = parseKeyFile(this.#file, bytes)
      }
      this.#told = null
    } catch (error) {
      const problem = toFileProblem(this.#file, error)
      this.#problem = problem === this.#told ? this.#problem : problem
      this.#told = problem
    }
    this.#refreshing = null
  }
}

/** Changes whenever the file does, be it written anew or replaced by another. */
function toStamp ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}
