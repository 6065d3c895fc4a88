import { generateKeys } from '../../test/fixtures/generate-keys.js'
import { startServer } from '../http/start-server.js'
import { startProcess } from '../process/start-process.js'
import { PATH } from '../subject.js'

import type { Server } from '../http/start-server.js'
import type { Milliseconds } from '../pace.js'
import type { Process } from '../process/start-process.js'
import type { Trust } from '../subject.js'
import type { Cargo, Sending, Sent } from './sender.js'

/** What a server was like that had seen so many different tokens, each of them once. */
export interface TokensResult {
  readonly tokens: number
  readonly perSecond: number
  /** Over the same server before the first token, after everything that nobody needs was collected. Bytes. */
  readonly residentBytes: number
  readonly heapBytes: number
  /** By how much the event loop was late at worst, and 99 times out of 100. */
  readonly longestPauseMs: Milliseconds
  readonly pauseP99Ms: Milliseconds
  /** How many of the last tokens (5,000 at most) were known when they came again. 0 to 1. */
  readonly hitRate: number
}

type Sender = Process<null, Sent, Sending>

const ISSUER = 'https://login.example.com'
const AUDIENCE = 'https://api.example.com'
const CONNECTIONS = 64
const WARM_UP = 5_000
const NO_LIMIT_MS = 3_600_000

/** Sends so many tokens of different users to a server of their own. */
export async function runTokens (tokens: number): Promise<TokensResult> {
  const { privateKey, publicKey } = generateKeys('ed25519')
  const trust: Trust = { issuer: ISSUER, audience: AUDIENCE, jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'main', alg: 'EdDSA' }, jwksUri: '', users: [] }
  const server = await startServer({ subject: 'watched', trust })
  const cargo: Cargo = { kind: 'fresh', issuer: ISSUER, audience: AUDIENCE, jwk: privateKey.export({ format: 'jwk' }) }
  const sender = await startProcess<null, Sent, Sending>(new URL('sender.js', import.meta.url), { url: server.hello + PATH, connections: Math.min(CONNECTIONS, tokens), cargo })
  try {
    await warmUp(server, Math.min(WARM_UP, tokens * 10))
    return await send(server, sender, tokens)
  } finally {
    await sender.close()
    await server.close()
  }
}

/** Tokens that nobody could mistake for good ones: the server has answered often, and remembers nothing. */
async function warmUp (server: Server, requests: number): Promise<void> {
  const cargo: Cargo = { kind: 'tokens', tokens: ['e30.e30.AAAA'] }
  const sender = await startProcess<null, Sent, Sending>(new URL('sender.js', import.meta.url), { url: server.hello + PATH, connections: CONNECTIONS, cargo })
  await sender.ask({ perSecond: null, requests, forMs: NO_LIMIT_MS })
  await sender.close()
}

async function send (server: Server, sender: Sender, requests: number): Promise<TokensResult> {
  const empty = await server.ask('collect')
  const sent = await sender.ask({ perSecond: null, requests, forMs: NO_LIMIT_MS })
  const busy = await server.ask('read')
  const again = await sender.ask({ perSecond: null, requests: 0, forMs: NO_LIMIT_MS, again: true })
  const full = await server.ask('collect')
  assertAll(sent)
  assertAll(again)
  return {
    tokens: requests,
    perSecond: sent.perSecond,
    residentBytes: full.residentBytes - empty.residentBytes,
    heapBytes: full.heapBytes - empty.heapBytes,
    longestPauseMs: busy.longestPauseMs,
    pauseP99Ms: busy.pauseP99Ms,
    hitRate: 1 - (full.verifications - busy.verifications) / again.requests
  }
}

function assertAll ({ requests, statuses }: Sent): void {
  if (statuses[200] !== requests) {
    throw new Error(`good tokens were answered with ${JSON.stringify(statuses)}`)
  }
}
