import { randomBytes, randomUUID } from 'node:crypto'

import { jwt } from 'fastify-gatekeeper/jwt'
import { exportJWK } from 'jose/key/export'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'

import { generateKeys } from '../../test/fixtures/generate-keys.js'
import { measureLanes } from './measure-lanes.js'
import { ofPromises } from './of-promises.js'

import type { ProviderContext } from 'fastify-gatekeeper'
import type { KeyObject } from 'node:crypto'
import type { MicroPace } from '../pace.js'
import type { Prepared } from '../process/prepared.js'
import type { Lane } from './lane.js'

const ISSUER = 'https://login.example.com'
const AUDIENCE = 'https://api.example.com'
const TOKENS = 64

interface Algorithm {
  readonly alg: string
  readonly title: string
  readonly signing: KeyObject | Uint8Array
  readonly verifying: KeyObject | Uint8Array
  /** Whether jose alone is measured beside it. */
  readonly isCompared: boolean
}

/** Verification of a token that nobody has seen, by algorithm, from its text to its identity. */
export async function prepare (pace: MicroPace): Promise<Prepared> {
  const lanes = await Promise.all(listAlgorithms().map(toLanes))
  return { answer: async () => await measureLanes(lanes.flat(), pace) }
}

function listAlgorithms (): readonly Algorithm[] {
  return [
    ...[2048, 3072, 4096].map(modulusLength => ofPair('RS256', generateKeys('rsa', { modulusLength }), `RS256, ${modulusLength} bits`, modulusLength === 2048)),
    ...['RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map(alg => ofPair(alg, generateKeys('rsa', { modulusLength: 2048 }), `${alg}, 2048 bits`)),
    ofPair('ES256', generateKeys('ec', { namedCurve: 'P-256' }), 'ES256', true),
    ofPair('ES384', generateKeys('ec', { namedCurve: 'P-384' })),
    ofPair('ES512', generateKeys('ec', { namedCurve: 'P-521' })),
    ofPair('EdDSA', generateKeys('ed25519'), 'EdDSA', true),
    ...['HS256', 'HS384', 'HS512'].map(ofSecret)
  ]
}

function ofPair (alg: string, { privateKey, publicKey }: { readonly privateKey: KeyObject, readonly publicKey: KeyObject }, title = alg, isCompared = false): Algorithm {
  return { alg, title, signing: privateKey, verifying: publicKey, isCompared }
}

function ofSecret (alg: string): Algorithm {
  const secret = new TextEncoder().encode(randomBytes(Number(alg.slice(2)) / 4).toString('base64url'))
  return { alg, title: alg, signing: secret, verifying: secret, isCompared: alg === 'HS256' }
}

async function toLanes (algorithm: Algorithm): Promise<readonly Lane[]> {
  const { alg, title, signing, verifying, isCompared } = algorithm
  const tokens = await Promise.all(Array.from({ length: TOKENS }, async () => await new SignJWT({ scope: 'reports.read', roles: ['analyst'], jti: randomUUID() })
    .setProtectedHeader({ alg, kid: 'main' }).setIssuer(ISSUER).setAudience(AUDIENCE).setSubject(randomUUID()).setIssuedAt().setExpirationTime('4h').sign(signing)))
  const provider = await createProvider(algorithm)
  const ours = ofPromises(title, async function verify (index) {
    return await provider.verify(tokens[index % TOKENS] as string, {} as ProviderContext)
  })
  const alone = ofPromises(`${title}, jose alone`, async function verifyAlone (index) {
    return await jwtVerify(tokens[index % TOKENS] as string, verifying, { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg] })
  })
  return isCompared ? [ours, alone] : [ours]
}

async function createProvider ({ alg, verifying }: Algorithm): Promise<ReturnType<typeof jwt>> {
  const trusted = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg] as never }
  if (verifying instanceof Uint8Array) {
    return jwt({ ...trusted, secret: new TextDecoder().decode(verifying) })
  }
  return jwt({ ...trusted, jwks: { keys: [{ ...await exportJWK(verifying), kid: 'main', alg }] } })
}
