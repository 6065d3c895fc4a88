import { vetJwk } from './vet-jwk.js'
import { AUTH_TOKEN_INVALID } from '../../errors.js'

import type { Algorithm } from './algorithms.js'
import type { SignatureQuery, VerificationKey } from './key-set.js'
import type { KeyProblem } from './vet-jwk.js'

/** The usable keys of one set, and why the others are not. Never changes: new keys are a new table. */
export class KeyTable {
  readonly problems: readonly KeyProblem[]
  readonly #keys: readonly VerificationKey[]

  /** @param jwks JSON Web Keys as published; one bad key does not harm the others */
  constructor (jwks: readonly unknown[], allowed: readonly Algorithm[]) {
    const vetted = jwks.map(jwk => vetJwk(jwk, allowed))
    this.#keys = vetted.flatMap(result => result.kind === 'usable' ? [result.key] : [])
    this.problems = vetted.flatMap(result => result.kind === 'ignored' ? [result.problem] : [])
  }

  /**
   * The one key that fits, `null` when there is none. Without a `kid` it must be the only one of its algorithm.
   * @throws {AUTH_TOKEN_INVALID} 401, when several fit, or the one with this `kid` is for another algorithm
   */
  find ({ algorithm, kid }: SignatureQuery): VerificationKey | null {
    const named = kid === null ? this.#keys : this.#keys.filter(key => key.kid === kid)
    const [key, another] = named.filter(candidate => candidate.algorithm === algorithm)
    if (another !== undefined) {
      throw new AUTH_TOKEN_INVALID({ reason: 'key_ambiguous' })
    }
    if (key === undefined && kid !== null && named.length > 0) {
      throw new AUTH_TOKEN_INVALID({ reason: 'algorithm', expected: named.map(candidate => candidate.algorithm) })
    }
    return key ?? null
  }

  /** Whether every key of this table is in the other one too, unchanged. */
  isWithin (other: KeyTable): boolean {
    const fingerprints = new Set(other.#keys.map(key => key.fingerprint))
    return this.#keys.every(key => fingerprints.has(key.fingerprint))
  }

  get size (): number {
    return this.#keys.length
  }
}
