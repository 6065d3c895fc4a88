import { startServer } from '../http/start-server.js'
import { startProcess } from '../process/start-process.js'
import { PATH } from '../subject.js'

import type { Reading } from '../http/server.js'
import type { Server } from '../http/start-server.js'
import type { Milliseconds } from '../pace.js'
import type { Process } from '../process/start-process.js'
import type { Tokens } from '../tokens.js'
import type { FloodKind } from './create-flood.js'
import type { Cargo, Sending, Sent } from './sender.js'

/** How those fared who sent good tokens, 500 a second, while others sent as much as they could of something else. */
export interface FloodResult {
  readonly title: string
  /** What the flood was told to send, and what it could. */
  readonly wantedPerSecond: number
  readonly sentPerSecond: number
  readonly goodP50Ms: Milliseconds
  readonly goodP99Ms: Milliseconds
  /** By how much the event loop of the server was late at worst, and 99 times out of 100. */
  readonly longestPauseMs: Milliseconds
  readonly pauseP99Ms: Milliseconds
  /** CPU of the server while the flood lasted, of all its threads: 1 is one core. */
  readonly load: number
  /** How many of the good tokens are still known after it. 0 to 1. */
  readonly hitRate: number
}

type Sender = Process<null, Sent, Sending>

interface Wave {
  readonly title: string
  readonly perSecond: number
  readonly cargo: Cargo | null
  readonly subject: 'watched' | 'hooks'
  readonly answer: 200 | 401
}

const GOOD_PER_SECOND = 500
const GOOD_CONNECTIONS = 50
const FLOOD_CONNECTIONS = 200

/** Floods one server after the other, and looks at what becomes of good traffic. */
export async function runFlood (tokens: Tokens, forMs: Milliseconds): Promise<readonly FloodResult[]> {
  const results: FloodResult[] = []
  for (const wave of listWaves(tokens)) {
    results.push(await flood(wave, tokens, forMs))
  }
  return results
}

function listWaves ({ good }: Tokens): readonly Wave[] {
  const sample = good[0] as string
  const bad = (title: FloodKind, perSecond: number): Wave => ({ title, perSecond, cargo: { kind: title, sample }, subject: 'watched', answer: 401 })
  return [
    { title: 'none', perSecond: 0, cargo: null, subject: 'watched', answer: 200 },
    bad('malformed', 20_000),
    bad('foreign', 20_000),
    bad('forged', 3_000),
    { title: 'for comparison, plain requests to no-op hooks', perSecond: 20_000, cargo: { kind: 'tokens', tokens: [sample] }, subject: 'hooks', answer: 200 },
    { title: 'for comparison, plain requests to no-op hooks, fewer', perSecond: 3_000, cargo: { kind: 'tokens', tokens: [sample] }, subject: 'hooks', answer: 200 }
  ]
}

async function flood (wave: Wave, { trust, good }: Tokens, forMs: Milliseconds): Promise<FloodResult> {
  const server = await startServer({ subject: wave.subject, trust })
  const regulars = await startSender(server, GOOD_CONNECTIONS, { kind: 'tokens', tokens: good })
  const others = wave.cargo === null ? null : await startSender(server, FLOOD_CONNECTIONS, wave.cargo)
  try {
    await regulars.ask({ perSecond: null, requests: good.length * 5, forMs })
    await others?.ask({ perSecond: wave.perSecond, requests: Infinity, forMs: forMs / 5 })
    const before = await server.ask('read')
    const [normal, bad] = await Promise.all([
      regulars.ask({ perSecond: GOOD_PER_SECOND, requests: Infinity, forMs }),
      others?.ask({ perSecond: wave.perSecond, requests: Infinity, forMs })
    ])
    const after = await server.ask('read')
    assertOnly(normal, 200)
    assertOnly(bad, wave.answer)
    return { ...toResult(wave, { normal, bad, before, after }), hitRate: await readHitRate(server, regulars, good.length) }
  } finally {
    await Promise.all([regulars.close(), others?.close()])
    await server.close()
  }
}

interface Seen {
  readonly normal: Sent
  readonly bad: Sent | undefined
  readonly before: Reading
  readonly after: Reading
}

function toResult ({ title, perSecond }: Wave, { normal, bad, before, after }: Seen): Omit<FloodResult, 'hitRate'> {
  return {
    title,
    wantedPerSecond: perSecond,
    sentPerSecond: bad?.perSecond ?? 0,
    goodP50Ms: normal.p50Ms,
    goodP99Ms: normal.p99Ms,
    longestPauseMs: after.longestPauseMs,
    pauseP99Ms: after.pauseP99Ms,
    load: (after.cpuMicros - before.cpuMicros) / 1000 / (after.at - before.at)
  }
}

/** Each good token once more. */
async function readHitRate (server: Server, regulars: Sender, tokens: number): Promise<number> {
  const before = await server.ask('read')
  await regulars.ask({ perSecond: null, requests: tokens, forMs: Infinity })
  const after = await server.ask('read')
  return 1 - (after.verifications - before.verifications) / tokens
}

async function startSender ({ hello }: Server, connections: number, cargo: Cargo): Promise<Sender> {
  return await startProcess<null, Sent, Sending>(new URL('sender.js', import.meta.url), { url: hello + PATH, connections, cargo })
}

function assertOnly (sent: Sent | undefined, status: number): void {
  if (sent !== undefined && sent.statuses[status] !== sent.requests) {
    throw new Error(`all answers should be ${status}: ${JSON.stringify(sent.statuses)}`)
  }
}
