import { randomUUID } from 'node:crypto'

import { SignJWT } from 'jose/jwt/sign'

import { generateKeys } from '../test/fixtures/generate-keys.js'
import { GROUP, PERMISSION, ROLE } from './subject.js'

import type { KeyObject } from 'node:crypto'
import type { Trust } from './subject.js'

const ISSUER = 'https://login.example.com/realms/main'
const AUDIENCE = 'https://api.example.com'
const KID = '2f1c6d0e-9a43-4c55-8b1e-6a0f1f1f7e21'
const LIFETIME_SECONDS = 3600

/** What the servers trust, and what they are sent. */
export interface Tokens {
  readonly trust: Trust
  /** All different, all good. */
  readonly good: readonly string[]
  /** By what is wrong with them. */
  readonly bad: Readonly<Record<string, string>>
}

/** Signs `count` access tokens of different users, about 900 characters each, and some that nobody may accept. `publish` says where the key can be fetched. */
export async function issueTokens (count: number, publish: (jwk: object) => Promise<string>): Promise<Tokens> {
  const ours = generateKeys('rsa', { modulusLength: 2048 })
  const foreign = generateKeys('rsa', { modulusLength: 2048 })
  const users = Array.from({ length: count }, () => randomUUID())
  const good = await Promise.all(users.map(sub => sign(ours.privateKey, { sub })))
  const jwk = { ...ours.publicKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256', use: 'sig' }
  const sample = good[0] as string
  return {
    trust: { issuer: ISSUER, audience: AUDIENCE, jwk, jwksUri: await publish(jwk), users },
    good,
    bad: {
      expired: await sign(ours.privateKey, { iat: now() - 2 * LIFETIME_SECONDS, exp: now() - LIFETIME_SECONDS }),
      'of another issuer': await sign(foreign.privateKey, { iss: 'https://login.example.org/realms/main' }),
      'of another issuer, with our key': await sign(ours.privateKey, { iss: 'https://login.example.org/realms/main' }),
      'signed with another key': await sign(foreign.privateKey, {}),
      'for another audience': await sign(ours.privateKey, { aud: 'https://other.example.com' }),
      forged: forge(sample)
    }
  }
}

async function sign (key: KeyObject, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const payload = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomUUID(),
    client_id: 'web',
    scope: 'openid profile reports.read',
    groups: [GROUP],
    roles: ['employee', ROLE],
    permissions: [PERMISSION],
    iat: now(),
    exp: now() + LIFETIME_SECONDS,
    jti: randomUUID(),
    ...claims
  }
  return await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: KID }).sign(key)
}

/** The same token for somebody else, under the old signature. */
function forge (token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: randomUUID() })).toString('base64url')
  return [header, forged, signature].join('.')
}

function now (): number {
  return Math.floor(Date.now() / 1000)
}
