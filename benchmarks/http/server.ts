import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

import { verificationsOf } from '../scale/watched.js'
import { findSubject } from '../subjects/find-subject.js'

import type { Prepared } from '../process/prepared.js'
import type { Trust } from '../subject.js'

/** What a server is told when it starts. */
export interface Assignment {
  readonly subject: string
  readonly trust: Trust
}

/** `collect`: after everything that nobody needs has been collected. */
export type Question = 'read' | 'collect'

/** What this process has used and done since it began; how long it paused since it was last asked. */
export interface Reading {
  /** User and system time. Microseconds. */
  readonly cpuMicros: number
  readonly requests: number
  /** Milliseconds. */
  readonly at: number
  /** Bytes. */
  readonly residentBytes: number
  readonly heapBytes: number
  /** Milliseconds by which the event loop was late. */
  readonly longestPauseMs: number
  readonly pauseP99Ms: number
  /** How many tokens were verified and not remembered; 0 where nobody counts. */
  readonly verifications: number
}

const RESOLUTION_MS = 5

/** The process of one server: says its address. */
export async function prepare ({ subject, trust }: Assignment): Promise<Prepared> {
  const app = await findSubject(subject).build(trust)
  let requests = 0
  app.server.on('request', function count () { requests++ })
  const pauses = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  pauses.enable()

  async function read (question: unknown): Promise<Reading> {
    const { user, system } = process.cpuUsage()
    const at = performance.now()
    const longestPauseMs = pauses.max / 1e6
    const pauseP99Ms = pauses.percentile(99) / 1e6
    if (question === 'collect') {
      await collect()
    }
    const { rss, heapUsed } = process.memoryUsage()
    pauses.reset()
    return { cpuMicros: user + system, requests, at, residentBytes: rss, heapBytes: heapUsed, longestPauseMs, pauseP99Ms, verifications: verificationsOf(app) }
  }

  return { hello: await app.listen({ host: '127.0.0.1', port: 0 }), answer: read, close: async () => await app.close() }
}

/** Twice, with time between: what finalizers let go is collected by the second. */
async function collect (): Promise<void> {
  for (let times = 0; times < 2; times++) {
    globalThis.gc?.()
    await delay(100)
  }
}
