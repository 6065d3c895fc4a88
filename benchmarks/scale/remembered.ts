import { setTimeout as delay } from 'node:timers/promises'

import Fastify from 'fastify'
import authPlugin, { requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'

import { generateKeys } from '../../test/fixtures/generate-keys.js'
import { measureApp } from '../micro/measure-app.js'
import { PATH, ROLE, listReports } from '../subject.js'
import { createSigner } from './create-signer.js'

import type { Prepared } from '../process/prepared.js'

export interface RememberedInput {
  readonly tokens: number
}

/** What a token takes that the cache remembers, its text included. Bytes. */
export interface RememberedResult {
  readonly bytesPerToken: number
  readonly charactersPerToken: number
}

const ISSUER = 'https://login.example.com'
const AUDIENCE = 'https://api.example.com'
const WARM_UP = 500

/** Fills the token cache of an app to the brim and looks at the heap before and after. */
export async function prepare ({ tokens: count }: RememberedInput): Promise<Prepared> {
  const { privateKey, publicKey } = generateKeys('ed25519')
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'main', alg: 'EdDSA' }
  const app = Fastify()
  await app.register(authPlugin, { jwtProvider: jwt({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwk] } }), tokenCache: { max: count + WARM_UP } })
  app.get(PATH, { preHandler: [requireRoles([ROLE])] }, listReports)
  await app.ready()
  const sign = createSigner({ issuer: ISSUER, audience: AUDIENCE, key: privateKey })

  async function send (times: number): Promise<number> {
    let characters = 0
    for (let index = 0; index < times; index++) {
      const token = sign()
      characters = token.length
      await measureApp(app, { url: PATH, tokens: [token] }, 1)
    }
    return characters
  }

  async function measure (): Promise<RememberedResult> {
    await send(WARM_UP)
    const before = await readHeap()
    const charactersPerToken = await send(count)
    return { bytesPerToken: (await readHeap() - before) / count, charactersPerToken }
  }

  return { answer: measure }
}

async function readHeap (): Promise<number> {
  for (let times = 0; times < 2; times++) {
    globalThis.gc?.()
    await delay(50)
  }
  return process.memoryUsage().heapUsed
}
