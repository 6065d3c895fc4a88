import { Buffer } from 'node:buffer'
import { constants, createHmac, sign } from 'node:crypto'

import { generateKeys } from '../fixtures/generate-keys.js'

import type { JsonWebKey, KeyObject } from 'node:crypto'

/** Makes a signature of a signing input: of whatever kind. */
export type Signer = (input: string) => Uint8Array

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'

/** A key pair of an issuer, or of somebody who would like to be one. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** The public key as published. */
  readonly jwk: JsonWebKey & { readonly kid: string, readonly alg: string, readonly use: 'sig' }
}

export interface TokenParts {
  /** Members beside `alg`, `kid` and `typ`, or in their place; those that are `undefined` are left out. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Claims beside those of the good token, or in their place; those that are `undefined` are left out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Default: that of the key. */
  readonly signer?: Signer
}

const CURVES: ReadonlyMap<string, string> = new Map([['ES256', 'P-256'], ['ES384', 'P-384'], ['ES512', 'P-521'], ['ES256K', 'secp256k1']])

/** A fresh key pair for one algorithm. */
export function createKey (alg: string, kid = `key-of-${alg}`): SigningKey {
  return toSigningKey(alg, kid, generatePair(alg))
}

/** A key pair as an issuer has it. */
export function toSigningKey (alg: string, kid: string, { publicKey, privateKey }: Pick<SigningKey, 'publicKey' | 'privateKey'>): SigningKey {
  return { kid, alg, publicKey, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

/** The signature of `alg` by `key`, as RFC 7518, section 3, wants it. */
export function signerOf (alg: string, key: KeyObject): Signer {
  const hash = alg === 'ES256K' ? 'sha256' : `sha${alg.slice(2)}`
  return function signAs (input) {
    const data = Buffer.from(input)
    if (/^Ed/.test(alg)) {
      return sign(null, data, key)
    }
    if (alg.startsWith('ES')) {
      return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
    }
    return alg.startsWith('PS')
      ? sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
      : sign(hash, data, key)
  }
}

/** The MAC of `HS256` and its kin, by any bytes. */
export function hmac (alg: string, secret: string | Uint8Array): Signer {
  return input => createHmac(`sha${alg.slice(2)}`, secret).update(input).digest()
}

/** A signature that does not depend on what is signed. */
export function fixed (signature: Uint8Array): Signer {
  return () => signature
}

/** Claims that are good for as long as any test runs. */
export function goodClaims (claims: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  return { iss: ISSUER, aud: AUDIENCE, sub: 'user-4711-of-the-corpus', iat: now, exp: now + 600, jti: 'jti-of-the-corpus', ...claims }
}

/** A token, good unless told otherwise. */
export function createToken (key: SigningKey, { header = {}, claims = {}, signer = signerOf(key.alg, key.privateKey) }: TokenParts = {}): string {
  return compact({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header }, goodClaims(claims), signer)
}

/** A good token but for `claims`, with members that a careless copy would take from its prototype. CWE-1321. */
export function createPolluted (key: SigningKey, members: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>> = {}): string {
  const text = JSON.stringify(goodClaims(claims)).replace('{', `{"__proto__":${JSON.stringify(members)},`)
  return compact({ alg: key.alg, kid: key.kid }, text, signerOf(key.alg, key.privateKey))
}

/** Compact serialization of any header and payload: objects as JSON, texts and bytes as they are. */
export function compact (header: unknown, payload: unknown, signer: Signer): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${encode(signer(input))}`
}

/** Base64url of an object's JSON, of a text, or of bytes. */
export function encode (part: unknown): string {
  const bytes = typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)
  return Buffer.from(bytes as string).toString('base64url')
}

function generatePair (alg: string): Pick<SigningKey, 'publicKey' | 'privateKey'> {
  const namedCurve = CURVES.get(alg)
  if (namedCurve !== undefined) {
    return generateKeys('ec', { namedCurve })
  }
  return /^Ed/.test(alg) ? generateKeys('ed25519') : generateKeys('rsa', { modulusLength: 2048 })
}
