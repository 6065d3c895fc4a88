import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import { promisify } from 'node:util'

import { isSymmetric, toHashBytes } from './algorithms.js'
import { shareRunning } from './share-running.js'
import { toSignatureRecipe } from './signature-recipe.js'

import type { KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithms.js'
import type { SignatureRecipe } from './signature-recipe.js'
import type { Bytes } from '../../../types/units.js'

const verifyInPool = promisify(verify)

/**
 * Whether `signature` was made over all of `token` before its last dot: at once for secrets, from Node's thread pool for public keys, so that nobody waits
 * for somebody else's arithmetic. Throws or rejects when this runtime cannot tell.
 */
export type SignatureCheck = (token: string, signature: Uint8Array) => boolean | Promise<boolean>

/**
 * The check of one key for its one algorithm: nothing in a token has a say in how its signature is checked. Signatures have one length, and so one text:
 * OpenSSL takes one of RSASSA-PSS without the zeros in front for the same number.
 * @throws {TypeError} when the key is not for the algorithm
 * @see RFC 7518, section 3; RFC 8017, sections 8.1.2 and 8.2.2; RFC 8725, section 3.1
 */
export function createSignatureCheck (algorithm: Algorithm, key: KeyObject): SignatureCheck {
  return isSymmetric(algorithm) ? createMacCheck(algorithm, key) : createPublicCheck(toSignatureRecipe(algorithm), key)
}

function createMacCheck (algorithm: Algorithm, key: KeyObject): SignatureCheck {
  assertFit(key.type === 'secret')
  const bytes = toHashBytes(algorithm)

  function checkMac (token: string, signature: Uint8Array): boolean {
    return timingSafeEqual(createHmac(`sha${bytes * 8}`, key).update(toSigned(token)).digest(), signature)
  }

  return ofLength(bytes, checkMac)
}

function createPublicCheck ({ hash, keyType, namedCurve, signatureBytes, options }: SignatureRecipe, key: KeyObject): SignatureCheck {
  const details = key.asymmetricKeyDetails ?? {}
  assertFit(key.type === 'public' && key.asymmetricKeyType === keyType && details.namedCurve === namedCurve)
  const verification = { key, ...options }

  async function checkInPool (token: string, signature: Uint8Array): Promise<boolean> {
    return await verifyInPool(hash, toSigned(token), verification, signature)
  }

  return ofLength(signatureBytes ?? Math.ceil(Number(details.modulusLength) / 8), shareRunning(checkInPool))
}

function assertFit (isFit: boolean): void {
  if (!isFit) {
    throw new TypeError('the key is not for this algorithm')
  }
}

function ofLength (bytes: Bytes, check: SignatureCheck): SignatureCheck {
  return (token, signature) => signature.length === bytes && check(token, signature)
}

/** What was signed. RFC 7515, section 5.2. */
function toSigned (token: string): Buffer {
  return Buffer.from(token.slice(0, token.lastIndexOf('.')), 'latin1')
}
