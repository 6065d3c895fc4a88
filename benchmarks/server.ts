// The process of one server: started with its subject and whom to trust, asked for readings, gone when its parent is.

import { performance } from 'node:perf_hooks'

import { subjects } from './subjects/index.js'

import type { Trust } from './subject.js'

/** What the parent sends first. */
export interface Assignment {
  readonly subject: string
  readonly trust: Trust
}

/** What this process has used and done since it began. */
export interface Reading {
  /** User and system time. Microseconds. */
  readonly cpuMicros: number
  readonly requests: number
  /** Milliseconds. */
  readonly at: number
}

process.once('message', serve)

async function serve (assignment: unknown): Promise<void> {
  const { subject: wanted, trust } = assignment as Assignment
  const subject = subjects.find(({ name }) => name === wanted)
  if (subject === undefined) {
    throw new Error(`there is no subject ${wanted}`)
  }
  const app = await subject.build(trust)
  let requests = 0
  app.server.on('request', function count () { requests++ })
  process.on('message', function read () {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMicros: user + system, requests, at: performance.now() } satisfies Reading)
  })
  process.once('disconnect', function close () { app.close() })
  process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }))
}
