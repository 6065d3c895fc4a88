import { KeyObject } from 'node:crypto'
import { JOSEAlgNotAllowed, JWSInvalid, JWSSignatureVerificationFailed } from 'jose/errors'
import { compactVerify } from 'jose/jws/compact/verify'

import { AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_INVALID } from '../../errors.js'

import type { VerificationKey } from './key-set.js'

/**
 * Resolves when the token was signed with `key`.
 * @throws {AUTH_TOKEN_INVALID} 401, when it was not
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when this runtime cannot tell
 */
export async function verifySignature (token: string, verificationKey: VerificationKey): Promise<void> {
  const { key, algorithm } = verificationKey
  if (!isComplete(token, verificationKey)) {
    throw new AUTH_TOKEN_INVALID({ reason: 'signature' })
  }
  try {
    await compactVerify(token, key, { algorithms: algorithm === 'Ed25519' ? ['Ed25519', 'EdDSA'] : [algorithm] })
  } catch (error) {
    if (error instanceof JWSSignatureVerificationFailed) {
      throw new AUTH_TOKEN_INVALID({ reason: 'signature' })
    }
    if (error instanceof JOSEAlgNotAllowed) {
      throw new AUTH_TOKEN_INVALID({ reason: 'algorithm', expected: algorithm })
    }
    if (error instanceof JWSInvalid) {
      throw new AUTH_TOKEN_INVALID({ reason: 'token_syntax' })
    }
    throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_failed' })
  }
}

/**
 * Whether a signature by RSASSA-PSS is as long as the modulus of its key. OpenSSL takes one without the zeros in front for the same number, and then one
 * token would have two texts. RFC 8017, section 8.1.2, step 1.
 */
function isComplete (token: string, { key, algorithm }: VerificationKey): boolean {
  if (!algorithm.startsWith('PS') || !(key instanceof KeyObject)) {
    return true
  }
  const bytes = Math.ceil(Number(key.asymmetricKeyDetails?.modulusLength) / 8)
  return token.length - token.lastIndexOf('.') - 1 === Math.ceil(bytes * 8 / 6)
}
