import { KeyTable } from './key-table.js'
import { AUTH_OPTION_INVALID, AUTH_TOKEN_INVALID } from '../../errors.js'

import type { Algorithm } from './algorithms.js'
import type { KeyQuery, KeySet, VerificationKey } from './key-set.js'
import type { KeyProblem } from './vet-jwk.js'

const PROBLEMS: Readonly<Record<KeyProblem, string>> = Object.freeze({
  foreign: 'that is not for signatures of the accepted algorithms (see use, key_ops, alg, kty and crv)',
  secret: 'with private or symmetric members: hand over public keys only',
  weak: 'that is too weak, or has an RSA exponent of more than 64 bits',
  malformed: 'that is malformed'
})

/**
 * Keys that are known when the app starts and never change.
 * @param option how the option that holds them is called
 * @throws {AUTH_OPTION_INVALID} when one of them could not be trusted with a signature
 */
export function createStaticKeySet (jwks: readonly unknown[], algorithms: readonly Algorithm[], option: string): KeySet {
  const table = new KeyTable(jwks, algorithms)
  const [problem] = table.problems
  if (problem !== undefined) {
    throw new AUTH_OPTION_INVALID(`${option} holds a key ${PROBLEMS[problem]}`)
  }

  function find (wanted: KeyQuery): VerificationKey {
    const key = table.find(wanted)
    if (key === null) {
      throw new AUTH_TOKEN_INVALID({ reason: 'kid_unknown' })
    }
    return key
  }

  return Object.freeze({ find, countUse, generation: 0 })
}

/** The one key that verifies tokens with any `kid`, or none. */
export function createSingleKeySet (key: VerificationKey): KeySet {
  function find ({ algorithm }: KeyQuery): VerificationKey {
    if (algorithm !== key.algorithm) {
      throw new AUTH_TOKEN_INVALID({ reason: 'algorithm', expected: key.algorithm })
    }
    return key
  }

  return Object.freeze({ find, countUse, generation: 0 })
}

function countUse (): void {}
