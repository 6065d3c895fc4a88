import { generateKeyPair, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'

import type { JsonWebKey } from 'node:crypto'

/** A key pair of an issuer: signs, and shows its public half. */
export interface SigningKey {
  readonly publicJwk: Readonly<JsonWebKey>
  /** A JWS in compact serialization. RFC 7515, section 7.1. */
  sign (claims: object, header: object): string
}

/** A new RSA key of 2,048 bits for RS256. RFC 7518, section 3.3. */
export async function createSigningKey (): Promise<SigningKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const named = { alg: 'RS256', kid: randomUUID() }

  function signToken (claims: object, header: object): string {
    const text = `${encode({ ...named, ...header })}.${encode(claims)}`
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }

  return { publicJwk: Object.freeze({ ...publicKey.export({ format: 'jwk' }), ...named, use: 'sig' }), sign: signToken }
}

function encode (part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
