import { createPublicKey } from 'node:crypto'

import { defaultAlgorithm, fitsKey, isAlgorithm, toCanonicalAlgorithm } from './algorithms.js'
import { createSignatureCheck } from './create-signature-check.js'
import { isRecord } from '../../util/is-record.js'

import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithms.js'
import type { VerificationKey } from './key-set.js'

/**
 * Why a key is not used. `foreign`: for another purpose or in an algorithm that is not accepted, as sets of keys may well hold;
 * the others are faults of the issuer. `secret`: published private or shared keys can be anybody's.
 * `weak`: signatures can be made up, or cost too much to check.
 */
export type KeyProblem = 'foreign' | 'secret' | 'weak' | 'malformed'

export type VettedJwk =
  | { readonly kind: 'usable', readonly key: VerificationKey }
  | { readonly kind: 'ignored', readonly problem: KeyProblem }

/** RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1; `priv` of draft-ietf-cose-dilithium. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

/** The last bytes of an Ed25519 key in DER. RFC 8410, section 4. */
const POINT_BYTES = 32

/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048

/**
 * A signature costs as many squarings as the exponent has bits: one as long as the modulus makes each token cost a hundred times what it
 * costs with 65,537, whoever sends it and whether or not it is signed. Nobody needs more than OpenSSL takes for its largest keys.
 */
const MAX_RSA_EXPONENT = 2n ** 64n

/**
 * Points of Ed25519 whose order divides eight, as little endian y with the sign bit cleared: for these "keys" one signature fits every text.
 * RFC 8032, section 5.1.7; the list is complete: five points, and two more ways to write the first two.
 */
const SMALL_ORDER_POINTS: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]

/**
 * Makes a public key of a JSON Web Key, or says why it must not verify anything here.
 * @param allowed the algorithms that the provider accepts
 * @see RFC 7517, sections 4 and 5
 */
export function vetJwk (jwk: unknown, allowed: readonly Algorithm[]): VettedJwk {
  if (!isRecord(jwk) || typeof jwk['kty'] !== 'string') {
    return ignored('malformed')
  }
  if (jwk['kty'] === 'oct' || SECRET_MEMBERS.some(member => member in jwk)) {
    return ignored('secret')
  }
  const usage = findUsageProblem(jwk)
  if (usage !== null) {
    return ignored(usage)
  }
  const algorithm = readAlgorithm(jwk, allowed)
  return algorithm === null ? ignored('foreign') : toUsable(jwk, algorithm)
}

/** Whether signatures for a public key can be made up, or cost more to check than anybody should have to pay. */
function isWeak (key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails
  if (details?.modulusLength !== undefined && details.publicExponent !== undefined) {
    return details.modulusLength < MIN_RSA_BITS || isUnfitExponent(details.publicExponent)
  }
  return key.asymmetricKeyType === 'ed25519' && isSmallOrder(key)
}

function isUnfitExponent (exponent: bigint): boolean {
  return exponent < 3n || exponent > MAX_RSA_EXPONENT || exponent % 2n === 0n
}

function isSmallOrder (key: KeyObject): boolean {
  const point = key.export({ format: 'der', type: 'spki' }).subarray(-POINT_BYTES)
  point.writeUInt8(point.readUInt8(POINT_BYTES - 1) & 0x7f, POINT_BYTES - 1)
  return SMALL_ORDER_POINTS.includes(point.toString('hex'))
}

function toUsable (jwk: Record<string, unknown>, algorithm: Algorithm): VettedJwk {
  const { kty, n, e, crv, x, y } = jwk
  let key: KeyObject
  try {
    key = createPublicKey({ key: { kty, n, e, crv, x, y } as JsonWebKey, format: 'jwk' })
  } catch {
    return ignored('malformed')
  }
  if (isWeak(key)) {
    return ignored('weak')
  }
  const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : null
  // Entra ID writes beside each key whose tokens it signs.
  const issuer = typeof jwk['issuer'] === 'string' ? jwk['issuer'] : null
  const material = key.export({ format: 'der', type: 'spki' }).toString('base64url')
  const fingerprint = JSON.stringify([kid, issuer, algorithm, material])
  return { kind: 'usable', key: { kid, issuer, algorithm, check: createSignatureCheck(algorithm, key), fingerprint } }
}

function findUsageProblem ({ use, key_ops: operations, kid }: Record<string, unknown>): KeyProblem | null {
  if ((operations !== undefined && !Array.isArray(operations)) || (kid !== undefined && typeof kid !== 'string')) {
    return 'malformed'
  }
  const isForSignatures = (use === undefined || use === 'sig') && (operations === undefined || operations.includes('verify'))
  return isForSignatures ? null : 'foreign'
}

/** The one algorithm that the key may be used with; `null` when that is none of those allowed. */
function readAlgorithm ({ alg, kty, crv }: Record<string, unknown>, allowed: readonly Algorithm[]): Algorithm | null {
  const algorithm = alg === undefined ? defaultAlgorithm({ kty, crv }, allowed) : alg
  if (!isAlgorithm(algorithm) || !fitsKey(algorithm, { kty, crv })) {
    return null
  }
  const canonical = toCanonicalAlgorithm(algorithm)
  return allowed.some(candidate => toCanonicalAlgorithm(candidate) === canonical) ? canonical : null
}

function ignored (problem: KeyProblem): VettedJwk {
  return { kind: 'ignored', problem }
}
