import { createPrivateKey } from 'node:crypto'
import { performance } from 'node:perf_hooks'

import { percentile } from '../statistics/percentile.js'
import { createFlood } from './create-flood.js'
import { createSigner } from './create-signer.js'
import { openConnection } from './open-connection.js'

import type { JsonWebKey } from 'node:crypto'
import type { Milliseconds } from '../pace.js'
import type { Prepared } from '../process/prepared.js'
import type { FloodKind } from './create-flood.js'
import type { Connection } from './open-connection.js'

/** What a sender sends. */
export type Cargo =
  | { readonly kind: 'tokens', readonly tokens: readonly string[] }
  | { readonly kind: 'fresh', readonly issuer: string, readonly audience: string, readonly jwk: JsonWebKey }
  | { readonly kind: FloodKind, readonly sample: string }

export interface SenderInput {
  readonly url: string
  readonly connections: number
  readonly cargo: Cargo
}

/** How much is sent, and how fast. */
export interface Sending {
  /** `null`: as fast as the answers come. */
  readonly perSecond: number | null
  /** Ends after so many requests or so long, whichever is first. */
  readonly requests: number
  readonly forMs: Milliseconds
  /** Instead of the cargo, the last so many tokens that were sent before, once more. */
  readonly again?: boolean
}

export interface Sent {
  readonly requests: number
  readonly perSecond: number
  /** How often each status came. */
  readonly statuses: Readonly<Record<number, number>>
  readonly p50Ms: Milliseconds
  readonly p99Ms: Milliseconds
}

const TICK_MS = 2
const KEPT = 5_000

/** A sender in a process of its own, so that it slows nobody down but itself. Each connection has one request under way. */
export async function prepare ({ url, connections, cargo }: SenderInput): Promise<Prepared> {
  const open = await Promise.all(Array.from({ length: connections }, async () => await openConnection(new URL(url))))
  const load = createCargo(cargo)
  const kept: string[] = []
  let loaded = 0

  function next (): string {
    const token = load()
    if (cargo.kind === 'fresh') {
      kept[loaded++ % KEPT] = token
    }
    return token
  }

  async function send (sending: unknown): Promise<Sent> {
    const { again = false, requests } = sending as Sending
    const repeated = [...kept]
    let index = 0
    const shipment = again
      ? { requests: repeated.length, next: () => repeated[index++] as string }
      : { requests, next }
    return await ship(open, { ...sending as Sending, ...shipment })
  }

  return { answer: send }
}

async function ship (open: readonly Connection[], { perSecond, requests, forMs, next }: Sending & { next (): string }): Promise<Sent> {
  const latencies: number[] = []
  const statuses: Record<number, number> = {}
  const start = performance.now()
  let sent = 0

  async function serve ({ ask }: Connection, index: number): Promise<void> {
    // Evenly spread over the connections; who is late goes on at once.
    for (let turn = index; sent < requests && performance.now() - start < forMs; turn += open.length) {
      await pauseUntil(perSecond === null ? start : start + turn * 1000 / perSecond)
      sent++
      const before = performance.now()
      const status = await ask(next())
      latencies.push(performance.now() - before)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }

  await Promise.all(open.map(serve))
  const seconds = (performance.now() - start) / 1000
  return { requests: latencies.length, perSecond: latencies.length / seconds, statuses, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) }
}

async function pauseUntil (until: number): Promise<void> {
  const ms = until - performance.now()
  if (ms > TICK_MS) {
    await new Promise(resolve => { setTimeout(resolve, ms) })
  }
}

function createCargo (cargo: Cargo): () => string {
  switch (cargo.kind) {
    case 'tokens': {
      let index = 0
      return () => cargo.tokens[index++ % cargo.tokens.length] as string
    }
    case 'fresh': return createSigner({ issuer: cargo.issuer, audience: cargo.audience, key: createPrivateKey({ key: cargo.jwk, format: 'jwk' }) })
    default: return createFlood(cargo.kind, cargo.sample)
  }
}
