import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import { AUTH_OPTION_INVALID } from '../../errors.js'

import type { FastifyBaseLogger } from 'fastify'
import type { StoredCredentials } from '../../../types/credentials.js'
import type { Milliseconds } from '../../../types/units.js'

/** Brings what is kept of a file up to date, and has a log for what is wrong with it. */
export const kReload = Symbol('fastify-gatekeeper.reload')

/** What a repository of ours has beside its contract. */
export interface Reloading {
  readonly [kReload]?: (log: FastifyBaseLogger) => Promise<void>
}

/** Those whom a file names, by the name that they type. */
export type Entries = ReadonlyMap<string, StoredCredentials>

/** What is wrong with a file: where, and what should be there; nothing of what is there. */
export class FileProblem extends Error {}

/** What a file is read with. */
export interface FileReading {
  /** Of the factory, for messages. */
  readonly factory: string
  readonly file: string
  /** @throws {FileProblem} */
  parse (bytes: Uint8Array): Entries
}

/** How often a look at the file is taken. */
const LOOK_EVERY_MS: Milliseconds = 1_000

/** What tells one state of a file from another. Whoever replaces a file by renaming another one gives it another inode. */
interface Stamp { readonly mtimeMs: number, readonly size: number, readonly ino: number }

/** The entries of a file: read when it is made, and again when the file has changed. A file that has gone bad leaves those that were there. */
export class FileSource {
  readonly #reading: FileReading
  readonly #path: string
  #entries: Entries
  #stamp: string
  #lookedAtMs: Milliseconds
  #looking: Promise<void> | null = null
  /** What is wrong with it now, read again at each look … */
  #said: string | null = null
  /** … and is still to be logged. */
  #problem: string | null = null

  /** @throws {AUTH_OPTION_INVALID} when the file cannot be read, or is wrong */
  constructor (reading: FileReading) {
    this.#reading = reading
    try {
      this.#path = resolve(reading.file)
      this.#stamp = toText(statSync(this.#path))
      this.#entries = reading.parse(readFileSync(this.#path))
    } catch (error) {
      throw new AUTH_OPTION_INVALID(`${reading.factory}: ${reading.file}${toProblem(error)}`)
    }
    this.#lookedAtMs = performance.now()
  }

  async find (username: string): Promise<StoredCredentials | null> {
    await this.#look()
    return this.#entries.get(username) ?? null
  }

  async reload (log: FastifyBaseLogger): Promise<void> {
    await this.#look()
    if (this.#problem !== null) {
      const problem = this.#problem
      this.#problem = null
      log.error({ file: this.#reading.file, problem }, 'a file of credentials could not be read again; what it said before still counts')
    }
  }

  /** Whoever comes while somebody looks waits for what he finds. */
  async #look (): Promise<void> {
    if (this.#looking === null && performance.now() - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#looking = this.#read().finally(() => {
        this.#lookedAtMs = performance.now()
        this.#looking = null
      })
    }
    await this.#looking
  }

  async #read (): Promise<void> {
    try {
      // Before the bytes: should they change in between, the next look sees that.
      const stamp = toText(await stat(this.#path))
      if (stamp !== this.#stamp) {
        this.#entries = this.#reading.parse(await readFile(this.#path))
        this.#stamp = stamp
      }
      this.#said = this.#problem = null
    } catch (error) {
      const problem = toProblem(error)
      this.#problem = problem === this.#said ? this.#problem : problem
      this.#said = problem
    }
  }
}

function toText ({ mtimeMs, size, ino }: Stamp): string {
  return `${mtimeMs} ${size} ${ino}`
}

function toProblem (error: unknown): string {
  return error instanceof FileProblem ? error.message : ` cannot be read (${(error as NodeJS.ErrnoException).code})`
}
