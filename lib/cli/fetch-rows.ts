import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { CommandProblem } from './command-problem.js'

import type { Readable } from 'node:stream'
import type { Answer } from './app-process.js'
import type { AccessRow } from '../../types/options.js'

/** Beside this file, and in its language: `.js` where it was built, `.ts` where it is tested. */
const kAppProcess = fileURLToPath(import.meta.url.replace(/[\w-]+(?=\.[jt]s$)/, 'app-process'))

/**
 * The matrix of the app that `module` builds.
 *
 * The app runs in a process of its own, whose standard output is our standard error: log lines never mix with the matrix, and what the app
 * leaves open ends with it. The answer comes on a fourth channel.
 *
 * @throws {CommandProblem} when there is no such app, or it does not start
 */
export async function fetchRows (module: string): Promise<readonly AccessRow[]> {
  const child = spawn(process.execPath, [...process.execArgv, kAppProcess, module], { stdio: ['ignore', 2, 2, 'pipe'] })
  const [[exitCode, signal], answers] = await Promise.all([once(child, 'close'), text(child.stdio[3] as Readable)])
  // What comes after the first line happened while the app was closed.
  const [first = ''] = answers.split('\n')
  if (first === '') {
    throw new CommandProblem(`the process of ${module} ended (${signal ?? `exit code ${exitCode}`}) before the app was ready: build() must not exit, nor wait for what never comes`)
  }
  const answer = JSON.parse(first) as Answer
  if ('problem' in answer) throw new CommandProblem(answer.problem)
  return answer.rows
}
