import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CommandProblem } from './command-problem.js'
import { hashPassword } from '../providers/basic/hash-password.js'

import type { Readable } from 'node:stream'

/** A terminal, or what was piped into the command. */
export type Typed = Readable & { readonly isTTY?: boolean }

/**
 * The hash of the password that somebody types, unseen, or that comes on standard input: there, a line end at its end is none of it.
 * Never an argument: those are in the shell's history, and other users see them.
 *
 * @throws {AUTH_OPTION_INVALID} when it is no password
 * @throws {CommandProblem} when nobody typed one, or two different ones
 */
export async function hashTypedPassword (stdin: Typed, stderr: Writable): Promise<string> {
  const password = stdin.isTTY === true ? await ask(stdin, stderr) : (await text(stdin)).replace(/\r?\n$/, '')
  return await hashPassword(password)
}

/** Twice: nobody sees what he types. */
async function ask (stdin: Typed, stderr: Writable): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const terminal = createInterface({ input: stdin, output: unseen, terminal: true })
  const lines = terminal[Symbol.asyncIterator]()
  try {
    const [password, again] = [await read('Password: '), await read('Again: ')]
    if (password !== again) {
      throw new CommandProblem('that was another one')
    }
    return password
  } finally {
    terminal.close()
  }

  async function read (prompt: string): Promise<string> {
    stderr.write(prompt)
    const { value, done } = await lines.next()
    stderr.write('\n')
    if (done === true) {
      throw new CommandProblem('no password was typed')
    }
    return value
  }
}
