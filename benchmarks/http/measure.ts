import { setTimeout as delay } from 'node:timers/promises'

import { startLoad } from './start-load.js'

import type { Milliseconds } from '../pace.js'
import type { Server } from './start-server.js'

/** What one server did in one round. */
export interface Sample {
  readonly requestsPerSecond: number
  readonly cpuMicrosPerRequest: number
}

/** How one server is loaded. */
export interface Run {
  readonly server: Server
  readonly url: string
  readonly tokens: readonly string[]
  readonly expectBody: string
}

/** Loads one server, lets it find its pace, and measures what a request costs it. */
export async function measure ({ server, url, tokens, expectBody }: Run, { rampMs, windowMs }: { readonly rampMs: Milliseconds, readonly windowMs: Milliseconds }): Promise<Sample> {
  const load = startLoad(url, tokens, expectBody)
  await delay(rampMs)
  const before = await server.ask('read')
  await delay(windowMs)
  const after = await server.ask('read')
  await load.stop()
  const requests = after.requests - before.requests
  return {
    requestsPerSecond: requests * 1000 / (after.at - before.at),
    cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / requests
  }
}
