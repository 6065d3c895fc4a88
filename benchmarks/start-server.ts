import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { ChildProcess } from 'node:child_process'
import type { Assignment, Reading } from './server.js'

/** A server in a process of its own. */
export interface Server {
  readonly url: string
  read (): Promise<Reading>
  close (): Promise<void>
}

/** Starts the process of one server and waits until it listens. */
export async function startServer (assignment: Assignment): Promise<Server> {
  const child = fork(fileURLToPath(new URL('server.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const url = await ask(child, assignment) as string

  async function read (): Promise<Reading> {
    return await ask(child, 'read') as Reading
  }

  async function close (): Promise<void> {
    const exited = once(child, 'exit')
    child.disconnect()
    await exited
  }

  return { url, read, close }
}

async function ask (child: ChildProcess, question: Assignment | 'read'): Promise<unknown> {
  const settled = new AbortController()
  const { signal } = settled
  child.send(question)
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([answer]) => answer),
      once(child, 'exit', { signal }).then(function fail () { throw new Error('a server ended before its time') })
    ])
  } finally {
    settled.abort()
  }
}
