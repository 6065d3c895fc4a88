import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

import type { MessagePort } from 'node:worker_threads'

/** What this thread is asked. */
export interface BcryptQuestion {
  readonly id: number
  readonly password: string
  readonly hash: string
}

/** What it answers. */
export interface BcryptAnswer {
  readonly id: number
  readonly isRight: boolean
}

const port = parentPort as MessagePort
port.on('message', function answer ({ id, password, hash }: BcryptQuestion) {
  port.postMessage({ id, isRight: compareSync(password, hash) } satisfies BcryptAnswer)
})
