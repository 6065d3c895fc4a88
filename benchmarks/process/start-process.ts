import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { ChildProcess } from 'node:child_process'
import type { Order } from './main.js'

/** What runs in a process of its own, where nothing else disturbs its compiler, its heap or its clock. */
export interface Process<Hello, Answer, Question = null> {
  /** What it said when it was ready. */
  readonly hello: Hello
  ask (question: Question): Promise<Answer>
  close (): Promise<void>
}

/** Starts a process that does what the module `task` (beside the caller, by its URL) prepares from `input`. */
export async function startProcess<Hello, Answer, Question = null> (task: URL, input: unknown): Promise<Process<Hello, Answer, Question>> {
  const child = fork(fileURLToPath(new URL('main.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--expose-gc'], serialization: 'advanced' })
  const hello = await exchange(child, { task: task.href, input } satisfies Order) as Hello

  async function ask (question: Question): Promise<Answer> {
    return await exchange(child, { question }) as Answer
  }

  async function close (): Promise<void> {
    if (child.connected) {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    }
  }

  return { hello, ask, close }
}

async function exchange (child: ChildProcess, message: object): Promise<unknown> {
  const settled = new AbortController()
  const { signal } = settled
  child.send(message)
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([answer]) => answer),
      once(child, 'exit', { signal }).then(function fail () { throw new Error('a process ended before its time') })
    ])
  } finally {
    settled.abort()
  }
}
