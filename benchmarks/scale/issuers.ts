import { randomUUID } from 'node:crypto'

import Fastify from 'fastify'
import authPlugin, { requireRoles } from 'fastify-gatekeeper'
import { jwt } from 'fastify-gatekeeper/jwt'
import { SignJWT } from 'jose/jwt/sign'

import { generateKeys } from '../../test/fixtures/generate-keys.js'
import { measureApp } from '../micro/measure-app.js'
import { measureLanes } from '../micro/measure-lanes.js'
import { PATH, ROLE, listReports } from '../subject.js'

import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { Lane } from '../micro/lane.js'
import type { MicroPace } from '../pace.js'
import type { Prepared } from '../process/prepared.js'

export interface IssuersInput {
  readonly issuers: readonly number[]
  readonly pace: MicroPace
}

const TOKENS = 64
const AUDIENCE = 'https://api.example.com'

/** A request whose token is known, to apps that trust few or many issuers; its own is the last of them. */
export async function prepare ({ issuers, pace }: IssuersInput): Promise<Prepared> {
  const { privateKey, publicKey } = generateKeys('ed25519')
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'main', alg: 'EdDSA' }
  const lanes = await Promise.all(issuers.map(async count => await open(count, jwk, privateKey)))
  return { answer: async () => await measureLanes(lanes, pace) }
}

async function open (count: number, jwk: JsonWebKey, key: KeyObject): Promise<Lane> {
  const names = Array.from({ length: count }, (_none, index) => `https://login-${index}.example.com`)
  const app = Fastify()
  await app.register(authPlugin, { jwtProvider: names.map(issuer => jwt({ issuer, audience: AUDIENCE, jwks: { keys: [jwk] }, claims: { roles: 'roles' } })) })
  app.get(PATH, { preHandler: [requireRoles([ROLE])] }, listReports)
  await app.ready()
  const issuer = names.at(-1) as string
  const tokens = await Promise.all(Array.from({ length: TOKENS }, async () => await new SignJWT({ roles: [ROLE] })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'main' }).setIssuer(issuer).setAudience(AUDIENCE).setSubject(randomUUID()).setIssuedAt().setExpirationTime('4h').sign(key)))
  return { title: `${count}`, measure: async times => await measureApp(app, { url: PATH, tokens }, times) }
}
