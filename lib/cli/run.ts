import { createRequire } from 'node:module'
import { CommandProblem } from './command-problem.js'
import { fetchRows } from './fetch-rows.js'
import { escapeUnseen } from './escape-text.js'
import { formats } from './formats.js'
import { handleGrants } from './grants.js'
import { hashTypedPassword } from './hash-typed-password.js'
import { issueKey } from './issue-key.js'
import { migrateDatabase } from './migrate-database.js'
import { kUsage } from './usage.js'
import { toCommand } from './to-command.js'
import { toReport } from './to-report.js'

import type { Writable } from 'node:stream'
import type { Typed } from './hash-typed-password.js'
import type { Command } from './to-command.js'
import type { AccessRow } from '../../types/options.js'

/** 0: done. 1: a check found something. 2: it could not be done. */
export type ExitCode = 0 | 1 | 2

/** Where the command reads, and where it writes: what was asked for, and what there is to say about it. */
export interface Terminal { readonly stdin: Typed, readonly stdout: Writable, readonly stderr: Writable }

/** Does what the arguments say. Never rejects. */
export async function run (argv: readonly string[], { stdin, stdout, stderr }: Terminal): Promise<ExitCode> {
  try {
    const { text, complaint = '' } = await perform(toCommand(argv), { stdin, stderr })
    await write(stdout, text)
    stderr.write(complaint)
    return complaint === '' ? 0 : 1
  } catch (error) {
    stderr.write(escapeUnseen(`fastify-gatekeeper: ${error instanceof CommandProblem ? error.message : toReport(error)}\n`))
    return 2
  }
}

interface Result { readonly text: string, readonly complaint?: string }

async function perform (command: Command, { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>): Promise<Result> {
  switch (command.kind) {
    case 'help': return { text: kUsage }
    case 'version': return { text: `${readVersion()}\n` }
    case 'hash-password': return { text: `${await hashTypedPassword(stdin, stderr)}\n` }
    case 'issue-key': return { text: await issueKey(command) }
    case 'migrate': return { text: await migrateDatabase(command) }
    case 'routes': return await showRoutes(command)
    default: return await handleGrants(command)
  }
}

async function showRoutes ({ module, format, check }: Command & { readonly kind: 'routes' }): Promise<Result> {
  const rows = await fetchRows(module)
  return { text: formats[format](rows), complaint: check ? toComplaint(rows) : '' }
}

/** Names the routes about which nobody said anything; empty when there are none. */
function toComplaint (rows: readonly AccessRow[]): string {
  const silent = rows.filter(row => row.declaredBy === 'default').map(({ methods, url, mode }) => `  ${methods.join(', ')} ${url} (${mode})\n`)
  return silent.length === 0 ? '' : `fastify-gatekeeper: routes whose mode comes by default; give each a guard, a config.auth or an entry in exclude:\n${silent.join('')}`
}

/** By the package's own name, which finds package.json from where this file was built to as well as from where it was written. */
function readVersion (): string {
  const { version } = createRequire(import.meta.url)('fastify-gatekeeper/package.json') as { version: string }
  return version
}

/** Resolves once the stream has taken the text: whoever reads it may have left. */
function write (stream: Writable, text: string): Promise<void> {
  return new Promise(function hand (resolve, reject) {
    stream.once('error', reject)
    stream.write(text, function taken (error) {
      if (!error) resolve()
    })
  })
}
