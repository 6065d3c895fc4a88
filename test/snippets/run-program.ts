import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'

type Child = ChildProcessByStdio<null, Readable, Readable>

const kRunner = fileURLToPath(new URL('run-each.js', import.meta.url))
const kExampleIssuer = fileURLToPath(new URL('example-issuer.js', import.meta.url))

// a log line of Fastify's
const kLogLine = /^\{"level":\d+,/

/** What programs left behind. */
export interface Run {
  /** The lines that each program printed, by its path; log lines do not count. */
  readonly printed: ReadonlyMap<string, readonly string[]>
  readonly errors: string
}

/** Runs programs to their ends. One that fails ends the run. */
export async function runPrograms (paths: readonly string[]): Promise<Run> {
  return await follow(start([kRunner, ...paths]), new Map(), async function noteOnly () {})
}

/** Runs a program that serves; does `use` once it has printed so many lines, then ends it. */
export async function serveProgram (path: string, lines: number, use: () => Promise<void>): Promise<Run> {
  const child = start(['--import', kExampleIssuer, path])
  return await follow(child, new Map([[path, []]]), async function useWhenReady (printed) {
    if (printed.length === lines) await use().finally(() => child.kill())
  })
}

/** With nothing of the tests' own environment but what Node needs to start. */
function start (args: readonly string[]): Child {
  const { PATH = '', SystemRoot = '' } = process.env
  return spawn(process.execPath, args, { env: { PATH, SystemRoot }, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function follow (child: Child, printed: Map<string, string[]>, onPrinted: (printed: readonly string[]) => Promise<void>): Promise<Run> {
  const ended = once(child, 'close')
  const errors = readText(child.stderr)
  let current = [...printed.values()].at(-1) ?? []
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('# ')) printed.set(line.slice(2), current = [])
    else if (!kLogLine.test(line) && current.push(line)) await onPrinted(current)
  }
  await ended
  return { printed, errors: await errors }
}

async function readText (stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
