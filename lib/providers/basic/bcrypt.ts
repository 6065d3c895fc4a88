import { Buffer } from 'node:buffer'
import { Worker } from 'node:worker_threads'

import type { BcryptAnswer, BcryptQuestion } from './bcrypt-thread.js'
import type { PasswordHash } from './password-hash.js'
import type { Bytes, Count } from '../../../types/units.js'

/** bcrypt reads no further: what is longer would be as good as its beginning. OWASP ASVS 5.0, 6.2.8. */
const MAX_PASSWORD_BYTES: Bytes = 72
const MAX_COST: Count = 15

/** `$2y$10$<salt and hash>`; `2a`, `2b` and `2y` are the same but for old faults of others. */
const RECORD = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** Beside this file, and in its language: `.js` where it was built, `.ts` where it is tested. */
const kThread = new URL(import.meta.url.replace(/[\w-]+(?=\.[jt]s$)/, 'bcrypt-thread'))

export function readBcrypt (text: string): PasswordHash | null {
  const cost = Number(RECORD.exec(text)?.[1])
  if (!(cost >= 4 && cost <= MAX_COST)) {
    return null
  }
  return {
    isOutdated: true,
    async verify (password) {
      const isRight = await thread.ask(password, text)
      return isRight && Buffer.byteLength(password) <= MAX_PASSWORD_BYTES
    }
  }
}

type Waiting = PromiseWithResolversOf<boolean>
interface PromiseWithResolversOf<T> { readonly resolve: (value: T) => void, readonly reject: (error: Error) => void }

/** Node's pool has no bcrypt, and JavaScript would hold up the event loop: a thread of our own, started by the first question. It keeps no process alive. */
class BcryptThread {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #count = 0

  ask (password: string, hash: string): Promise<boolean> {
    const question: BcryptQuestion = { id: this.#count++, password, hash }
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { resolve, reject })
      this.#start().postMessage(question)
    })
  }

  #start (): Worker {
    if (this.#worker === null) {
      const worker = new Worker(kThread)
      worker.on('message', (answer: BcryptAnswer) => { this.#settle(answer) })
      worker.on('error', error => { this.#fail(error) })
      this.#worker = worker
    }
    this.#worker.ref()
    return this.#worker
  }

  #settle ({ id, isRight }: BcryptAnswer): void {
    this.#waiting.get(id)?.resolve(isRight)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) {
      this.#worker?.unref()
    }
  }

  /** The next question starts another thread. */
  #fail (error: Error): void {
    this.#worker = null
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    waiting.forEach(({ reject }) => { reject(error) })
  }
}

const thread = new BcryptThread()
