import { writeSync } from 'node:fs'
import { CommandProblem } from './command-problem.js'
import { loadApp } from './load-app.js'
import { toReport } from './to-report.js'

import type { FastifyInstance } from 'fastify'
import type { AccessRow } from '../../types/options.js'

/** A line that this process writes for the one that started it. Only the first counts. */
export type Answer = { readonly rows: readonly AccessRow[] } | { readonly problem: string }

/** The channel for answers, beside the three of every process. */
const kChannel = 3

/** How long an app may take to close before its process ends all the same. */
const kCloseMs = 3_000

const module = process.argv[2] as string

process.on('uncaughtException', fail)
loadApp(module).then(answerAndClose).then(leave, fail)

async function answerAndClose (app: FastifyInstance): Promise<void> {
  answer({ rows: app.accessMatrix() })
  setTimeout(leave, kCloseMs).unref()
  await app.close()
}

function fail (error: unknown): void {
  answer({ problem: error instanceof CommandProblem ? error.message : `${module} failed: ${toReport(error)}` })
  leave()
}

/** Timers and sockets that the app left open do not keep the process. */
function leave (): void {
  process.exit()
}

function answer (answer: Answer): void {
  writeSync(kChannel, `${JSON.stringify(answer, writeFunction)}\n`)
}

/** Policies may be functions: they are named as such, and not left out. */
function writeFunction (_key: string, value: unknown): unknown {
  return typeof value === 'function' ? '(function)' : value
}
