import { AUTH_PROVIDER_UNAVAILABLE, AUTH_TOKEN_INVALID } from '../../errors.js'
import { isPromised } from '../../util/when.js'

import type { SignatureQuery, VerificationKey } from './key-set.js'

/** A token as it was sent, and what its text says of its signature. */
export interface SignedToken {
  readonly token: string
  readonly signature: Uint8Array
  readonly query: SignatureQuery
}

/**
 * Returns, or resolves, when the token was signed with `key`.
 * @throws {AUTH_TOKEN_INVALID} 401, when it was not
 * @throws {AUTH_PROVIDER_UNAVAILABLE} 503, when this runtime cannot tell
 */
export function verifySignature ({ token, signature, query }: SignedToken, key: VerificationKey): void | Promise<void> {
  if (query.algorithm !== key.algorithm) {
    throw new AUTH_TOKEN_INVALID({ reason: 'algorithm', expected: key.algorithm })
  }
  let proof: boolean | Promise<boolean>
  try {
    proof = key.check(token, signature)
  } catch {
    throwUnavailable()
  }
  return isPromised(proof) ? proof.then(assertGood, throwUnavailable) : assertGood(proof)
}

function assertGood (isGood: boolean): void {
  if (!isGood) {
    throw new AUTH_TOKEN_INVALID({ reason: 'signature' })
  }
}

function throwUnavailable (): never {
  throw new AUTH_PROVIDER_UNAVAILABLE({ reason: 'provider_failed' })
}
