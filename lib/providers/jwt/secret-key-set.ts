import { Buffer } from 'node:buffer'
import { createPublicKey, createSecretKey } from 'node:crypto'

import { toHashBytes } from './algorithms.js'
import { createSignatureCheck } from './create-signature-check.js'
import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../../errors.js'

import type { Algorithm } from './algorithms.js'
import type { KeyQuery, KeySet, VerificationKey } from './key-set.js'

// What PEM, SSH and JWK files begin with or contain, white space in front or not
const keyText = /-----\s*BEGIN|---- BEGIN|^\s*(?:ssh-|ecdsa-sha2-|sk-)|^\s*\{[^]*"(?:kty|keys)"/

/** How the options that have to do with the secret are called. */
export interface SecretOptionNames {
  readonly secret: string
  readonly algorithms: string
}

/**
 * A secret shared with the issuer, used with one algorithm. It verifies tokens with any `kid`.
 * @throws {AUTH_OPTION_INVALID} when it is shorter than the hash, or the text of a key, which is no secret
 * @see RFC 7518, section 3.2; RFC 8725, section 3.5
 */
export function createSecretKeySet (secret: string | Uint8Array, algorithms: readonly Algorithm[], names: SecretOptionNames): KeySet {
  const [algorithm, another] = algorithms
  if (algorithm === undefined || another !== undefined) {
    throw new AUTH_OPTION_INVALID(`${names.algorithms} must hold one algorithm: a secret is used with no other`)
  }
  const bytes = Buffer.from(secret)
  if (bytes.length < toHashBytes(algorithm)) {
    throw new AUTH_OPTION_INVALID(`${names.secret} must have at least ${toHashBytes(algorithm)} bytes for ${algorithm}`)
  }
  if (isKeyText(bytes)) {
    throw new AUTH_OPTION_INVALID(`${names.secret} is the text of a key or certificate: what others may read is no secret; see publicKey`)
  }
  return toKeySet(bytes, algorithm)
}

function toKeySet (bytes: Buffer, algorithm: Algorithm): KeySet {
  const check = createSignatureCheck(algorithm, createSecretKey(bytes))
  const key: VerificationKey = Object.freeze({ kid: null, issuer: null, algorithm, check, fingerprint: algorithm })

  function find (wanted: KeyQuery): VerificationKey {
    if (wanted.algorithm !== algorithm) {
      throw new AUTH_TOKEN_INVALID({ reason: 'algorithm', expected: algorithm })
    }
    return key
  }

  return Object.freeze({ find, countUse () {}, generation: 0 })
}

function isKeyText (bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  return keyText.test(text) || isPublicKey(bytes) || isPublicKey(Buffer.from(text, 'base64'))
}

function isPublicKey (der: Buffer): boolean {
  try {
    createPublicKey({ key: der, format: 'der', type: 'spki' })
    return true
  } catch {
    return false
  }
}
